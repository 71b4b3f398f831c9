# SPDX-License-Identifier: MIT
"""Kernels that work lane by lane: the whole truth table of each, at widths where that is small."""

import numpy as np

from tarsier_fpga.hls import make
from tarsier_fpga.hls.golden import act_table, requant, residual_add, sign_threshold
from tarsier_fpga.hls.prove.case import Case, Induction, Shape

__all__ = ["CASES"]

SIGNS = np.array([-3, 4])
TABLE = np.array([[3, -4, 0, 1, -1], [1, 1, 2, -2, 0], [-3, 2, 3, 1, 0], [0, -1, -2, -3, -4]])


def _requant(x_width: int, shift: int, y_width: int, y_min: int, y_max: int) -> Case:
    return Case(
        make.requant(2, x_width, shift, y_width, y_min, y_max),
        {"x": Shape(2, x_width, signed=True)},
        {"y": Shape(2, y_width)},
        lambda x: requant.requant(x, shift, y_min, y_max),
        Induction(1),
        registers=1,
    )


def _residual_add(x_signed: bool, y_min: int, y_max: int) -> Case:
    return Case(
        make.residual_add(2, 4, x_signed, 3, 4, y_min, y_max),
        {"x": Shape(2, 4, signed=x_signed), "d": Shape(2, 3, signed=True)},
        {"y": Shape(2, 4)},
        lambda x, d: residual_add.residual_add(x, d, y_min, y_max),
        Induction(1),
        registers=1,
    )


def _act_table(lanes: int) -> Case:
    folds = len(TABLE) // lanes
    return Case(
        make.act_table(np.repeat(TABLE, 1, 0)[:, :4], lanes, 3),
        {"x": Shape(lanes, 2, folds)},
        {"y": Shape(lanes, 3, folds)},
        lambda x: act_table.act_table(x.reshape(-1), TABLE[:, :4]),
        Induction(1),
        registers=1,
    )


CASES = (
    _requant(5, 2, 3, -3, 3),
    _requant(4, 0, 3, 0, 5),
    _residual_add(True, -6, 7),
    _residual_add(False, 0, 14),
    Case(
        make.sign_threshold(SIGNS, 3),
        {"x": Shape(2, 3, signed=True)},
        {"y": Shape(2, 1)},
        lambda x: sign_threshold.sign_threshold(x, SIGNS),
        Induction(1),
        registers=1,
    ),
    _act_table(4),
    _act_table(2),
)
