# SPDX-License-Identifier: MIT
"""FIFO sizing: the depths keep the full rate, and one less would not do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.size import fifos
from tarsier_fpga.flow.size.fifos import CUT_DEPTH, fifo_depths, size_fifos
from tarsier_fpga.flow.size.fold import solve_dots
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.reach import reach_of
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.hls.base.errors import SimError
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.int_dot import int_dot
from tarsier_fpga.hls.kernels.requant import requant
from tarsier_fpga.hls.kernels.residual_add import residual_add
from tarsier_fpga.hls.kernels.stream_fork import stream_fork
from tarsier_fpga.hls.kernels.window import window
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.sim import verilate
from tests.flow.paced import folded

pytestmark = pytest.mark.slow  # each test compiles a design

NET = Path(__file__).parents[2] / "training" / "nets" / "bbcu-raw-16x8.onnx"
PART = "xczu7ev-ffvc1156-2-e"
WIDTH, HEIGHT = 24, 9
CLOCK_MHZ = 250
BEATS = {"x": WIDTH * HEIGHT, "y": WIDTH * HEIGHT}
SIGNS, DOTS = ("TarsierSignThreshold",), ("TarsierXnorDot", "TarsierIntDot")


def unit(pe: int = 1, simd: int = 9) -> Netlist:
    """x + f(3x3 window of x): a fork whose paths meet again a row later."""
    dot = int_dot(np.arange(9)[None] - 4, np.array([3]), 8, True, pe, simd)
    total = dot.outputs[0].width
    return Netlist(
        "unit",
        (
            Cell("u_fork", stream_fork(8), {"x": "x", "y0": "long", "y1": "short"}),
            Cell(
                "u_window",
                window(1, 8, WIDTH, HEIGHT, np.array([0])),
                {"x": "long", "y": "taps"},
            ),
            Cell("u_dot", dot, {"x": "taps", "y": "sums"}),
            Cell("u_requant", requant(1, total, 3, 8, -128, 127), {"x": "sums", "y": "d"}),
            Cell(
                "u_add",
                residual_add(1, 8, True, 8, 8, -128, 127),
                {"x": "short", "d": "d", "y": "y"},
            ),
        ),
        (Stream("x", 8),),
        (Stream("y", 8),),
    )


def bypassed(net: Netlist, depth: int) -> Netlist:
    bypass = Cell("u_bypass", fifo(8, depth), {"x": "short", "y": "held"})
    *front, add = net.cells
    add = replace(add, streams={**add.streams, "x": "held"})
    return replace(net, cells=(*front, bypass, add))


def frame_cycles(net: Netlist) -> int:
    pixels = WIDTH * HEIGHT
    x = np.random.default_rng(1).integers(0, 256, (3 * pixels, 1), np.uint32)
    result = verilate.build(net).run({"x": x}, {"y": 3 * pixels}, idle_limit=1000)
    return int(result.out_cycles["y"][-1] - result.out_cycles["y"][-1 - pixels])


@pytest.mark.parametrize("simd", [9, 3])
def test_the_bypass_holds_a_row_and_the_rate_is_full(simd):
    net = unit(simd=simd)
    sizing = size_fifos(net, BEATS)
    assert set(sizing.depths) == {"short"}
    assert sizing.cycles_per_frame == WIDTH * HEIGHT * 9 // simd
    assert frame_cycles(bypassed(net, sizing.depths["short"])) == sizing.cycles_per_frame


def test_a_bypass_one_shallower_costs_cycles():
    depth = size_fifos(unit(), BEATS).depths["short"]
    assert frame_cycles(bypassed(unit(), depth - 1)) > WIDTH * HEIGHT


def test_kernels_without_their_matrices_give_the_same_depths(monkeypatch):
    model = set_frame(lower(ingest(read_qonnx(NET))), 24, 32)
    model = solve_dots(folded(model, 1), lambda done: None)
    model = adapt_widths(specialize(model, PART), PART)
    depths, facts = fifo_depths(model, reach_of(model), CLOCK_MHZ)
    assert facts.cycles == facts.cycles_unbounded == facts.rows * 32
    assert facts.bits <= facts.bits_unbounded
    monkeypatch.setattr(fifos, "as_pipe", lambda kernel: kernel)
    assert fifo_depths(model, reach_of(model), CLOCK_MHZ) == (depths, facts)


@pytest.mark.parametrize(("clock_mhz", "behind"), [(100, SIGNS), (250, SIGNS + DOTS)])
def test_no_chain_of_ready_signals_passes_a_fork_a_join_or_the_middle_of_a_unit(clock_mhz, behind):
    model = set_frame(lower(ingest(read_qonnx(NET))), 24, 32)
    model = adapt_widths(specialize(folded(model, 1), PART), PART)
    depths, _ = fifo_depths(model, reach_of(model), clock_mhz)
    producers = {name: node for node in model.graph.node for name in node.output}
    for node in model.graph.node:
        streams = [name for name in node.input if name in producers]
        if "Fork" in node.op_type:
            assert all(depths[name] >= CUT_DEPTH for name in streams)
        if node.op_type.startswith(behind):
            assert all(depths[name] == CUT_DEPTH for name in node.output)
    held = {producers[name].op_type for name in depths}
    assert any(op.startswith(DOTS) for op in held) == (clock_mhz == 250)


def test_a_bypass_below_a_row_hangs():
    with pytest.raises(SimError, match="the design hangs"):
        frame_cycles(bypassed(unit(), WIDTH - 2))
