# SPDX-License-Identifier: MIT
"""What a bench leaves in the design's folder: its numbers, plots, and a page."""

from pathlib import Path

from boards.bench import results
from boards.bench.facts import Bench
from boards.bench.plots import draw_plots
from boards.board import load_board
from boards.cli.bench_job import Benched
from boards.cli.pipeline import pipeline_svg
from boards.host.isp import develop, grey_world
from boards.host.metrics import psnr
from boards.host.sample import CREDIT
from boards.report.page import Page, render
from boards.report.pages import bench_page
from boards.report.pictures import Pictures
from boards.report.profile import profile

__all__ = ["bench_files"]


def bench_files(done: Benched, record: bool) -> dict[Path, bytes]:
    """Every file and its content; with `record`, also what is kept of this GPU."""
    folder, bench = done.job.folder, done.bench
    files = {folder / "bench.json": _json(bench)}
    files |= {folder / name: plot for name, plot in draw_plots(bench).items()}
    files[folder / "report.html"] = render(_page(done)).encode()
    if record:
        files[results.record_file(bench.machine)] = _json(results.to_record(bench))
    return files


def _page(done: Benched) -> Page:
    folder, scene = done.job.folder, done.scene
    codes = {"before": scene.noisy, "reference": scene.clean, "after": done.restored}
    balance = done.raw.balance or grey_world(done.restored, scene.scale)
    developed = {
        name: develop(frame, done.raw, balance, scene.scale) for name, frame in codes.items()
    }
    return bench_page(
        done.bench,
        done.job.design,
        load_board(done.bench.board),
        Pictures(**developed),
        psnr_noisy_db=round(psnr(scene.noisy, scene.clean, scene.scale), 2),
        exact=done.bit_exact,
        plots=(
            profile(codes, scene.scale),
            pipeline_svg(folder, done.counted.measured.high_water),
        ),
        note=f"{CREDIT}.",
        files={
            "bench.json": _json(done.bench),
            "design.json": (folder / "design.json").read_bytes(),
        },
    )


def _json(bench: Bench) -> bytes:
    return (bench.model_dump_json(indent=1) + "\n").encode()
