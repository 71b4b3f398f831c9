# SPDX-License-Identifier: MIT
"""Folding meets the rate with the least hardware, or says which rate is possible."""

import itertools

import pytest
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.size.fold import (
    Fold,
    Layer,
    cheapest_fold,
    cycles_per_pixel,
    fold,
    pixel_budget,
)
from tarsier_fpga.hls.base.errors import FlowError

LAYER = Layer("conv0", rows=8, terms=36)


def test_fully_unrolled_takes_one_cycle():
    assert cycles_per_pixel(LAYER, Fold(pe=8, simd=36)) == 1


@pytest.mark.parametrize("bad", [Fold(pe=3, simd=36), Fold(pe=8, simd=5)])
def test_folds_that_do_not_divide_are_refused(bad):
    with pytest.raises(FlowError, match=r"conv0: pe=\d, simd=\d+ must divide rows=8, terms=36"):
        cycles_per_pixel(LAYER, bad)


def test_nothing_cheaper_meets_the_budget():
    divisors = itertools.product([1, 2, 4, 8], [1, 2, 3, 4, 6, 9, 12, 18, 36])
    folds = [Fold(pe, simd) for pe, simd in divisors]
    for budget in range(1, 300):
        chosen = cheapest_fold(LAYER, budget)
        assert cycles_per_pixel(LAYER, chosen) <= budget
        cheaper = [fold for fold in folds if fold.pe * fold.simd < chosen.pe * chosen.simd]
        assert all(cycles_per_pixel(LAYER, fold) > budget for fold in cheaper)


@pytest.mark.parametrize("budget", [1, 2, 5, 36])
def test_every_node_of_a_graph_keeps_the_pace(random_net, budget):
    graph = fold(lower(ingest(random_net(height=11, width=9))), budget)
    for node in graph.graph.node:
        assert getCustomOp(node).get_exp_cycles() <= 11 * 9 * budget


def test_tables_and_roundings_follow_their_dot_product(random_net):
    graph = fold(lower(ingest(random_net(channels=8))), budget=4)
    dots = [node for node in graph.graph.node if node.op_type.endswith("Dot")]
    assert len(dots) == 4
    for node in dots:
        follower = graph.find_consumer(node.output[0])
        assert getCustomOp(follower).lanes_in() == getCustomOp(node).lanes_out()


def test_without_a_rate_every_pixel_takes_one_cycle():
    assert pixel_budget(load_board("zcu104"), 1080, 1920, fps=None) == 1


def test_a_rate_leaves_whole_cycles_per_pixel():
    board = load_board("zcu104")
    pixels = board.clock_mhz * 1e6 / 10
    assert pixel_budget(board, 1, int(pixels), fps=10) == 1
    assert pixel_budget(board, 1, int(pixels), fps=2.1) == 4


def test_an_impossible_rate_names_the_largest():
    board = load_board("pynq-z2")
    with pytest.raises(FlowError, match=r"60 frames .* pynq-z2 at 100 MHz .* reaches 48\.2"):
        pixel_budget(board, 1080, 1920, fps=60)
