# SPDX-License-Identifier: MIT
"""xnor_dot_const: popcounts against a built-in matrix, as adders that share their sums."""

import numpy as np

from tarsier_fpga.hls.adders.graph import Graph
from tarsier_fpga.hls.adders.schedule import LEVELS
from tarsier_fpga.hls.adders.solve import solve_bits
from tarsier_fpga.hls.adders.write import Ports
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.built_in import built_in
from tarsier_fpga.hls.describe.examples import signs
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.matrices import sign_matrix
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    require_at_least,
    unsigned_width,
)
from tarsier_fpga.hls.golden.xnor_dot import xnor_dot as golden
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["RECORDED", "cost", "proofs", "xnor_dot_const"]


def xnor_dot_const(
    weights: np.ndarray, levels: int = LEVELS, graph: Graph | None = None
) -> Instance:
    """Popcounts of a vector against all rows of `weights` in every cycle.

    Args:
        weights: (rows, terms) integers in {-1, +1}
        levels: adders between two registers, at most
        graph: what `solve_bits` made of `weights`, if that has been done

    Raises:
        KernelError: a weight is not -1 or +1, `levels` is below 1, or `graph` computes
            something else.
    """
    matrix = sign_matrix("xnor_dot_const", weights)
    require_at_least("xnor_dot_const", 1, levels=levels)
    graph = graph or solve_bits(matrix)
    ports = Ports(
        kernel="xnor_dot_const",
        golden="xnor_dot",
        equation="y[r] = popcount(x ~^ W[r])",
        x_width=1,
        y_width=unsigned_width(matrix.shape[1]),
    )
    return built_in(graph, matrix, (matrix < 0).sum(axis=1), levels, ports)


def cost(kernel: Instance, family: Family) -> Resources:
    """What the solver counted of its adders."""
    return logic_cost(**kernel.area)


def proofs() -> tuple[Case, ...]:
    """Every vector there can be, against a small matrix."""
    return _proof(3), _proof(1)


def _proof(levels: int) -> Case:
    matrix = np.array([[1, -1, 1, 1], [-1, -1, 1, -1], [1, 1, 1, 1], [-1, 1, -1, 1]])
    instance = xnor_dot_const(matrix, levels)
    return Case(
        instance,
        {"x": Shape(4, 1)},
        {"y": Shape(4, 3)},
        lambda x: golden(x, matrix),
        Induction(1) if instance.latency == 1 else Bounded(30),
        patience=instance.latency + 2,
        units=8,
    )


RECORDED: Recorded = {
    "288 terms, 32 rows": lambda: xnor_dot_const(signs(32, 288)),
    "144 terms, 16 rows": lambda: xnor_dot_const(signs(16, 144)),
}
