# SPDX-License-Identifier: MIT
"""Kernels that choose, order and scale the channels of a pixel."""

import numpy as np

from tarsier_fpga.hls import make
from tarsier_fpga.hls.golden import channel_scale, channel_shuffle, channel_slice, concat
from tarsier_fpga.hls.prove.case import Case, Induction, Shape

__all__ = ["CASES"]

ORDER = np.array([2, 0, 3, 1])
SCALE = np.array([3, -2, 1, -4])


def _concat(a: int, b: int, lanes: int) -> Case:
    return Case(
        make.concat(a, b, 2, lanes),
        {"a": Shape(lanes, 2, a // lanes), "b": Shape(lanes, 2, b // lanes)},
        {"y": Shape(lanes, 2, (a + b) // lanes)},
        lambda a, b: concat.concat(a.reshape(1, -1), b.reshape(1, -1)),
        Induction(1),
        in_place=True,
    )


def _slice(channels: int, first: int, count: int, lanes: int) -> Case:
    whole = lanes == channels
    return Case(
        make.channel_slice(channels, 2, first, count, lanes),
        {"x": Shape(lanes, 2, channels // lanes)},
        {"y": Shape(count if whole else lanes, 2, 1 if whole else count // lanes)},
        lambda x: channel_slice.channel_slice(x.reshape(1, -1), first, count),
        Induction(1),
        in_place=True,
        registers=0 if whole else None,
    )


def _scale(lanes: int, x_signed: bool) -> Case:
    instance = make.channel_scale(SCALE, 3, x_signed, lanes)
    beats = SCALE.size // lanes
    return Case(
        instance,
        {"x": Shape(lanes, 3, beats, x_signed)},
        {"y": Shape(lanes, instance.outputs[0].width // lanes, beats)},
        lambda x: channel_scale.channel_scale(x.reshape(-1), SCALE),
        Induction(1),
        registers=1,
    )


CASES = (
    Case(
        make.stream_join(2, 3),
        {"a": Shape(1, 2), "b": Shape(1, 3)},
        {"y": Shape(5, 1)},
        lambda a, b: (a | b << 2) >> np.arange(5) & 1,
        Induction(1),
        in_place=True,
        registers=0,
    ),
    _concat(3, 1, 1),
    _concat(2, 4, 2),
    _slice(4, 1, 2, 4),
    _slice(6, 2, 2, 2),
    Case(
        make.channel_shuffle(ORDER, 2),
        {"x": Shape(4, 2)},
        {"y": Shape(4, 2)},
        lambda x: channel_shuffle.channel_shuffle(x, ORDER),
        Induction(1),
        in_place=True,
        registers=0,
    ),
    _scale(4, True),
    _scale(2, False),
)
