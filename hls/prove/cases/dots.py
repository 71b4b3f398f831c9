# SPDX-License-Identifier: MIT
"""Dot products with small matrices: every vector there can be."""

import numpy as np

from tarsier_fpga.hls import make
from tarsier_fpga.hls.golden import int_dot, xnor_dot
from tarsier_fpga.hls.prove.case import Bounded, Case, Induction, Shape

__all__ = ["CASES"]

SIGNS = np.array([[1, -1, 1, 1], [-1, -1, 1, -1], [1, 1, 1, 1], [-1, 1, -1, 1]])
WEIGHTS = np.array([[1, -2], [3, -1]])
BIAS = np.array([5, -3])


def _xnor_dot(pe: int, simd: int) -> Case:
    beats, lanes = len(SIGNS) // pe, pe
    return Case(
        make.xnor_dot(SIGNS, pe, simd),
        {"x": Shape(4, 1)},
        {"y": Shape(lanes, 3, beats)},
        lambda x: xnor_dot.xnor_dot(x, SIGNS),
        Induction(6),
        in_place=True,
        patience=8,
        units=8,
    )


def _int_dot(pe: int, simd: int, x_signed: bool) -> Case:
    instance = make.int_dot(WEIGHTS, BIAS, 2, x_signed, pe, simd)
    return Case(
        instance,
        {"x": Shape(2, 2, signed=x_signed)},
        {"y": Shape(pe, instance.outputs[0].width // pe, len(WEIGHTS) // pe)},
        lambda x: int_dot.int_dot(x, WEIGHTS, BIAS),
        Induction(4),
        in_place=True,
        patience=8,
        units=8,
    )


def _xnor_dot_const(levels: int, cycles: int) -> Case:
    instance = make.xnor_dot_const(SIGNS, levels)
    return Case(
        instance,
        {"x": Shape(4, 1)},
        {"y": Shape(4, 3)},
        lambda x: xnor_dot.xnor_dot(x, SIGNS),
        Induction(1) if instance.latency == 1 else Bounded(cycles),
        patience=instance.latency + 2,
        units=8,
    )


def _int_dot_const(levels: int, cycles: int) -> Case:
    instance = make.int_dot_const(WEIGHTS, BIAS, 2, True, levels)
    return Case(
        instance,
        {"x": Shape(2, 2, signed=True)},
        {"y": Shape(2, instance.outputs[0].width // 2)},
        lambda x: int_dot.int_dot(x, WEIGHTS, BIAS),
        Induction(1) if instance.latency == 1 else Bounded(cycles),
        patience=instance.latency + 2,
        units=8,
    )


CASES = (
    _xnor_dot(4, 4),
    _xnor_dot(2, 2),
    _int_dot(2, 2, True),
    _int_dot(1, 1, False),
    _xnor_dot_const(3, 30),
    _xnor_dot_const(1, 30),
    _int_dot_const(3, 30),
    _int_dot_const(1, 30),
)
