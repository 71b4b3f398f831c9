# SPDX-License-Identifier: MIT
"""width_adapter: narrow words gathered into wide beats, or wide beats cut into words."""

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    choice_luts,
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    require_at_least,
)
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "proofs", "width_adapter"]


def width_adapter(x_width: int, y_width: int) -> Instance:
    """Narrow words gathered into wide beats or wide beats cut into words, first word low."""
    require_at_least("width_adapter", 1, x_width=x_width, y_width=y_width)
    if x_width % y_width and y_width % x_width:
        raise KernelError(
            f"width_adapter: of x_width={x_width} and y_width={y_width} one must divide the other"
        )
    word = min(x_width, y_width)
    return Instance(
        module="width_adapter",
        params={"XWidth": x_width, "YWidth": y_width},
        inputs=(Stream("x", x_width, x_width // word),),
        outputs=(Stream("y", y_width, y_width // word),),
        function="WidthAdapter",
        template=(x_width, y_width),
        beats_per_count=max(1, y_width // x_width),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """The words that are gathered, or the choice among those of a beat."""
    x, y = kernel.inputs[0].width, kernel.outputs[0].width
    if y > x:
        return logic_cost(lut=4 if y == 2 * x else 5, ff=y + (y // x).bit_length())
    return logic_cost(lut=1.5 * y * choice_luts(x // y), ff=(x // y).bit_length())


def proofs() -> tuple[Case, ...]:
    """Gathering, cutting, and neither."""
    return _proof(2, 6), _proof(6, 2), _proof(2, 2)


def _proof(x_width: int, y_width: int) -> Case:
    gathers = x_width < y_width
    ratio = max(x_width, y_width) // min(x_width, y_width)
    return Case(
        width_adapter(x_width, y_width),
        {"x": Shape(x_width, 1, ratio if gathers else 1)},
        {"y": Shape(y_width, 1, 1 if gathers else ratio)},
        lambda x: x,
        Induction(1),
        in_place=not gathers,
    )


RECORDED: Recorded = {
    "8 to 128 bits": lambda: width_adapter(8, 128),
    "128 to 8 bits": lambda: width_adapter(128, 8),
}
