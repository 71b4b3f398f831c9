# SPDX-License-Identifier: MIT
"""residual_add: the sum of two streams, clamped."""

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
from tarsier_fpga.hls.golden.residual_add import residual_add as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "proofs", "residual_add"]


def residual_add(
    lanes: int, x_width: int, x_signed: bool, d_width: int, y_width: int, y_min: int, y_max: int
) -> Instance:
    """x + d, clamped to y_min..y_max.

    Raises:
        KernelError: the clamp is empty, or `y_width` bits cannot carry it (they are signed
            when y_min < 0, else unsigned).
    """
    require_at_least(
        "residual_add", 1, lanes=lanes, x_width=x_width, d_width=d_width, y_width=y_width
    )
    check_clamp("residual_add", y_width, y_min, y_max)
    return Instance(
        module="residual_add",
        params={
            "Lanes": lanes,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "DWidth": d_width,
            "YWidth": y_width,
            "YMin": y_min,
            "YMax": y_max,
        },
        inputs=(
            Stream("x", lanes * x_width, lanes, x_signed),
            Stream("d", lanes * d_width, lanes, True),
        ),
        outputs=(Stream("y", lanes * y_width, lanes, y_min < 0),),
        function="ResidualAdd",
        template=(lanes, x_width, int(x_signed), d_width, y_width, y_min, y_max),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """An adder and a clamp for every lane."""
    luts = kernel.number("Lanes") * (2 * kernel.number("YWidth") + 1)
    return logic_cost(lut=luts + 4, ff=kernel.outputs[0].width + 1)


def proofs() -> tuple[Case, ...]:
    """The whole truth table, where it is small."""
    return _proof(True, -6, 7), _proof(False, 0, 14)


def _proof(x_signed: bool, y_min: int, y_max: int) -> Case:
    return Case(
        residual_add(2, 4, x_signed, 3, 4, y_min, y_max),
        {"x": Shape(2, 4, signed=x_signed), "d": Shape(2, 3, signed=True)},
        {"y": Shape(2, 4)},
        lambda x, d: golden(x, d, y_min, y_max),
        Induction(1),
        registers=1,
    )


RECORDED: Recorded = {
    "16 lanes of 8 bits": lambda: residual_add(16, 8, True, 8, 8, -128, 127),
}
