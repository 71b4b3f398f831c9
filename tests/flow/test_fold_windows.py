# SPDX-License-Identifier: MIT
"""Windows in memory: where they are chosen, and that a network with them is the same."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow import build as build_module
from tarsier_fpga.flow import build_steps
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.ops.fold_order import folded, unfolded
from tarsier_fpga.flow.sim.execute import reference
from tarsier_fpga.flow.sim.frame_sim import FrameSim
from tarsier_fpga.flow.sim.integer_net import IntegerNet
from tarsier_fpga.flow.size.fold import fold
from tarsier_fpga.flow.size.fold_windows import fold_windows, groups_of
from tarsier_fpga.flow.size.frame_size import set_frame
from tests.flow.nets import kinds, lowered
from tests.flow.red_stage import red_stage

BOARD = load_board("zcu104")
SIDE = 12
PIXELS = SIDE * SIDE


@pytest.fixture(scope="module")
def stage():
    return lowered(red_stage(16, SIDE))


def at(stage, cycles: int):
    """The stage folded for so many cycles of an input pixel."""
    graph = set_frame(type(stage)(stage.model.__deepcopy__({})), SIDE, SIDE)
    pace = cycles * PIXELS
    return fold_windows(fold(graph, pace), pace, BOARD)


def dots(graph) -> list:
    return [getCustomOp(node) for node in graph.get_nodes_by_op_type("TarsierIntDotFold")]


def test_fast_layers_keep_their_windows(stage):
    assert "WindowFold" not in kinds(at(stage, 1))
    assert kinds(at(stage, 2)) == kinds(fold(stage, 2 * PIXELS))


def test_slow_layers_read_theirs_from_memory(stage):
    graph = at(stage, 72)
    assert kinds(graph).count("WindowFold") == kinds(graph).count("IntDotFold") == 2
    assert kinds(graph)[:2] == ["Window", "IntDot"]  # four channels need few registers
    for op in dots(graph):
        assert op.get_exp_cycles() <= 72 * PIXELS


def test_a_row_of_a_grouped_convolution_reads_its_own_channels_only(stage):
    grouped, dense = dots(at(stage, 72))
    assert (grouped.get_nodeattr("groups"), dense.get_nodeattr("groups")) == (4, 1)
    assert grouped.fold() * grouped.simd * grouped.lanes_out() == 16 * 16 * 9 // 4


def test_a_port_has_whole_pixels(stage):
    for cycles in (36, 72, 144, 288, 576, 2304):
        graph = at(stage, cycles)
        ends = [graph.find_consumer(graph.graph.input[0].name)]
        ends += [graph.find_producer(graph.graph.output[0].name)]
        first, last = map(getCustomOp, ends)
        assert first.get_folded_input_shape()[-1] == 4
        assert last.get_folded_output_shape()[-1] == 16


def test_windows_give_to_their_dots_what_these_read(stage):
    graph = at(stage, 72)
    for window in map(getCustomOp, graph.get_nodes_by_op_type("TarsierWindowFold")):
        dot = getCustomOp(graph.find_consumer(window.onnx_node.output[0]))
        assert window.get_folded_output_shape() == dot.get_folded_input_shape()


def test_the_same_integers_at_the_other_levels(stage, rng):
    graph = at(stage, 72)
    frames = rng.integers(0, 64, (2, SIDE, SIDE, 4)).astype(np.int16)
    before, after = IntegerNet(stage), IntegerNet(graph)
    assert np.array_equal(before(torch.from_numpy(frames)), after(torch.from_numpy(frames)))


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_groups_are_what_the_weights_say(groups, rng):
    weights = np.zeros((8, 9, 4), int)
    for row in range(8):
        seen = slice(row * groups // 8 * 4 // groups, (row * groups // 8 + 1) * 4 // groups)
        weights[row, :, seen] = rng.integers(1, 9, (9, 4 // groups))
    assert groups_of(weights.reshape(8, 36), 9) == groups


def test_order_of_terms_and_back(rng):
    frame = rng.integers(0, 99, (3, 2, 9 * 8))
    beats = folded(frame, taps=9, groups=2, passes=3, simd=2)
    assert len(beats) == 6 * 9 * 8 // 2 * 3
    assert np.array_equal(unfolded(beats, 9, 2, 3, 8).reshape(frame.shape), frame)


@pytest.mark.slow
@pytest.mark.parametrize("channels", [16, 64])
def test_rtl_with_windows_in_memory_equals_the_graph(channels, rng, tmp_path, monkeypatch):
    side, cycles = 8, 72 if channels == 16 else 288
    onnx = tmp_path / "red.onnx"
    red_stage(channels, side).save(str(onnx))
    fps = BOARD.clock_mhz * 1e6 / (cycles * side * side)
    config = BuildConfig(onnx, BOARD, 2 * side, 2 * side, fps, tmp_path / "memory")
    design = build(config)
    assert [layer.op for layer in design.layers].count("TarsierWindowFold") >= 2
    frames = rng.integers(0, 64, (3, side, side, 4)).astype(np.uint16)
    want = np.stack([reference(config.output, frame) for frame in frames])
    sim = FrameSim(config.output)
    for stalls in [(0, 0), (0.3, 0.3), (0.7, 0.7)]:
        assert np.array_equal(sim.restore(frames, *stalls).frames, want)
    assert sim.restore(frames).cycles_per_frame <= 1.02 * cycles * side * side

    monkeypatch.setattr(build_steps, "fold_windows", lambda model, pace, board: model)
    monkeypatch.setattr(build_module, "_key", lambda config: f"{design.key}-registers")
    without = build(replace(config, output=tmp_path / "registers"))
    assert design.estimate.lut < without.estimate.lut and design.estimate.ff < without.estimate.ff
    same = FrameSim(tmp_path / "registers").restore(frames[:1]).frames
    assert np.array_equal(same, want[:1])
