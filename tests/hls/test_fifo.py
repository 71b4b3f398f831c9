# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from flow.sim import verilate
from flow.sim.errors import SimError
from hls import make
from hls.beats import pack
from hls.errors import KernelError

# width, depth: registers, and memories whose size is and is not a power of two
SHAPES = [(16, 1), (5, 2), (40, 5), (16, 6)]
shapes = pytest.mark.parametrize("width, depth", SHAPES)


def random_beats(rng, count, width):
    return pack(rng.integers(0, 2, (count, width)), 1)


@shapes
def test_matches_golden(width, depth, stall, rtl, rng):
    x = random_beats(rng, 300, width)
    result = rtl(make.fifo(width, depth), {"x": x}, 300, stall)
    assert np.array_equal(result.outputs["y"], x)


@shapes
def test_extremes(width, depth, stall, rtl):
    x = pack(np.array([[0] * width, [1] * width] * 20), 1)
    result = rtl(make.fifo(width, depth), {"x": x}, 40, stall)
    assert np.array_equal(result.outputs["y"], x)


@shapes
def test_output_holds_under_backpressure(width, depth, rtl, rng):
    x = random_beats(rng, 100, width)
    result = rtl(make.fifo(width, depth), {"x": x}, 100, {"y": 0.9})
    assert np.array_equal(result.outputs["y"], x)
    with pytest.raises(SimError, match=rf"x {depth} of 100 beats, y 0 of 100 beats"):
        rtl(make.fifo(width, depth), {"x": x}, 100, {"y": 1.0})


@shapes
def test_cycle_contract(width, depth, rtl, rng):
    x = random_beats(rng, 100, width)
    result = rtl(make.fifo(width, depth), {"x": x}, 100)
    every = 2 if depth == 1 else 1
    assert np.array_equal(result.in_cycles["x"], every * np.arange(100))
    assert np.array_equal(result.out_cycles["y"], every * np.arange(100) + 1)


@shapes
def test_high_water_mark(width, depth, rng):
    model = verilate.build(make.fifo(width, depth), probes={"mark": "u_dut.high_water_q"})
    inputs = {"x": random_beats(rng, 100, width)}
    free = model.run(inputs, {"y": 100}, stall=0.0)
    full = model.run(inputs, {"y": 100}, stall={"y": 0.9})
    assert (free.probes["mark"], full.probes["mark"]) == (1, depth)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"fifo: depth=0 must be an integer >= 1"):
        make.fifo(16, 0)
    assert "fifo: Width=5 Depth=0, both must be >= 1" in refused(make.fifo(5, 2), Depth=0)
