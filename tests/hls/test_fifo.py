# SPDX-License-Identifier: MIT
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError, SimError
from tarsier_fpga.hls.golden.fifo import fifo as golden
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.ram_style import RamStyle
from tarsier_fpga.hls.sim import verilate
from tests.hls.grid import Case, Grid, agrees, contract, run, seeded

BEATS = 200


@dataclass(frozen=True)
class Params:
    width: int
    depth: int
    ram_style: RamStyle = RamStyle.AUTO
    beats: int = BEATS


GRID = Grid(
    st.builds(
        Params,
        width=st.integers(1, 80),
        depth=st.one_of(st.integers(1, 9), st.integers(10, BEATS - 1)),
        ram_style=st.sampled_from(RamStyle),
    )
)
DEEP = [Params(9, 65_536, RamStyle.ULTRA, 66_000), Params(33, 65_535, beats=66_000)]


def case(p: Params, x: np.ndarray) -> Case:
    instance = fifo(p.width, p.depth, p.ram_style)
    return Case(p, instance, {"x": pack(x, 1)}, {"y": pack(golden(x), 1)})


def random_x(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 2, (p.beats, p.width))


def extreme_x(p: Params) -> np.ndarray:
    return np.resize(np.repeat([0, 1], p.width), (40, p.width))


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case
)


@pytest.mark.parametrize("grid", [GRID, DEEP], ids=["small", "deep"])
def test_takes_exactly_depth_beats_and_no_more(grid):
    with pytest.raises(SimError) as hang:
        run([random_case(p) for p in grid], {"y": 1.0})
    for i, p in enumerate(grid):
        assert f"c{i}_x {p.depth} of {p.beats} beats" in str(hang.value)


@pytest.mark.parametrize("grid", [GRID, DEEP], ids=["small", "deep"])
def test_cycle_contract(grid):
    cases = [random_case(p) for p in grid]
    for p, c, ran in zip(grid, cases, run(cases), strict=True):
        cycles = np.arange(p.beats) * (2 if p.depth == 1 else 1)
        assert np.array_equal(ran.in_cycles["x"], cycles)
        assert np.array_equal(ran.out_cycles["y"], cycles + 1)
        assert np.array_equal(ran.outputs["y"], c.expected["y"])


def test_deep_queues_fill_and_empty_without_a_loss():
    agrees([random_case(p) for p in DEEP], {"y": 0.7})


def test_high_water_mark():
    p = Params(width=16, depth=6)
    model = verilate.build(fifo(p.width, p.depth), probes={"mark": "u_dut.high_water_q"})
    inputs = random_case(p).inputs
    free = model.run(inputs, {"y": BEATS}, stall=0.0)
    full = model.run(inputs, {"y": BEATS}, stall={"y": 0.9})
    assert (free.probes["mark"], full.probes["mark"]) == (1, p.depth)


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"fifo: depth=0 must be an integer >= 1"):
        fifo(16, 0)
    with pytest.raises(KernelError, match=r"fifo: ram_style=lut must be one of auto, distributed,"):
        fifo(16, 2, "lut")
    assert "fifo: Width=5 Depth=0, both must be >= 1" in refused(fifo(5, 2), Depth=0)
    said = refused(fifo(5, 2), RamStyle=4)
    assert "fifo: RamStyle=4 must be 0 (auto), 1 (distributed), 2 (block) or 3 (ultra)" in said
