# SPDX-License-Identifier: MIT
"""Adder graphs: what was solved, how it is cut into stages, and how it is written."""

import os
import re
import subprocess
from time import monotonic

import numpy as np
import pytest

from tarsier_fpga.hls.adders.graph import Graph
from tarsier_fpga.hls.adders.solve import solve_bits, solve_integers
from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.kernels.int_dot_const import int_dot_const
from tarsier_fpga.hls.kernels.xnor_dot_const import xnor_dot_const
from tarsier_fpga.hls.netlist.instance import Instance, rtl_path
from tarsier_fpga.hls.sim.toolchain import verilator
from tests.hls.test_sources import HLS


@pytest.fixture
def bits(rng) -> np.ndarray:
    return rng.choice([-1, 1], (9, 77))


@pytest.fixture
def kernels(rng, bits):
    """levels -> a kernel of each sort."""
    weights, bias = rng.integers(-128, 128, (5, 12)), rng.integers(-999, 999, 5)
    return lambda levels: (
        xnor_dot_const(bits, levels),
        int_dot_const(weights, bias, 10, False, levels),
    )


def longest_path(kernel: Instance) -> int:
    """Adders, and counts of six bits, in series between registers, read off the SystemVerilog.

    A count of five bits or less goes into the LUTs of the adder that takes it.
    """
    text = kernel.sources[f"{kernel.sv_module}.sv"]
    sums = dict(re.findall(r"assign (n\d+) = (.*);", text))
    ends = re.findall(r"y_data_o\[.*?\] <= (.*);", text)
    assert len(ends) > 1

    def depth(expression: str) -> int:
        below = [depth(sums[name]) for name in re.findall(r"\bn\d+\b", expression)]
        full_count = "ONES" in expression and len(re.findall(r"x\w*\[", expression)) > 5
        adds = bool(re.search(r"\) [+-] |'h\w+ [+-] ", expression))
        return max(below, default=0) + (adds or full_count)

    return max(map(depth, [*sums.values(), *ends]))


@pytest.mark.parametrize("levels", [1, 2, 3, 6])
def test_no_path_has_more_adders_than_asked(kernels, levels):
    for kernel in kernels(levels):
        assert longest_path(kernel) <= levels


def test_more_levels_take_fewer_stages(kernels):
    latencies = [[kernel.latency for kernel in kernels(levels)] for levels in (1, 3, 6)]
    assert latencies == sorted(latencies, reverse=True)
    assert len({tuple(pair) for pair in latencies}) == 3


def test_a_graph_computes_its_matrix(rng, bits):
    graph = solve_bits(bits)
    weights, constants = graph.matrix()
    assert np.array_equal(weights, bits)
    assert np.array_equal(constants, (bits < 0).sum(axis=1))
    matrix, bias = rng.integers(-8, 8, (3, 5)), np.array([7, 0, -7])
    weights, constants = solve_integers(matrix, bias, -4, 3).matrix()
    assert np.array_equal(weights, matrix)
    assert np.array_equal(constants, bias)


def test_a_graph_survives_its_text(bits):
    graph = solve_bits(bits)
    assert Graph.loads(graph.dumps()) == graph
    for damaged in ("", "{}", graph.dumps()[:-9], graph.dumps().replace("Count", "Sum")):
        with pytest.raises(KernelError, match="adder graph: the text is damaged"):
            Graph.loads(damaged)


def test_equal_matrices_make_equal_modules_and_others_do_not(bits):
    one, same, other = (xnor_dot_const(matrix) for matrix in (bits, bits.copy(), -bits))
    assert one.module == same.module
    assert one.sources == same.sources
    assert one.module != other.module
    assert one.module != xnor_dot_const(bits, levels=2).module


def test_generated_sources_lint(kernels, tmp_path):
    env = {**os.environ, "VERILATOR_ROOT": str(verilator().parents[1])}
    for kernel in kernels(3):
        (tmp_path / "kernel.sv").write_text(kernel.sources[f"{kernel.sv_module}.sv"])
        # a sum may be known to leave its highest bits unused, and a delayed x most of its bits
        command = [verilator(), "--lint-only", "-Wall", "-Wno-DECLFILENAME", "-Wno-UNUSEDSIGNAL"]
        files = [HLS / "waivers.vlt", tmp_path / "kernel.sv", rtl_path("stall_pipe")]
        top = ["--quiet", "--top-module", kernel.sv_module]
        done = subprocess.run([*command, *top, *files], env=env, capture_output=True, text=True)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.slow
def test_the_largest_layer_is_solved_within_five_minutes(rng):
    start = monotonic()
    kernel = xnor_dot_const(rng.choice([-1, 1], (64, 576)))
    assert monotonic() - start < 300
    assert kernel.area["lut"] / (64 * 576) < 0.3
