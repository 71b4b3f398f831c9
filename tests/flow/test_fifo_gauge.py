# SPDX-License-Identifier: MIT
"""The gauge that sizes FIFOs takes and gives when the fifo it stands for does, to the cycle."""

import numpy as np
import pytest

from flow.sim import verilate
from hls import make
from hls.instance import Instance, Stream

pytestmark = pytest.mark.slow  # each test compiles a design

GAUGE = Instance("fifo_gauge", {"Width": 8}, (Stream("x", 8),), (Stream("y", 8),))


@pytest.mark.parametrize("stall", [0.0, 0.3, {"x": 0.5, "y": 0.5}, {"y": 0.8}])
@pytest.mark.parametrize("depth", [1, 2, 3, 20])
def test_gauge_keeps_the_cycles_of_fifo(depth, stall):
    x = np.random.default_rng(depth).integers(0, 256, (500, 1), np.uint32)
    fifo = verilate.build(make.fifo(8, depth), probes={"mark": "u_dut.high_water_q"})
    gauge = verilate.build(
        GAUGE, probes={"mark": "u_dut.high_water_q"}, knobs={"limit": "u_dut.limit"}
    )
    want = fifo.run({"x": x}, {"y": 500}, stall=stall, seed=depth)
    have = gauge.run({"x": x}, {"y": 500}, stall=stall, seed=depth, knobs={"limit": depth})
    assert np.array_equal(have.in_cycles["x"], want.in_cycles["x"])
    assert np.array_equal(have.out_cycles["y"], want.out_cycles["y"])
    assert have.probes == want.probes
