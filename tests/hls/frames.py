# SPDX-License-Identifier: MIT
"""What the tests of kernels that change a frame's size share."""

from collections.abc import Sequence

import numpy as np

from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import Instance, Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.verilated import Result

__all__ = ["extreme_frames", "raster", "run_chain", "taken", "through_torch"]


def raster(frames: np.ndarray, bits: int, lanes: int | None = None) -> np.ndarray:
    """Frames (F, H, W, C) as beats of one pixel, or of `lanes` channels of it."""
    return pack(frames.reshape(-1, lanes or frames.shape[-1]), bits)


def extreme_frames(height: int, width: int, channels: int, ends: tuple[int, int]) -> np.ndarray:
    """(5, height, width, channels): one end, the other, the first again, both chessboards."""
    low, high = (np.full((height, width, channels), end) for end in ends)
    white = np.indices((height, width)).sum(axis=0)[..., None] % 2 == 1
    return np.array([high, low, high, np.where(white, high, low), np.where(white, low, high)])


def through_torch(function: str, frame: np.ndarray, **options: object) -> np.ndarray:
    """The `function` of torch.nn.functional, in doubles, on an (H, W, C) frame of integers."""
    import torch  # takes seconds, which tests that need no torch are spared

    tensor = torch.from_numpy(frame.transpose(2, 0, 1)[None].astype(np.float64))
    result = getattr(torch.nn.functional, function)(tensor, **options)
    return result[0].numpy().transpose(1, 2, 0)


def taken(freed: np.ndarray, depth: int) -> np.ndarray:
    """Cycles in which beats move into `depth` places, when beat n leaves in cycle freed[n]."""
    cycles: list[int] = []
    for n in range(len(freed)):
        room = freed[n - depth] + 1 if n >= depth else 0
        cycles.append(max(room, cycles[-1] + 1 if cycles else 0))
    return np.array(cycles)


def run_chain(kernels: Sequence[Instance], x: np.ndarray, beats: int) -> Result:
    """Kernels one behind the other in one model, without stalls: `beats` come out of the last."""
    names = ["x", *(f"s{i}" for i in range(1, len(kernels))), "y"]
    cells = tuple(
        Cell(f"u{i}", kernel, {"x": names[i], "y": names[i + 1]})
        for i, kernel in enumerate(kernels)
    )
    ends = Stream("x", kernels[0].inputs[0].width), Stream("y", kernels[-1].outputs[0].width)
    netlist = Netlist("chain", cells, ends[:1], ends[1:])
    return verilate.build(netlist).run({"x": x}, {"y": beats}, idle_limit=1000)
