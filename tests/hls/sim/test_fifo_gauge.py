# SPDX-License-Identifier: MIT
"""What stands for FIFOs and kernels while FIFOs are sized takes and gives in the same cycles."""

import numpy as np
import pytest

from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.xnor_dot_const import xnor_dot_const
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.gauges import as_pipe, fifo_gauge

pytestmark = pytest.mark.slow  # each test compiles a design

GAUGE = fifo_gauge(8)


@pytest.mark.parametrize("stall", [0.0, 0.3, {"x": 0.5, "y": 0.5}, {"y": 0.8}])
@pytest.mark.parametrize("depth", [1, 2, 3, 20])
def test_gauge_keeps_the_cycles_of_fifo(depth, stall):
    x = np.random.default_rng(depth).integers(0, 256, (500, 1), np.uint32)
    queue = verilate.build(fifo(8, depth), probes={"mark": "u_dut.high_water_q"})
    gauge = verilate.build(
        GAUGE, probes={"mark": "u_dut.high_water_q"}, knobs={"limit": "u_dut.limit"}
    )
    want = queue.run({"x": x}, {"y": 500}, stall=stall, seed=depth)
    have = gauge.run({"x": x}, {"y": 500}, stall=stall, seed=depth, knobs={"limit": depth})
    assert np.array_equal(have.in_cycles["x"], want.in_cycles["x"])
    assert np.array_equal(have.out_cycles["y"], want.out_cycles["y"])
    assert have.probes == want.probes


def test_gauge_without_depth_is_a_wire():
    x = np.random.default_rng(0).integers(0, 256, (500, 1), np.uint32)
    gauge = verilate.build(GAUGE, knobs={"limit": "u_dut.limit"})
    have = gauge.run({"x": x}, {"y": 500}, stall=0.5, knobs={"limit": 0})
    assert np.array_equal(have.in_cycles["x"], have.out_cycles["y"])


@pytest.mark.parametrize("stall", [0.0, {"x": 0.5, "y": 0.5}])
def test_pipe_gauge_keeps_the_cycles_of_a_built_in_matrix(stall):
    dot = xnor_dot_const(np.random.default_rng(1).choice([-1, 1], (4, 36)))
    x = np.random.default_rng(2).integers(0, 2**32, (300, 2), np.uint32)
    x[:, 1] &= 15
    want, have = (
        verilate.build(kernel).run({"x": x}, {"y": 300}, stall=stall)
        for kernel in (dot, as_pipe(dot))
    )
    assert np.array_equal(have.in_cycles["x"], want.in_cycles["x"])
    assert np.array_equal(have.out_cycles["y"], want.out_cycles["y"])
