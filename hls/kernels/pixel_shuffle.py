# SPDX-License-Identifier: MIT
"""pixel_shuffle: channels to space, a pixel becomes factor x factor pixels."""

from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    LUTRAM_DEPTH,
    logic_cost,
    memory_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    require_at_least,
)
from tarsier_fpga.hls.golden.pixel_shuffle import pixel_shuffle as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "pixel_shuffle", "proofs"]

_LUTS = 0.33  # per bit of y, times Factor^3: 32 bits by 4 859


def pixel_shuffle(channels: int, bits: int, frame_w: int, factor: int) -> Instance:
    """A pixel of `channels` * factor^2 lanes becomes factor x factor pixels of `channels`.

    Args:
        frame_w: pixels of a row that comes in
    """
    require_at_least("pixel_shuffle", 1, channels=channels, bits=bits, frame_w=frame_w)
    require_at_least("pixel_shuffle", 2, factor=factor)
    return Instance(
        module="pixel_shuffle",
        params={"Channels": channels, "Width": bits, "FrameW": frame_w, "Factor": factor},
        inputs=(Stream("x", channels * factor**2 * bits, channels * factor**2),),
        outputs=(Stream("y", channels * bits, channels),),
        function="PixelShuffle",
        template=(channels, bits, frame_w, factor),
        beats_per_count=frame_w,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A row of every fifo, and the choice among them."""
    r, frame_w, y = kernel.number("Factor"), kernel.number("FrameW"), kernel.outputs[0].width
    word = r * y
    rests = [frame_w * (r - 1 + i) // r for i in range(r)]  # behind each fifo's output
    # 128 bits by 2: 763 LUTs; in LUTRAM, which has no register behind it, the choice is shared
    chosen = word if r == 2 and rests[-1] > LUTRAM_DEPTH else 0
    logic = logic_cost(lut=_LUTS * r**3 * y + 55 * r + chosen, ff=r * (25 + 2 * word))
    return total([logic, *(memory_cost(word, rest, family) for rest in rests)])


def proofs() -> tuple[Case, ...]:
    """A row of three pixels."""
    channels, width = 1, 3
    case = Case(
        pixel_shuffle(channels, 1, width, 2),
        {"x": Shape(4 * channels, 1, width)},
        {"y": Shape(channels, 1, 4 * width)},
        lambda x: golden(x.reshape(1, width, -1), 2),
        Induction(1),
        patience=6,
        units=8,
    )
    return (case,)


RECORDED: Recorded = {
    "3 channels, factor 2": lambda: pixel_shuffle(3, 8, 960, 2),
    "16 channels, factor 2": lambda: pixel_shuffle(16, 8, 960, 2),
    "4 channels, factor 4": lambda: pixel_shuffle(4, 8, 120, 4),
    "3 channels, factor 2, 40 pixels": lambda: pixel_shuffle(3, 10, 40, 2),
}
