# SPDX-License-Identifier: MIT
"""channel_shuffle: chosen channels of every pixel, in any order."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    integers,
    require_at_least,
    unsigned_width,
)
from tarsier_fpga.hls.golden.channel_shuffle import channel_shuffle as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "channel_shuffle", "cost", "group_shuffle", "proofs"]


def channel_shuffle(source: np.ndarray, channels: int, bits: int) -> Instance:
    """Chosen channels of every pixel in any order, a whole pixel a beat.

    Args:
        source: (count,) integers; channel c of y is channel source[c] of x, which may be asked for
            often or never
        channels: of x

    Raises:
        KernelError: `source` asks for a channel that x does not have.
    """
    order = integers("channel_shuffle", "source", source, 1)
    require_at_least("channel_shuffle", 1, channels=channels, bits=bits)
    if order.min() < 0 or order.max() >= channels:
        raise KernelError(
            f"channel_shuffle: source={order.tolist()} must hold channels of x,"
            f" 0..{channels - 1}, and no others"
        )
    index_width = unsigned_width(channels - 1)
    return Instance(
        module="channel_shuffle",
        params={
            "Channels": channels,
            "Count": order.size,
            "Width": bits,
            "Source": pack_bits(order, index_width),
        },
        inputs=(Stream("x", channels * bits, channels),),
        outputs=(Stream("y", order.size * bits, order.size),),
        function="ChannelShuffle",
        template=(channels, order.size, bits),
        tables=(Table("source", index_width, False, order),),
    )


def group_shuffle(channels: int, groups: int) -> np.ndarray:
    """ShuffleNet's order for `channel_shuffle`: the first channel of each group, the second, ...

    Raises:
        KernelError: `groups` does not divide `channels`.

    >>> group_shuffle(6, 2).tolist()
    [0, 3, 1, 4, 2, 5]
    """
    require_at_least("channel_shuffle", 1, channels=channels, groups=groups)
    if channels % groups:
        raise KernelError(f"channel_shuffle: groups={groups} must divide channels={channels}")
    return np.arange(channels).reshape(groups, -1).T.ravel()


def cost(kernel: Instance, family: Family) -> Resources:
    """Wires."""
    return logic_cost(lut=0)


def proofs() -> tuple[Case, ...]:
    """All of four channels, and some of them more than once."""
    return _proof(2, 0, 3, 1), _proof(3, 1, 3, 3, 1)


def _proof(*source: int) -> Case:
    order = np.array(source)
    return Case(
        channel_shuffle(order, 4, 2),
        {"x": Shape(4, 2)},
        {"y": Shape(order.size, 2)},
        lambda x: golden(x, order),
        Induction(1),
        in_place=True,
        registers=0,
    )


RECORDED: Recorded = {
    "16 channels, 4 groups": lambda: channel_shuffle(group_shuffle(16, 4), 16, 8),
    "64 channels, 4 groups": lambda: channel_shuffle(group_shuffle(64, 4), 64, 8),
}
