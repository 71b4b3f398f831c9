# SPDX-License-Identifier: MIT
"""make demo: the built-in low-light frame, or the user's own, through the network and a report.

Leaves report.html, restored.png and run.json in build/demo, and the sample beside them.
"""

import sys
from pathlib import Path

from tarsier_fpga.cli.guard import NOT_EXACT, guarded
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.cli.run import summary
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.jobs.choices import DEFAULT_BOARD, DEFAULT_NET

__all__ = ["demo"]

FOLDER = Path("build/demo")


def demo(raw: Path | None = None) -> int:
    """Restore `raw`, or the built-in sample, and write the report."""
    with progress() as show:
        FOLDER.mkdir(parents=True, exist_ok=True)
        show("preparing the frame", 0.0)
        from tarsier_fpga.flow.board import load_board
        from tarsier_fpga.jobs.job import Job
        from tarsier_fpga.jobs.picture_job import PictureJob, perform_picture
        from tarsier_fpga.report.run_files import run_files

        reference, note = None, ""
        if raw is None:
            from tarsier_fpga.camera.sample import CREDIT, write_sample

            raw, reference = write_sample(FOLDER)
            note = f"{CREDIT}."
        job = Job(raw=raw, net=DEFAULT_NET, board=load_board(DEFAULT_BOARD))
        done = perform_picture(PictureJob(job, reference), show)
        show("writing the report", 0.0)
        write_together(run_files(done, FOLDER, note))
    print(f"{summary(done.facts)}\n\nopen {FOLDER / 'report.html'}")
    return 0 if done.facts.bit_exact else NOT_EXACT


if __name__ == "__main__":
    sys.exit(guarded(lambda: demo(*(Path(argument) for argument in sys.argv[1:2]))))
