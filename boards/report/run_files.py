# SPDX-License-Identifier: MIT
"""What a frame or a picture that was restored leaves: itself, its numbers, and a page."""

from dataclasses import replace
from pathlib import Path

from tarsier_fpga.flow.board import board_of
from tarsier_fpga.jobs.picture_job import PictureRun
from tarsier_fpga.jobs.run_facts import run_json
from tarsier_fpga.picture.png import photo_png
from tarsier_fpga.report.camera_section import kept_section
from tarsier_fpga.report.page import render
from tarsier_fpga.report.pages import run_page
from tarsier_fpga.report.pictures import Pictures
from tarsier_fpga.report.pipeline import pipeline_svg
from tarsier_fpga.report.profile import profile

__all__ = ["run_files", "run_report"]


def run_files(done: PictureRun, folder: Path, note: str, command: str = "") -> dict[Path, bytes]:
    """Every file in `folder` and its content; `note` is a sentence on where the frame comes from,
    `command` what makes the same."""
    run = run_json(done.facts)
    return {
        folder / "report.html": run_report(done, note, command),
        folder / "restored.png": photo_png(done.restored.photo),
        folder / "run.json": run,
    }


def run_report(done: PictureRun, note: str = "", command: str = "") -> bytes:
    """The page of a frame or a picture, which needs no other file."""
    restored, design = done.restored, done.design
    files = {"run.json": run_json(done.facts)}
    drawing, board = "", None
    if design is not None:
        files["design.json"] = design.facts.model_dump_json(indent=1).encode()
        drawing = pipeline_svg(design, restored.measured.high_water)
        board = board_of(design.folder, design.facts.board)
    page = run_page(
        done.facts,
        design.facts if design else None,
        board,
        Pictures(**restored.views),
        (profile(restored.encoded.lines(restored)), drawing),
        note,
        files,
        command,
    )
    if design is not None:
        page = replace(page, camera=kept_section(design.folder, design.facts))
    return render(page).encode()
