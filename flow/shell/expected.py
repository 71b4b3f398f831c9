# SPDX-License-Identifier: MIT
"""What a video shell must give of a camera's beats: repaired, levelled, restored, and counted.

By the golden models of its kernels and the hardware graph; no RTL takes part.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.flow.shell.video import gain
from tarsier_fpga.hls.golden.bayer_front import bayer_front
from tarsier_fpga.hls.golden.defective_pixels import defective_pixels
from tarsier_fpga.hls.golden.frame_regulariser import CUT, frame_regulariser
from tarsier_fpga.hls.kernels.bayer_front import Cfa
from tarsier_fpga.hls.kernels.frame_regulariser import Fault

__all__ = ["Expected", "Network", "expected", "restored"]

Network = Callable[[np.ndarray], np.ndarray]  # (H, W, 4) codes to as many


@dataclass(frozen=True, eq=False)
class Expected:
    """Whole frames in order, (N, H, W) as they are repaired, and the faults by register."""

    repaired: np.ndarray
    faults: Mapping[str, int]


def expected(beats: np.ndarray, gaps: np.ndarray, design: Design, shell: VideoShell) -> Expected:
    """Of (n, pixels + 2) `beats` behind silences of `gaps` cycles."""
    columns = design.width // shell.pixels
    seen = beats
    if shell.timeout:
        cut = np.flatnonzero(gaps > shell.timeout)
        seen = np.insert(beats, cut, 0, axis=0)
        seen[cut + np.arange(len(cut)), -2] = CUT
    y, faults = frame_regulariser(
        seen, columns, design.height, (design.height, columns), shell.black
    )
    whole = len(y) // (design.height * columns)
    pixels = y[: whole * design.height * columns, : shell.pixels]
    counts = {fault.name.lower(): int(faults[fault.name.lower()]) for fault in Fault}
    return Expected(pixels.reshape(whole, design.height, design.width), counts)


def restored(
    frame: np.ndarray, network: Network, design: Design, shell: VideoShell, share: int = 0
) -> np.ndarray:
    """What the shell gives of a whole (H, W) frame of the camera; `share` of 256 is blended in."""
    if shell.mend:
        frame, _ = defective_pixels(frame, shell.mend)
    factor, places = gain(design, shell)
    black, factors = np.full(4, shell.black), np.array([[factor, 1 << places]] * 4)
    most = (1 << design.x.bits) - 1
    blocks = bayer_front(frame, black, factors, design.x.black, most, int(shell.cfa))
    made = network(blocks.astype(np.uint16)).astype(np.int64)
    mixed = (blocks * share + made * (256 - share) + 128) >> 8
    return _raster(mixed, shell.cfa)


def _raster(blocks: np.ndarray, cfa: Cfa) -> np.ndarray:
    """(H/2, W/2, 4) -> (H, W)."""
    height, width, _ = blocks.shape
    mosaic = np.empty((2 * height, 2 * width), np.int64)
    for lane in range(4):
        row, column = divmod(lane ^ int(cfa), 2)
        mosaic[row::2, column::2] = blocks[..., lane]
    return mosaic
