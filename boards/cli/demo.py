# SPDX-License-Identifier: MIT
"""make demo: the built-in low-light frame, or the user's own, through the network and a report.

Leaves report.html, restored.png and run.json in build/demo, and the sample beside them.
"""

import sys
from pathlib import Path

from tarsier_fpga.cli.guard import NOT_EXACT, guarded
from tarsier_fpga.cli.options import Accel
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.cli.run import DEFAULT_BOARD, DEFAULT_NET, summary
from tarsier_fpga.hls.base.files import json_bytes, write_together
from tarsier_fpga.hls.base.progress import Show

__all__ = ["demo"]

FOLDER = Path("build/demo")


def demo(raw: Path | None = None) -> int:
    """Restore `raw`, or the built-in sample, and write the report."""
    with progress() as show:
        FOLDER.mkdir(parents=True, exist_ok=True)
        facts = _run(raw, show)
    print(f"{summary(facts)}\n\nopen {FOLDER / 'report.html'}")
    return 0 if facts["bit_exact"] else NOT_EXACT


def _run(raw: Path | None, show: Show) -> dict:
    show("preparing the frame", 0.0)
    from tarsier_fpga.flow.board import board_of
    from tarsier_fpga.jobs.job import Job, perform
    from tarsier_fpga.picture.png import png_bytes
    from tarsier_fpga.report.page import render
    from tarsier_fpga.report.pages import run_page
    from tarsier_fpga.report.pictures import Pictures
    from tarsier_fpga.report.pipeline import pipeline_svg
    from tarsier_fpga.report.profile import profile

    reference, note = None, ""
    if raw is None:
        from tarsier_fpga.camera.sample import CREDIT, write_sample

        raw, reference = write_sample(FOLDER)
        note = f"{CREDIT}."
    result = perform(Job(raw, DEFAULT_NET, DEFAULT_BOARD, Accel.SIM, reference=reference), show)

    show("writing the report", 0.0)
    restored = result.restored
    pictures = Pictures(
        result.picture(restored.before),
        result.picture(restored.after),
        None if restored.reference is None else result.picture(restored.reference),
    )
    curves = {"before": restored.before, "reference": restored.reference, "after": restored.after}
    plots = (
        profile(
            {name: codes for name, codes in curves.items() if codes is not None}, restored.scale
        ),
        pipeline_svg(result.folder, restored.measured.high_water),
    )
    board, run_json = board_of(result.folder, result.design.board), json_bytes(result.facts)
    design_json = (result.folder / "design.json").read_bytes()
    files = {"run.json": run_json, "design.json": design_json}
    page = run_page(result.facts, result.design, board, pictures, plots, note, files)
    write_together(
        {
            FOLDER / "report.html": render(page).encode(),
            FOLDER / "restored.png": png_bytes(pictures.after),
            FOLDER / "run.json": run_json,
        }
    )
    return result.facts


if __name__ == "__main__":
    sys.exit(guarded(lambda: demo(*(Path(argument) for argument in sys.argv[1:2]))))
