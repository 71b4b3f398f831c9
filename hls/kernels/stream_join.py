# SPDX-License-Identifier: MIT
"""stream_join: two streams as one, beat by beat side by side."""

import numpy as np

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

__all__ = ["RECORDED", "cost", "proofs", "stream_join"]


def stream_join(a_width: int, b_width: int) -> Instance:
    """Two streams as one, beat by beat side by side, a in the low bits."""
    require_at_least("stream_join", 1, a_width=a_width, b_width=b_width)
    return Instance(
        module="stream_join",
        params={"AWidth": a_width, "BWidth": b_width},
        inputs=(Stream("a", a_width), Stream("b", b_width)),
        outputs=(Stream("y", a_width + b_width),),
        function="StreamJoin",
        template=(a_width, b_width),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """The handshake; the data is wires."""
    return logic_cost(lut=3)


def proofs() -> tuple[Case, ...]:
    """Beats of two and three bits."""
    case = Case(
        stream_join(2, 3),
        {"a": Shape(1, 2), "b": Shape(1, 3)},
        {"y": Shape(5, 1)},
        lambda a, b: (a | b << 2) >> np.arange(5) & 1,
        Induction(1),
        in_place=True,
        registers=0,
    )
    return (case,)


RECORDED: Recorded = {
    "16 and 128 bits": lambda: stream_join(16, 128),
    "128 and 128 bits": lambda: stream_join(128, 128),
}
