# SPDX-License-Identifier: MIT
"""Streams inside a design, watched: exact counts, hashes, a caught beat, and waves of a span."""

import numpy as np
import pytest
import pywellen

from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist.instance import Stream, rtl_paths
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.netlist.rtl_top import rtl_top
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.activity import Look, Trace, hash_beats

pytestmark = pytest.mark.slow  # each test compiles a design

WIDTH = 40
PAIR = Netlist(
    "pair",
    (
        Cell("u_first", fifo(WIDTH, 4), {"x": "x", "y": "between"}),
        Cell("u_second", fifo(WIDTH, 4), {"x": "between", "y": "y"}),
    ),
    (Stream("x", WIDTH),),
    (Stream("y", WIDTH),),
)
WATCHED = (Stream("x", WIDTH), Stream("between", WIDTH), Stream("y", WIDTH))


def beats(n: int) -> np.ndarray:
    x = np.random.default_rng(n).integers(0, 2**32, (n, 2), np.uint32)
    x[:, 1] %= 2 ** (WIDTH - 32)
    return x


def run(n: int, look: Look = Look(), **pauses):  # noqa: B008
    return verilate.build(PAIR, watched=WATCHED).run({"x": beats(n)}, {"y": n}, look=look, **pauses)


def test_every_cycle_of_a_stream_is_counted_once():
    n = 500
    ran = run(n)
    moved, waited = ran.activity.moved.sum(axis=1), ran.activity.waited.sum(axis=1)
    assert list(moved) == [n, n, n]
    assert list(waited) == [0, 0, 0]
    assert list(ran.activity.beats) == [n, n, n]
    assert ran.activity.bin_cycles == 1
    # each fifo gives a beat one cycle after it took it
    assert list(np.flatnonzero(ran.activity.moved[1])) == list(range(1, n + 1))


def test_a_waiting_beat_is_told_from_a_missing_one():
    n = 400
    ran = run(n, stall={"y": 0.5})
    # y is offered from cycle 2 on, without a gap
    assert ran.activity.waited[2].sum() + n == ran.out_cycles["y"][-1] - 1
    assert ran.activity.waited[0].sum() > 0
    ran = run(n, stall={"x": 0.5})
    assert list(ran.activity.waited.sum(axis=1)) == [0, 0, 0]


def test_long_runs_share_bins():
    n = 5_000
    ran = run(n)
    assert ran.activity.bin_cycles == 8
    assert ran.activity.moved.shape[1] == -(-(ran.cycles + 16) // 8)
    assert list(ran.activity.moved.sum(axis=1)) == [n, n, n]
    assert ran.activity.moved[1, 1:-4].min() == 8


def test_hashes_and_a_caught_beat_tell_what_passed():
    n = 100
    ran = run(n, Look(hashed=60, beat=("between", 77)), stall=0.3)
    assert all(np.array_equal(row, hash_beats(beats(n)[:60])) for row in ran.activity.hashes)
    assert np.array_equal(ran.activity.caught[:2], beats(n)[77])


def test_waves_hold_the_cells_and_the_span_asked_for(tmp_path):
    n, path = 300, tmp_path / "waves.fst"
    sources = {file.name: file.read_text() for file in rtl_paths("fifo")}
    sources["pair.sv"] = rtl_top(PAIR)
    model = verilate.build_sources(
        "pair", sources, PAIR.inputs, PAIR.outputs, {}, {}, WATCHED, traced=True
    )
    trace = Trace(path, ("u_second",), start=("between", 100), stop=("y", 200))
    model.run({"x": beats(n)}, {"y": n}, look=Look(trace=trace))
    waves = pywellen.Waveform(str(path))
    variables = {variable.full_name: variable.signal for variable in waves.all_vars()}
    assert all(name.startswith("TOP.pair.u_second.") for name in variables)
    x = variables["TOP.pair.u_second.x_data_i"]
    # beat k passes in cycle k + 1, and a cycle takes two units of time
    assert x.value_at(2 * 100) is None
    expected = [int(high) << 32 | int(low) for low, high in beats(n)]
    assert [x.value_at(2 * cycle) for cycle in range(101, 202)] == expected[100:201]
    assert x.value_at(2 * 250) == expected[200], "nothing is written after the span"
