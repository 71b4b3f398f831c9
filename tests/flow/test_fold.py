# SPDX-License-Identifier: MIT
"""Folding meets the rate with the least hardware, or says which rate is possible."""

import itertools

import numpy as np
import pytest
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.size.fold import (
    Fold,
    Layer,
    cheapest_fold,
    cycles_per_position,
    fastest_pace,
    frame_pace,
    layers_of,
)
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.nets import quant_numbers
from tests.flow.paced import folded
from tests.networks.graph import GraphWriter

LAYER = Layer("conv0", rows=8, terms=36)


def test_fully_unrolled_takes_one_cycle():
    assert cycles_per_position(LAYER, Fold(pe=8, simd=36)) == 1


@pytest.mark.parametrize("bad", [Fold(pe=3, simd=36), Fold(pe=8, simd=5)])
def test_folds_that_do_not_divide_are_refused(bad):
    with pytest.raises(FlowError, match=r"conv0: pe=\d, simd=\d+ must divide rows=8, terms=36"):
        cycles_per_position(LAYER, bad)


def test_nothing_cheaper_meets_the_budget():
    divisors = itertools.product([1, 2, 4, 8], [1, 2, 3, 4, 6, 9, 12, 18, 36])
    folds = [Fold(pe, simd) for pe, simd in divisors]
    for budget in range(1, 300):
        chosen = cheapest_fold(LAYER, budget)
        assert cycles_per_position(LAYER, chosen) <= budget
        cheaper = [fold for fold in folds if fold.pe * fold.simd < chosen.pe * chosen.simd]
        assert all(cycles_per_position(LAYER, fold) > budget for fold in cheaper)


@pytest.mark.parametrize("cycles", [1, 2, 5, 36])
def test_every_node_of_a_graph_keeps_the_pace(random_net, cycles):
    graph = folded(lower(ingest(random_net(height=11, width=9))), cycles)
    for node in graph.graph.node:
        assert getCustomOp(node).get_exp_cycles() <= 11 * 9 * cycles


def test_tables_and_roundings_follow_their_dot_product(random_net):
    graph = folded(lower(ingest(random_net(channels=8))), 4)
    dots = [node for node in graph.graph.node if node.op_type.endswith("Dot")]
    assert len(dots) == 4
    for node in dots:
        follower = graph.find_consumer(node.output[0])
        assert getCustomOp(follower).lanes_in() == getCustomOp(node).lanes_out()


def test_bits_at_two_cycles_are_built_in_and_integers_are_folded(random_net):
    """All the adders of bits, which share sums, are less than half of them that share none."""
    graph = folded(lower(ingest(random_net(channels=16))), 2)
    for node in graph.graph.node:
        if node.op_type.endswith("Dot"):
            assert getCustomOp(node).constant == (node.op_type == "TarsierXnorDot")


def test_mostly_zeros_are_built_in(rng):
    """Groups are zeros outside of them, which cost nothing as adders."""
    graph = lower(ingest(grouped(rng, groups=4)))
    [layer] = layers_of(graph)
    assert layer.filled <= 1 / 4
    [dot] = folded(graph, 2).get_nodes_by_op_type("TarsierIntDot")
    assert getCustomOp(dot).constant
    dense = lower(ingest(grouped(rng, groups=1)))
    [dot] = folded(dense, 2).get_nodes_by_op_type("TarsierIntDot")
    assert not getCustomOp(dot).constant


@pytest.mark.parametrize(("cycles", "constant"), [(3, True), (4, False)])
def test_wide_layers_of_bits_are_built_in_up_to_three_cycles(random_net, cycles, constant):
    graph = folded(lower(ingest(random_net(channels=32))), cycles)
    for dot in graph.get_nodes_by_op_type("TarsierXnorDot"):
        assert getCustomOp(dot).constant == constant


@pytest.mark.parametrize(("cycles", "constant"), [(2, True), (4, False)])
def test_weights_of_one_digit_are_built_in_where_they_are_smaller(rng, cycles, constant):
    graph = lower(ingest(grouped(rng, groups=1, most=1)))
    [dot] = folded(graph, cycles).get_nodes_by_op_type("TarsierIntDot")
    assert getCustomOp(dot).constant == constant


def grouped(rng, groups: int, most: int = 31) -> ModelWrapper:
    net = GraphWriter(18)
    x = net.input([1, 8, 9, 9])
    signs = rng.choice([-1.0, 1.0], (8, 8 // groups, 3, 3))
    weights = (signs * rng.integers(most // 2 + 1, most + 1, signs.shape)).astype(np.float32) / 4
    y = net.node("Conv", x, weights, kernel_shape=[3, 3], pads=[1] * 4, group=groups)
    y = net.node("Quant", y, *quant_numbers(1.0, 8))
    return ModelWrapper(net.model({y: [1, 8, 9, 9]}, {"bits": 4}))


def test_a_layer_at_half_the_size_has_four_times_the_cycles(rng):
    """What is slower than the frame's own pixels folds further at the same pace."""
    net = GraphWriter(18)
    x = net.input([1, 4, 16, 16])
    weights = (np.round(rng.uniform(-7, 7, (4, 4, 3, 3))) / 4).astype(np.float32)
    shape = {"kernel_shape": [3, 3], "pads": [1] * 4}
    y = net.node("Quant", net.node("Conv", x, weights, **shape), *quant_numbers(4.0, 8))
    y = net.node("Conv", y, weights, strides=[2, 2], **shape)
    y = net.node("Quant", y, *quant_numbers(4.0, 8))
    graph = lower(ingest(ModelWrapper(net.model({y: [1, 4, 8, 8]}, {"bits": 8}))))
    first, second = layers_of(graph)
    assert (first.positions, second.positions) == (256, 64)
    taken = [getCustomOp(n).fold() for n in folded(graph, 4).get_nodes_by_op_type("TarsierIntDot")]
    assert taken == [4, 16]


def test_without_a_rate_the_busiest_stream_takes_a_pixel_every_cycle(random_net, rng):
    assert fastest_pace(lower(ingest(random_net(height=11, width=9)))) == 11 * 9
    assert frame_pace(load_board("zcu104"), 99, None, "9x11") == 99
    net = GraphWriter(18)
    x = net.input([1, 3, 8, 8])
    scales = np.array([1, 1, 2, 2], np.float32)
    y = net.node(
        "Resize",
        x,
        "",
        scales,
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    graph = lower(ingest(ModelWrapper(net.model({y: [1, 3, 16, 16]}, {"bits": 8}))))
    assert fastest_pace(graph) == 16 * 16


def test_a_rate_leaves_whole_cycles():
    board = load_board("zcu104")
    assert frame_pace(board, 1000, board.clock_mhz * 1e6 / 1000, "a frame") == 1000
    assert frame_pace(board, 1000, board.clock_mhz * 1e6 / 4321.5, "a frame") == 4321


def test_an_impossible_rate_names_the_largest():
    board = load_board("pynq-z2")
    sentence = r"^60 frames per second of 1920x1080 pixels .* pynq-z2 at 100 MHz .* reaches 48\.2$"
    with pytest.raises(FlowError, match=sentence):
        frame_pace(board, 1080 * 1920, 60, "1920x1080")
