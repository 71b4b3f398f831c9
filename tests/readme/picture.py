# SPDX-License-Identifier: MIT
"""The picture at the head of README.md: half of the demo's frame, as it was and restored."""

from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import tarsier_fpga as tarsier
from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.sample import write_sample
from tarsier_fpga.picture.movie import beside

__all__ = ["BeforeAfter", "before_after"]

_ROWS, _COLUMNS = slice(60, 320), slice(40, 360)  # the part with the most to see


@dataclass(frozen=True)
class BeforeAfter:
    """The picture (rows, W, 3) uint8, and the PSNR in dB of the whole frame, before and after."""

    picture: np.ndarray
    before_db: float
    after_db: float


def before_after() -> BeforeAfter:
    """The frame of `make demo` through the network that it runs, in PyTorch."""
    with TemporaryDirectory() as folder:
        noisy, reference = write_sample(Path(folder))
        done = tarsier.restore(noisy, net="bbcu-raw-16x8", on="cpu")
        seen = done.encoded
        clean = encode(tarsier.read(reference), seen.gain, seen.scale)
    done = replace(done, encoded=replace(seen, reference=clean))
    before, after = done.views["before"], done.picture()
    picture = beside(before[_ROWS, _COLUMNS], after[_ROWS, _COLUMNS])
    return BeforeAfter(picture, done.score_before.psnr, done.score_after.psnr)
