# SPDX-License-Identifier: MIT
"""channel_slice: some neighbouring channels of every pixel."""

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
from tarsier_fpga.hls.golden.channel_slice import channel_slice as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "channel_slice", "cost", "proofs"]


def channel_slice(channels: int, bits: int, first: int, count: int, lanes: int) -> Instance:
    """Channels first .. first + count - 1 of every pixel, which comes `lanes` channels a beat.

    A pixel in one beat (lanes == channels) leaves in one beat of `count` channels.

    Raises:
        KernelError: such channels do not exist, or `lanes` does not divide what it cuts.
    """
    require_at_least("channel_slice", 1, channels=channels, bits=bits, count=count, lanes=lanes)
    require_at_least("channel_slice", 0, first=first)
    if first + count > channels:
        raise KernelError(
            f"channel_slice: first={first} + count={count} must be <= channels={channels}"
        )
    if channels % lanes or (lanes < channels and (first % lanes or count % lanes)):
        raise KernelError(
            f"channel_slice: lanes={lanes} must divide channels={channels}, first={first} and"
            f" count={count}, or be all {channels} channels"
        )
    template = (lanes, channels // lanes, bits, first, count)
    y_lanes = count if lanes == channels else lanes
    return Instance(
        module="channel_slice",
        params=dict(zip(("Lanes", "Folds", "Width", "First", "Count"), template, strict=True)),
        inputs=(Stream("x", lanes * bits, lanes),),
        outputs=(Stream("y", y_lanes * bits, y_lanes),),
        function="ChannelSlice",
        template=template,
        beats_per_count=channels // lanes,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """The beats of a pixel counted; a pixel in one beat is wires."""
    folds = kernel.number("Folds")
    return logic_cost(lut=0 if folds == 1 else 4, ff=(folds - 1).bit_length())


def proofs() -> tuple[Case, ...]:
    """A whole pixel, and one of three beats."""
    return _proof(4, 1, 2, 4), _proof(6, 2, 2, 2)


def _proof(channels: int, first: int, count: int, lanes: int) -> Case:
    whole = lanes == channels
    return Case(
        channel_slice(channels, 2, first, count, lanes),
        {"x": Shape(lanes, 2, channels // lanes)},
        {"y": Shape(count if whole else lanes, 2, 1 if whole else count // lanes)},
        lambda x: golden(x.reshape(1, -1), first, count),
        Induction(1),
        in_place=True,
        registers=0 if whole else None,
    )


RECORDED: Recorded = {
    "8 to 15 of 32 channels": lambda: channel_slice(32, 8, 8, 8, 8),
    "16 to 47 of 64 channels": lambda: channel_slice(64, 8, 16, 32, 16),
    "3 to 34 of 64 channels, whole": lambda: channel_slice(64, 8, 3, 32, 64),
}
