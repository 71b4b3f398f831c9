# SPDX-License-Identifier: MIT
"""fifo: a queue of exactly `depth` beats."""

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    fifo_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    require_at_least,
)
from tarsier_fpga.hls.golden.fifo import fifo as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["RECORDED", "RamStyle", "cost", "fifo", "proofs"]


def fifo(width: int, depth: int, ram_style: RamStyle = RamStyle.AUTO) -> Instance:
    """A queue of exactly `depth` beats.

    Raises:
        KernelError: `width` or `depth` is below 1, or `ram_style` is none of RamStyle.
    """
    require_at_least("fifo", 1, width=width, depth=depth)
    if ram_style not in list(RamStyle):
        raise KernelError(f"fifo: ram_style={ram_style} must be one of {', '.join(RamStyle)}")
    return Instance(
        module="fifo",
        params={"Width": width, "Depth": depth, "RamStyle": RamStyle(ram_style)},
        inputs=(Stream("x", width),),
        outputs=(Stream("y", width),),
        function="Fifo",
        template=(width, depth),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """The memory that it is told to use, and its registers."""
    style = RamStyle(str(kernel.params["RamStyle"]))
    return fifo_cost(kernel.inputs[0].width, kernel.number("Depth"), style, family)


def proofs() -> tuple[Case, ...]:
    """The shortest queues, in registers and in a memory."""
    return (
        *(_proof(depth, RamStyle.AUTO) for depth in (1, 2, 3, 5)),
        *(_proof(depth, RamStyle.BLOCK) for depth in (3, 5)),
    )


def _proof(depth: int, ram_style: RamStyle) -> Case:
    return Case(
        fifo(2, depth, ram_style),
        {"x": Shape(1, 2)},
        {"y": Shape(1, 2)},
        golden,
        Induction(1),
        units=8,
    )


RECORDED: Recorded = {
    "128 bits, 2 deep": lambda: fifo(128, 2),
    "128 bits, 40 deep": lambda: fifo(128, 40),
    "128 bits, 40 deep, block": lambda: fifo(128, 40, RamStyle.BLOCK),
    "128 bits, 100 deep, block": lambda: fifo(128, 100, RamStyle.BLOCK),
    "128 bits, 300 deep": lambda: fifo(128, 300),
    "40 bits, 300 deep, distributed": lambda: fifo(40, 300, RamStyle.DISTRIBUTED),
    "128 bits, 2000 deep": lambda: fifo(128, 2000),
    "40 bits, 2500 deep": lambda: fifo(40, 2500),
    "128 bits, 16384 deep, ultra": lambda: fifo(128, 16_384, RamStyle.ULTRA),
    "16 bits, 65536 deep": lambda: fifo(16, 65_536),
}
