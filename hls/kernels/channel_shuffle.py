# SPDX-License-Identifier: MIT
"""channel_shuffle: the channels of every pixel in another order."""

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


def channel_shuffle(source: np.ndarray, bits: int) -> Instance:
    """The channels of every pixel in another order, a whole pixel a beat.

    Args:
        source: (channels,) integers; channel c of y is channel source[c] of x

    Raises:
        KernelError: `source` does not hold every channel once.
    """
    order = integers("channel_shuffle", "source", source, 1)
    require_at_least("channel_shuffle", 1, bits=bits)
    channels = order.size
    if not np.array_equal(np.sort(order), np.arange(channels)):
        raise KernelError(
            f"channel_shuffle: source={order.tolist()} must hold every channel 0..{channels - 1}"
            " once"
        )
    index_width = unsigned_width(channels - 1)
    return Instance(
        module="channel_shuffle",
        params={"Channels": channels, "Width": bits, "Source": pack_bits(order, index_width)},
        inputs=(Stream("x", channels * bits, channels),),
        outputs=(Stream("y", channels * bits, channels),),
        function="ChannelShuffle",
        template=(channels, bits),
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
    """Four channels."""
    order = np.array([2, 0, 3, 1])
    case = Case(
        channel_shuffle(order, 2),
        {"x": Shape(4, 2)},
        {"y": Shape(4, 2)},
        lambda x: golden(x, order),
        Induction(1),
        in_place=True,
        registers=0,
    )
    return (case,)


RECORDED: Recorded = {
    "16 channels, 4 groups": lambda: channel_shuffle(group_shuffle(16, 4), 8),
    "64 channels, 4 groups": lambda: channel_shuffle(group_shuffle(64, 4), 8),
}
