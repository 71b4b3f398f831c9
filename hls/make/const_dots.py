# SPDX-License-Identifier: MIT
"""Constructors of the dot products with a built-in matrix, as adders that share their sums."""

import hashlib

import numpy as np

from tarsier_fpga.hls.adders.graph import Graph, bits_of
from tarsier_fpga.hls.adders.schedule import LEVELS, pipeline, size
from tarsier_fpga.hls.adders.solve import solve_bits, solve_integers
from tarsier_fpga.hls.adders.write import Ports, cpp_text, sv_text
from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.make.dots import int_matrix, sign_matrix, sum_width
from tarsier_fpga.hls.make.ranges import integer_range, require_at_least, unsigned_width
from tarsier_fpga.hls.netlist.instance import Instance, Stream, cpp_paths, rtl_path

__all__ = ["int_dot_const", "xnor_dot_const"]


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
    return _instance(graph, matrix, (matrix < 0).sum(axis=1), levels, ports)


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
    return _instance(graph, matrix, offsets, levels, ports)


def _instance(
    graph: Graph, weights: np.ndarray, constants: np.ndarray, levels: int, ports: Ports
) -> Instance:
    rows, terms = weights.shape
    computed = graph.matrix()
    if not (np.array_equal(computed[0], weights) and np.array_equal(computed[1], constants)):
        raise KernelError(f"{ports.kernel}: the adder graph computes another matrix")
    if bits_of(graph.least, graph.most)[0] != ports.x_width:
        raise KernelError(
            f"{ports.kernel}: the adder graph is for x in {graph.least}..{graph.most},"
            f" which is not x_width={ports.x_width}"
        )
    content = hashlib.sha256(f"{graph.dumps()} {levels} {ports}".encode()).hexdigest()[:12]
    module = f"{ports.kernel}_{content}"
    function = f"{ports.kernel.title().replace('_', '')}_{content}"
    plan, taken = pipeline(graph, levels), size(graph, levels)
    return Instance(
        module=module,
        params={},
        inputs=(Stream("x", terms * ports.x_width),),
        outputs=(Stream("y", rows * ports.y_width),),
        function=function,
        sources={
            f"{module}.sv": sv_text(module, plan, ports),
            "stall_pipe.sv": rtl_path("parts/stall_pipe").read_text(),
            f"{module}.hpp": cpp_text(function, plan, ports),
            "lanes.hpp": cpp_paths("lanes")[0].read_text(),
        },
        area={"lut": taken.lut, "ff": taken.ff},
        latency=plan.latency,
    )
