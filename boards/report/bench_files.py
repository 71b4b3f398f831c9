# SPDX-License-Identifier: MIT
"""What a bench leaves in the design's folder: its numbers, plots, and a page."""

from pathlib import Path

from tarsier_fpga.bench.bench_facts import Bench
from tarsier_fpga.bench.plots import draw_plots
from tarsier_fpga.bench.records import record_file, to_record
from tarsier_fpga.flow.board import board_of
from tarsier_fpga.jobs.bench_job import Benched
from tarsier_fpga.report.page import Page, render
from tarsier_fpga.report.pages import bench_page
from tarsier_fpga.report.pictures import Pictures
from tarsier_fpga.report.pipeline import pipeline_svg
from tarsier_fpga.report.profile import profile

__all__ = ["bench_files"]


def bench_files(done: Benched, records: Path | None) -> dict[Path, bytes]:
    """Every file and its content; also what is kept of this GPU in the folder `records`."""
    folder, bench = done.job.design.folder, done.bench
    files = {folder / "bench.json": _json(bench)}
    files |= {folder / name: plot for name, plot in draw_plots(bench).items()}
    files[folder / "report.html"] = render(_page(done)).encode()
    if records and bench.machine.gpu:
        files[record_file(bench.machine.gpu, records)] = _json(to_record(bench))
    return files


def _page(done: Benched) -> Page:
    design, look = done.job.design, done.look
    return bench_page(
        done.bench,
        design.facts,
        board_of(design.folder, done.bench.board),
        Pictures(**look.views),
        psnr_noisy_db=look.psnr_before_db,
        exact=done.bit_exact,
        plots=(
            profile(look.lines),
            pipeline_svg(design, done.counted.run.high_water),
        ),
        note=f"{look.scene}.",
        files={
            "bench.json": _json(done.bench),
            "design.json": design.facts.model_dump_json(indent=1).encode(),
        },
    )


def _json(bench: Bench) -> bytes:
    return (bench.model_dump_json(indent=1) + "\n").encode()
