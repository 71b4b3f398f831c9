# SPDX-License-Identifier: MIT
"""The instance of a dot product with a built-in matrix, as adders that share their sums."""

import hashlib

import numpy as np

from tarsier_fpga.hls.adders.graph import Graph, bits_of
from tarsier_fpga.hls.adders.schedule import pipeline, size
from tarsier_fpga.hls.adders.write import Ports, cpp_text, sv_text
from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.netlist.instance import Instance, Stream, cpp_paths, rtl_path, sv_name

__all__ = ["built_in"]


def built_in(
    graph: Graph,
    weights: np.ndarray,
    constants: np.ndarray,
    levels: int,
    ports: Ports,
    x_signed: bool = False,
    y_signed: bool = False,
) -> Instance:
    """A module and its twin, generated from the adders of `graph` and named by their content.

    Raises:
        KernelError: `graph` computes other sums than `weights` and `constants`, or of another x.
    """
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
    part = rtl_path("stall_pipe")
    plan, taken = pipeline(graph, levels), size(graph, levels)
    return Instance(
        module=module,
        params={},
        inputs=(Stream("x", terms * ports.x_width, terms, x_signed),),
        outputs=(Stream("y", rows * ports.y_width, rows, y_signed),),
        function=function,
        sources={
            f"{sv_name(module)}.sv": sv_text(sv_name(module), plan, ports),
            part.name: part.read_text(),
            f"{module}.hpp": cpp_text(function, plan, ports),
            "lanes.hpp": cpp_paths("lanes")[0].read_text(),
        },
        area={"lut": taken.lut, "ff": taken.ff},
        latency=plan.latency,
    )
