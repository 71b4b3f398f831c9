# SPDX-License-Identifier: MIT
"""What a frame that went through the RTL leaves: the picture, its numbers, and a page."""

from dataclasses import replace
from pathlib import Path

from tarsier_fpga.flow.board import board_of
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.jobs.picture_job import PictureRun
from tarsier_fpga.jobs.run_facts import run_json
from tarsier_fpga.picture.png import photo_png
from tarsier_fpga.report.camera_section import kept_section
from tarsier_fpga.report.page import render
from tarsier_fpga.report.pages import run_page
from tarsier_fpga.report.pictures import Pictures
from tarsier_fpga.report.pipeline import pipeline_svg
from tarsier_fpga.report.profile import profile

__all__ = ["run_files"]


def run_files(done: PictureRun, folder: Path, note: str) -> dict[Path, bytes]:
    """Every file in `folder` and its content; `note` is a sentence on where the frame comes from.

    Raises:
        HostError: it ran on no design.
    """
    restored, design = done.restored, done.design
    if design is None:
        raise HostError(f"{done.facts.accel} is no design, so there is no pipeline to draw")
    pictures = Pictures(**restored.views)
    run = run_json(done.facts)
    lines = restored.encoded.lines(restored)
    plots = profile(lines), pipeline_svg(design, restored.measured.high_water)
    page = run_page(
        done.facts,
        design.facts,
        board_of(design.folder, design.facts.board),
        pictures,
        plots,
        note,
        {"run.json": run, "design.json": design.facts.model_dump_json(indent=1).encode()},
    )
    page = replace(page, camera=kept_section(design.folder, design.facts))
    return {
        folder / "report.html": render(page).encode(),
        folder / "restored.png": photo_png(restored.photo),
        folder / "run.json": run,
    }
