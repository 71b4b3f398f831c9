# SPDX-License-Identifier: MIT
"""pixel_unshuffle: space to channels, factor x factor pixels become one."""

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    LUTRAM_DEPTH,
    choice_luts,
    logic_cost,
    memory_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Shape
from tarsier_fpga.hls.describe.ranges import (
    require_at_least,
)
from tarsier_fpga.hls.golden.pixel_unshuffle import pixel_unshuffle as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "pixel_unshuffle", "proofs"]


def pixel_unshuffle(channels: int, bits: int, frame_w: int, factor: int, lanes: int) -> Instance:
    """factor x factor pixels of `channels` lanes become one pixel, `lanes` of its channels a beat.

    Args:
        frame_w: pixels of a row that comes in

    Raises:
        KernelError: `factor` does not divide the frame, `lanes` does not cut a pixel into whole
            beats of whole rows or whole squares, or there would be more beats than cycles.
    """
    kernel = "pixel_unshuffle"
    require_at_least(kernel, 1, channels=channels, bits=bits, frame_w=frame_w, lanes=lanes)
    require_at_least(kernel, 2, factor=factor)
    if frame_w % factor:
        raise KernelError(f"{kernel}: frame_w={frame_w} must be a multiple of factor={factor}")
    square = factor**2
    sets = max(1, lanes // square)
    if lanes % factor or (square % lanes and lanes % square) or channels % sets:
        raise KernelError(
            f"{kernel}: lanes={lanes} must be a multiple of factor={factor} that divides {square},"
            f" or a multiple of {square} that divides {channels * square}"
        )
    columns = frame_w // factor
    if channels // sets > min(factor, columns):
        raise KernelError(
            f"{kernel}: lanes={lanes} is too few to keep pace: {channels // sets} sets of channels"
            f" must be <= factor={factor} and <= {columns} columns"
        )
    return Instance(
        module=kernel,
        params={
            "Channels": channels,
            "Width": bits,
            "FrameW": frame_w,
            "Factor": factor,
            "Lanes": lanes,
        },
        inputs=(Stream("x", channels * bits, channels),),
        outputs=(Stream("y", lanes * bits, lanes),),
        function="PixelUnshuffle",
        template=(channels, bits, frame_w, factor, lanes),
        beats_per_count=frame_w * factor,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Rows of x in memory, and the choice of the channels that go into a beat."""
    r, frame_w, channels = (kernel.number(name) for name in ("Factor", "FrameW", "Channels"))
    x, y = kernel.inputs[0].width, kernel.outputs[0].width
    sets = max(1, kernel.number("Lanes") // r**2)
    # A 6-input LUT chooses among 4 bits: which set of channels goes into the beat.
    choice = sets * r * kernel.number("Width") * choice_luts(channels // sets)
    held = (r - 1) * x + y + (r * x if frame_w <= LUTRAM_DEPTH else 0)
    logic = logic_cost(lut=110 + choice, ff=held + 95)
    memory = memory_cost(r * x, frame_w, family)
    if frame_w > LUTRAM_DEPTH:  # the choice among blocks goes into that of channels
        memory = memory.model_copy(update={"lut": 0})
    return total([logic, memory])


def proofs() -> tuple[Case, ...]:
    """Two rows of four pixels."""
    return _proof(1), _proof(2)


def _proof(channels: int) -> Case:
    width, lanes = 4, 4
    return Case(
        pixel_unshuffle(channels, 1, width, 2, lanes),
        {"x": Shape(channels, 1, 2 * width)},
        {"y": Shape(lanes, 1, 2 * width * channels // lanes)},
        lambda x: golden(x.reshape(2, width, channels), 2),
        Bounded(30),
        patience=8,
        units=8,
    )


RECORDED: Recorded = {
    "1 channel, factor 2": lambda: pixel_unshuffle(1, 10, 1920, 2, 4),
    "4 channels, factor 2": lambda: pixel_unshuffle(4, 8, 480, 2, 16),
    "1 channel, factor 32": lambda: pixel_unshuffle(1, 10, 3840, 32, 32),
    "4 channels, factor 16": lambda: pixel_unshuffle(4, 10, 960, 16, 16),
}
