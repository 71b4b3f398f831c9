# SPDX-License-Identifier: MIT
"""Kernels that move beats without looking at them."""

from tarsier_fpga.hls import make
from tarsier_fpga.hls.prove.case import Case, Induction, Shape

__all__ = ["CASES"]


def _fifo(depth: int, ram_style: make.RamStyle = make.RamStyle.AUTO) -> Case:
    return Case(
        make.fifo(2, depth, ram_style),
        {"x": Shape(1, 2)},
        {"y": Shape(1, 2)},
        lambda x: x,
        Induction(1),
        units=8,
    )


def _adapter(x_width: int, y_width: int) -> Case:
    gathers = x_width < y_width
    ratio = max(x_width, y_width) // min(x_width, y_width)
    return Case(
        make.width_adapter(x_width, y_width),
        {"x": Shape(x_width, 1, ratio if gathers else 1)},
        {"y": Shape(y_width, 1, 1 if gathers else ratio)},
        lambda x: x,
        Induction(1),
        in_place=not gathers,
    )


CASES = (
    *(_fifo(depth) for depth in (1, 2, 3, 5)),
    *(_fifo(depth, make.RamStyle.BLOCK) for depth in (3, 5)),
    Case(
        make.stream_fork(2),
        {"x": Shape(1, 2)},
        {"y0": Shape(1, 2), "y1": Shape(1, 2)},
        lambda x: x,
        Induction(1),
        in_place=True,
    ),
    _adapter(2, 6),
    _adapter(6, 2),
    _adapter(2, 2),
)
