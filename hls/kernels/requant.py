# SPDX-License-Identifier: MIT
"""requant: x / 2^shift, rounded half to even and clamped."""

from math import ceil

from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    check_clamp,
    require_at_least,
)
from tarsier_fpga.hls.golden.requant import requant as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "proofs", "requant"]


def requant(lanes: int, x_width: int, shift: int, y_width: int, y_min: int, y_max: int) -> Instance:
    """x / 2^shift, rounded half to even, clamped to y_min..y_max.

    Raises:
        KernelError: the clamp is empty, or `y_width` bits cannot carry it (they are signed
            when y_min < 0, else unsigned).
    """
    require_at_least("requant", 1, lanes=lanes, x_width=x_width, y_width=y_width)
    require_at_least("requant", 0, shift=shift)
    check_clamp("requant", y_width, y_min, y_max)
    return Instance(
        module="requant",
        params={
            "Lanes": lanes,
            "XWidth": x_width,
            "Shift": shift,
            "YWidth": y_width,
            "YMin": y_min,
            "YMax": y_max,
        },
        inputs=(Stream("x", lanes * x_width, lanes, True),),
        outputs=(Stream("y", lanes * y_width, lanes, y_min < 0),),
        function="Requant",
        template=(lanes, x_width, shift, y_width, y_min, y_max),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """The rounding adds, what it drops is looked at, and what overflows is clamped."""
    lanes, x_width, shift = (kernel.number(name) for name in ("Lanes", "XWidth", "Shift"))
    dropped = ceil(max(0, shift - 2) / 6)
    return logic_cost(lut=lanes * (x_width - shift + dropped) + 2, ff=kernel.outputs[0].width + 1)


def proofs() -> tuple[Case, ...]:
    """The whole truth table, where it is small."""
    return _proof(5, 2, 3, -3, 3), _proof(4, 0, 3, 0, 5)


def _proof(x_width: int, shift: int, y_width: int, y_min: int, y_max: int) -> Case:
    return Case(
        requant(2, x_width, shift, y_width, y_min, y_max),
        {"x": Shape(2, x_width, signed=True)},
        {"y": Shape(2, y_width)},
        lambda x: golden(x, shift, y_min, y_max),
        Induction(1),
        registers=1,
    )


RECORDED: Recorded = {
    "16 lanes, 21 to 8 bits": lambda: requant(16, 21, 11, 8, 0, 127),
    "4 lanes, 20 to 10 bits": lambda: requant(4, 20, 8, 10, 0, 1023),
}
