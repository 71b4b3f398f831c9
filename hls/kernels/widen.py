# SPDX-License-Identifier: MIT
"""widen: the same integers in wider lanes."""

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import logic_cost
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import require_at_least
from tarsier_fpga.hls.golden.widen import widen as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "proofs", "widen"]


def widen(lanes: int, x_width: int, x_signed: bool, y_width: int) -> Instance:
    """The same integers in lanes of `y_width` bits, more than x has if y is signed and x is not.

    Raises:
        KernelError: y is narrower than x.
    """
    require_at_least("widen", 1, lanes=lanes, x_width=x_width, y_width=y_width)
    if y_width < x_width:
        raise KernelError(f"widen: y_width={y_width} must be >= x_width={x_width}")
    return Instance(
        module="widen",
        params={"Lanes": lanes, "XWidth": x_width, "XSigned": int(x_signed), "YWidth": y_width},
        inputs=(Stream("x", lanes * x_width, lanes, x_signed),),
        outputs=(Stream("y", lanes * y_width, lanes, x_signed),),
        function="Widen",
        template=(lanes, x_width, int(x_signed), y_width),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Wires."""
    return logic_cost(lut=0)


def proofs() -> tuple[Case, ...]:
    """Lanes with a sign and without."""
    return _proof(True), _proof(False)


def _proof(signed: bool) -> Case:
    return Case(
        widen(2, 3, signed, 5),
        {"x": Shape(2, 3, signed=signed)},
        {"y": Shape(2, 5)},
        golden,
        Induction(1),
        in_place=True,
        registers=0,
    )


RECORDED: Recorded = {"16 lanes, 4 to 5 bits": lambda: widen(16, 4, False, 5)}
