# SPDX-License-Identifier: MIT
"""concat: the channels of a pixel of a, then those of b."""

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    require_at_least,
)
from tarsier_fpga.hls.golden.concat import concat as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "concat", "cost", "proofs"]


def concat(a_channels: int, b_channels: int, bits: int, lanes: int) -> Instance:
    """The channels of a pixel of a, then those of b, `lanes` channels of `bits` bits a beat.

    Whole pixels, of which both are there at once, are for `stream_join`.

    Raises:
        KernelError: `lanes` does not divide both numbers of channels.
    """
    require_at_least(
        "concat", 1, a_channels=a_channels, b_channels=b_channels, bits=bits, lanes=lanes
    )
    if a_channels % lanes or b_channels % lanes:
        raise KernelError(
            f"concat: lanes={lanes} must divide a_channels={a_channels}, b_channels={b_channels}"
        )
    width, a_beats, b_beats = lanes * bits, a_channels // lanes, b_channels // lanes
    return Instance(
        module="concat",
        params={"Width": width, "ABeats": a_beats, "BBeats": b_beats},
        inputs=(Stream("a", width, lanes), Stream("b", width, lanes)),
        outputs=(Stream("y", width, lanes),),
        function="Concat",
        template=(width, a_beats, b_beats),
        beats_per_count=a_beats,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """The choice between the two, and the beats of a pixel counted."""
    beats = kernel.number("ABeats") + kernel.number("BBeats")
    return logic_cost(lut=kernel.outputs[0].width + 5, ff=(beats - 1).bit_length())


def proofs() -> tuple[Case, ...]:
    """Pixels of several beats."""
    return _proof(3, 1, 1), _proof(2, 4, 2)


def _proof(a: int, b: int, lanes: int) -> Case:
    return Case(
        concat(a, b, 2, lanes),
        {"a": Shape(lanes, 2, a // lanes), "b": Shape(lanes, 2, b // lanes)},
        {"y": Shape(lanes, 2, (a + b) // lanes)},
        lambda a, b: golden(a.reshape(1, -1), b.reshape(1, -1)),
        Induction(1),
        in_place=True,
    )


RECORDED: Recorded = {
    "16 and 16 channels, 8 lanes": lambda: concat(16, 16, 8, 8),
    "32 and 16 channels, 16 lanes": lambda: concat(32, 16, 8, 16),
}
