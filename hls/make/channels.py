# SPDX-License-Identifier: MIT
"""Constructors of the kernels that bring together, choose, reorder and scale channels."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.make.ranges import integers, require_at_least, signed_width, unsigned_width
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = [
    "channel_scale",
    "channel_shuffle",
    "channel_slice",
    "concat",
    "group_shuffle",
    "stream_join",
]


def stream_join(a_width: int, b_width: int) -> Instance:
    """Two streams as one, beat by beat side by side, a in the low bits."""
    require_at_least("stream_join", 1, a_width=a_width, b_width=b_width)
    return Instance(
        module="stream_join",
        params={"AWidth": a_width, "BWidth": b_width},
        inputs=(Stream("a", a_width), Stream("b", b_width)),
        outputs=(Stream("y", a_width + b_width),),
        function="StreamJoin",
        template=(a_width, b_width),
    )


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
        inputs=(Stream("a", width), Stream("b", width)),
        outputs=(Stream("y", width),),
        function="Concat",
        template=(width, a_beats, b_beats),
        beats_per_count=a_beats,
    )


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
    return Instance(
        module="channel_slice",
        params=dict(zip(("Lanes", "Folds", "Width", "First", "Count"), template, strict=True)),
        inputs=(Stream("x", lanes * bits),),
        outputs=(Stream("y", (count if lanes == channels else lanes) * bits),),
        function="ChannelSlice",
        template=template,
        beats_per_count=channels // lanes,
    )


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
        inputs=(Stream("x", channels * bits),),
        outputs=(Stream("y", channels * bits),),
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


def channel_scale(scale: np.ndarray, x_width: int, x_signed: bool, lanes: int) -> Instance:
    """Every channel times its own constant, in the narrowest signed lanes that hold the products.

    Args:
        scale: (channels,) integers; channel f*lanes + l is lane l of beat f

    Raises:
        KernelError: `lanes` does not divide the channels.
    """
    factors = integers("channel_scale", "scale", scale, 1)
    require_at_least("channel_scale", 1, x_width=x_width, lanes=lanes)
    if factors.size % lanes:
        raise KernelError(f"channel_scale: lanes={lanes} must divide channels={factors.size}")
    folds = factors.size // lanes
    s_width = signed_width(factors.min(), factors.max())
    x_ends = np.array([-(1 << (x_width - 1)) if x_signed else 0, (1 << (x_width - x_signed)) - 1])
    products = np.multiply.outer(x_ends, factors)
    y_width = signed_width(products.min(), products.max())
    return Instance(
        module="channel_scale",
        params={
            "Lanes": lanes,
            "Folds": folds,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "SWidth": s_width,
            "YWidth": y_width,
            "Scale": pack_bits(factors, s_width),
        },
        inputs=(Stream("x", lanes * x_width),),
        outputs=(Stream("y", lanes * y_width),),
        function="ChannelScale",
        template=(lanes, folds, x_width, int(x_signed), s_width, y_width),
        tables=(Table("scale", s_width, True, factors),),
        beats_per_count=folds,
    )
