# SPDX-License-Identifier: MIT
"""int_dot_const: sums of products with a built-in matrix, as adders that share their sums."""

import numpy as np

from tarsier_fpga.hls.adders.graph import Graph
from tarsier_fpga.hls.adders.schedule import LEVELS
from tarsier_fpga.hls.adders.solve import solve_integers
from tarsier_fpga.hls.adders.write import Ports
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.built_in import built_in
from tarsier_fpga.hls.describe.examples import weights
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.matrices import int_matrix, sum_width
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    integer_range,
    require_at_least,
)
from tarsier_fpga.hls.golden.int_dot import int_dot as golden
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["RECORDED", "cost", "int_dot_const", "proofs"]


def int_dot_const(
    weights: np.ndarray,
    bias: np.ndarray,
    x_width: int,
    x_signed: bool,
    levels: int = LEVELS,
    graph: Graph | None = None,
) -> Instance:
    """Biased integer sums of all rows in every cycle, in the same SumW as int_dot's.

    Args:
        weights: (rows, terms) integers
        bias: (rows,) integers, in units of the sum
        levels: adders between two registers, at most
        graph: what `solve_integers` made of the weights and the bias, if that has been done

    Raises:
        KernelError: shapes disagree, a number is below 1, or `graph` computes something else.
    """
    matrix, offsets = int_matrix("int_dot_const", weights, bias)
    require_at_least("int_dot_const", 1, x_width=x_width, levels=levels)
    graph = graph or solve_integers(matrix, offsets, *integer_range(x_width, x_signed))
    ports = Ports(
        kernel="int_dot_const",
        golden="int_dot",
        equation="y[r] = Bias[r] + sum_k x[k] * W[r][k]",
        x_width=x_width,
        y_width=sum_width(matrix, offsets, x_width, x_signed),
    )
    return built_in(graph, matrix, offsets, levels, ports, x_signed, y_signed=True)


def cost(kernel: Instance, family: Family) -> Resources:
    """What the solver counted of its adders."""
    return logic_cost(**kernel.area)


def proofs() -> tuple[Case, ...]:
    """Every vector there can be, against a small matrix."""
    return _proof(3), _proof(1)


def _proof(levels: int) -> Case:
    matrix, bias = np.array([[1, -2], [3, -1]]), np.array([5, -3])
    instance = int_dot_const(matrix, bias, 2, True, levels)
    return Case(
        instance,
        {"x": Shape(2, 2, signed=True)},
        {"y": Shape(2, instance.outputs[0].width // 2)},
        lambda x: golden(x, matrix, bias),
        Induction(1) if instance.latency == 1 else Bounded(30),
        patience=instance.latency + 2,
        units=8,
    )


RECORDED: Recorded = {
    "36 terms, 4 rows, 10 bits": lambda: int_dot_const(weights(4, 36), np.zeros(4, int), 10, False),
}
