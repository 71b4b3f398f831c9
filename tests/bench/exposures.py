# SPDX-License-Identifier: MIT
"""A real dark scene at several shutter times, restored, beside its longest exposure.

    make exposures NET=bbcu-raw-32x18

Each frame is amplified to the light of the longest, with which it is compared: where that is
linear, up to 150 of 235, and it has noise of its own. The shortest of the eight is left out: one of
its steps, amplified, would be two fifths of white. Leaves build/exposures/NET.png, a detail at
every exposure before, after and long, and NET.json. The frames are those of raw_mcr_lowlight, in
$TARSIER_DATA.
"""

import sys
from pathlib import Path

import numpy as np

from tarsier_fpga.camera.exposure import check_gain
from tarsier_fpga.camera.raw import phases
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.files import json_bytes, write_together
from tarsier_fpga.jobs.choices import DEFAULT_BOARD, DEFAULT_NET, Accel
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.picture_job import PictureJob, perform_picture
from tarsier_fpga.jobs.restored import Restored
from tarsier_fpga.picture.png import png_bytes
from tarsier_fpga.picture.psnr import psnr
from tarsier_fpga.training.facts.paths import data_dir

FOLDER = Path("build/exposures")
SIDECAR = Path(__file__).with_name("mcr_lowlight.toml")
FRAMES = "raw_mcr_lowlight/C00400_48mp_0x8_0x{:04x}.raw"
SHUTTERS = (511, 1023, 2047)
LONG = 12287
LINEAR = 150  # the highest value that is in proportion to light
LIT = 0.8  # of white, what it becomes
DETAIL = (slice(80, 400), slice(240, 720))  # rows, columns
GAP = 8


def exposures(net: str) -> int:
    """The sheet and the scores of `net`."""
    frames = data_dir()
    long = frames / FRAMES.format(LONG)
    reference = read_raw(long, SIDECAR)
    gain = LIT * reference.white / LINEAR
    linear = np.stack(phases(reference.mosaic), -1) <= LINEAR
    rows, scores = [], []
    with progress() as show:
        for shutter in SHUTTERS:
            ratio = LONG / shutter
            job = Job(
                raw=frames / FRAMES.format(shutter),
                net=net,
                board=load_board(DEFAULT_BOARD),
                accel=Accel.CPU,
                gain=check_gain(gain * ratio),
                sidecar=SIDECAR,
                check=False,
            )
            done = perform_picture(PictureJob(job, long, ratio), show).restored
            views = done.views
            rows.append([views[view] for view in ("before", "after", "reference")])
            before, after = (
                _psnr(done, codes, linear) for codes in (done.encoded.before, done.codes)
            )
            scores.append({"exposure": f"1/{ratio:.1f}", "psnr_noisy_db": before, "psnr_db": after})
        show("drawing", 1.0)
        out = FOLDER / Path(net).stem
        FOLDER.mkdir(parents=True, exist_ok=True)
        sheet = png_bytes(np.vstack([_row(row) for row in rows]))
        facts = {"net": net, "scores": scores}
        write_together({Path(f"{out}.png"): sheet, Path(f"{out}.json"): json_bytes(facts)})
    for score in scores:
        print("{exposure}: {psnr_noisy_db} -> {psnr_db} dB".format(**score))
    print(f"{out}.png")
    return 0


def _psnr(done: Restored, codes: np.ndarray, where: np.ndarray) -> float:
    frame = done.encoded
    return round(psnr(codes[where], frame.reference[where], frame.scale), 2)


def _row(pictures: list[np.ndarray]) -> np.ndarray:
    """Details side by side, white between them."""
    shown = [np.pad(p[DETAIL], ((0, GAP), (0, GAP), (0, 0)), constant_values=255) for p in pictures]
    return np.hstack(shown)


if __name__ == "__main__":
    sys.exit(guarded(lambda: exposures(*(sys.argv[1:2] or [DEFAULT_NET]))))
