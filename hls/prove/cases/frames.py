# SPDX-License-Identifier: MIT
"""Kernels that see whole frames or rows, at frames of a few pixels."""

import numpy as np

from tarsier_fpga.hls import make
from tarsier_fpga.hls.golden import (
    avg_pool,
    bayer_front,
    pad,
    pixel_shuffle,
    pixel_unshuffle,
    spatial_shift,
    upsample_bilinear,
    upsample_nearest,
    window,
)
from tarsier_fpga.hls.prove.case import Bounded, Case, Induction, Shape, Way

__all__ = ["CASES"]

OUTSIDE = np.array([1])
SHIFTS = np.array([[0, 1], [-1, 0], [1, -1]])
FILL = np.array([1, 0, 1])


def _window(width: int, height: int, way: Way, pixels: int = 1, **options: int) -> Case:
    def golden(x: np.ndarray) -> np.ndarray:
        return window.window(x.reshape(height, width, 1), OUTSIDE, **options)

    instance = make.window(1, 1, width, height, OUTSIDE, pixels=pixels, **options)
    windows = golden(np.zeros(width * height, np.int64))
    lanes = instance.outputs[0].width
    return Case(
        instance,
        {"x": Shape(pixels, 1, width * height // pixels)},
        {"y": Shape(lanes, 1, windows.size // lanes)},
        golden,
        way,
        patience=12,
        eager=False,
    )


def _pad(width: int, height: int, border: tuple[int, int, int, int], replicate: bool) -> Case:
    outside = None if replicate else OUTSIDE
    top, bottom, left, right = border
    return Case(
        make.pad(1, 1, width, height, border, outside),
        {"x": Shape(1, 1, width * height)},
        {"y": Shape(1, 1, (top + height + bottom) * (left + width + right))},
        lambda x: pad.pad(x.reshape(height, width, 1), *border, outside),
        Induction(2),
        in_place=replicate,
        eager=False,
    )


def _pixel_shuffle(channels: int, width: int) -> Case:
    return Case(
        make.pixel_shuffle(channels, 1, width, 2),
        {"x": Shape(4 * channels, 1, width)},
        {"y": Shape(channels, 1, 4 * width)},
        lambda x: pixel_shuffle.pixel_shuffle(x.reshape(1, width, -1), 2),
        Induction(1),
        patience=6,
        units=8,
    )


def _pixel_unshuffle(channels: int, width: int, lanes: int) -> Case:
    return Case(
        make.pixel_unshuffle(channels, 1, width, 2, lanes),
        {"x": Shape(channels, 1, 2 * width)},
        {"y": Shape(lanes, 1, 2 * width * channels // lanes)},
        lambda x: pixel_unshuffle.pixel_unshuffle(x.reshape(2, width, channels), 2),
        Bounded(30),
        patience=8,
        units=8,
    )


def _upsample_nearest(width: int) -> Case:
    return Case(
        make.upsample_nearest(1, 1, width, 2),
        {"x": Shape(1, 1, width)},
        {"y": Shape(1, 1, 4 * width)},
        lambda x: upsample_nearest.upsample_nearest(x.reshape(1, width, 1), 2),
        Induction(2),
        patience=6,
        units=8,
    )


def _upsample_bilinear(width: int, height: int) -> Case:
    return Case(
        make.upsample_bilinear(1, 1, False, width, height),
        {"x": Shape(1, 1, width * height)},
        {"y": Shape(1, 5, 4 * width * height)},
        lambda x: upsample_bilinear.upsample_bilinear(x.reshape(height, width, 1)),
        Induction(1),
        patience=8,
        units=8,
    )


def _avg_pool(width: int, height: int, signed: bool) -> Case:
    return Case(
        make.avg_pool(1, 2, signed, width, height),
        {"x": Shape(1, 2, width * height, signed)},
        {"y": Shape(1, 4, (width // 2) * (height // 2))},
        lambda x: avg_pool.avg_pool(x.reshape(height, width, 1)),
        Induction(1),
    )


def _spatial_shift(width: int, height: int) -> Case:
    return Case(
        make.spatial_shift(SHIFTS, FILL, 1, width, height),
        {"x": Shape(3, 1, width * height)},
        {"y": Shape(3, 1, width * height)},
        lambda x: spatial_shift.spatial_shift(x.reshape(height, width, 3), SHIFTS, FILL),
        Induction(4),
        patience=8,
        eager=False,
    )


def _bayer_front(samples: int, width: int) -> Case:
    black, gain = np.array([1, 0, 2, 1]), np.array([[3, 2], [1, 1], [1, 1], [5, 4]])
    return Case(
        make.bayer_front(samples, width, 3, 3, black, gain, 1),
        {"x": Shape(samples, 3, 2 * width // samples)},
        {"y": Shape(2 * max(2, samples), 3, width // max(2, samples))},
        lambda x: bayer_front.bayer_front(x.reshape(2, width), black, gain, 1, 7, 0),
        Induction(1),
        patience=8,
    )


CASES = (
    Case(
        make.frame_delay(1, 8, 2, 1, np.array([5]), data_width=8, burst=1, reads=2),
        {"x": Shape(1, 8)},
        {"y": Shape(1, 8)},
        golden=None,
        way=Induction(22),
    ),
    _window(3, 2, Induction(1)),
    _window(4, 2, Bounded(30), stride=2),
    _window(4, 3, Induction(1), pixels=2),
    _pad(2, 2, (1, 1, 1, 1), True),
    _pad(2, 2, (1, 0, 0, 2), False),
    _pixel_shuffle(1, 3),
    _pixel_unshuffle(1, 4, 4),
    _pixel_unshuffle(2, 4, 4),
    _upsample_nearest(3),
    _upsample_bilinear(2, 2),
    _upsample_bilinear(3, 2),
    _avg_pool(4, 2, True),
    _avg_pool(3, 3, False),
    _spatial_shift(3, 2),
    _bayer_front(1, 4),
    _bayer_front(2, 4),
)
