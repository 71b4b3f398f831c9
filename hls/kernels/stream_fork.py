# SPDX-License-Identifier: MIT
"""stream_fork: one stream to two readers, each at its own pace within one beat."""

from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    require_at_least,
)
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["RECORDED", "cost", "proofs", "stream_fork"]


def stream_fork(width: int) -> Instance:
    """One stream to two readers, each at its own pace within one beat."""
    require_at_least("stream_fork", 1, width=width)
    return Instance(
        module="stream_fork",
        params={"Width": width},
        inputs=(Stream("x", width),),
        outputs=(Stream("y0", width), Stream("y1", width)),
        function="StreamFork",
        template=(width,),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Who has taken the beat."""
    return logic_cost(lut=5, ff=2)


def proofs() -> tuple[Case, ...]:
    """Beats of two bits."""
    case = Case(
        stream_fork(2),
        {"x": Shape(1, 2)},
        {"y0": Shape(1, 2), "y1": Shape(1, 2)},
        lambda x: x,
        Induction(1),
        in_place=True,
    )
    return (case,)


RECORDED: Recorded = {"128 bits": lambda: stream_fork(128)}
