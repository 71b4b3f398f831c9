# SPDX-License-Identifier: MIT
"""The least folding keeps the pace, and nothing that differs in a layer takes less."""

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.size.estimate_folded import estimate_as_folded, estimate_folded
from tarsier_fpga.flow.size.fold import cycles_per_position, every_fold, fastest_pace
from tarsier_fpga.flow.size.least_fold import least_fold, set_folds, taken
from tests.bench.folding import finn_folds, reached

BOARD = load_board("pynq-z2")


def lowered_at(random_net, cycles):
    """A graph, and frames per second that leave `cycles` for a position."""
    graph = lower(ingest(random_net(channels=4, height=12, width=10)))
    return graph, BOARD.clock_mhz * 1e6 / (fastest_pace(graph) * cycles)


def test_nothing_that_differs_in_a_layer_takes_less(random_net):
    graph, fps = lowered_at(random_net, 6)
    found = least_fold(graph, BOARD, (20, 24), fps)
    assert found.exact and found.tried == found.possible > 1
    least = taken(found.resources, BOARD)
    assert found.bound <= least
    for index, layer in enumerate(found.layers):
        assert layer.positions * cycles_per_position(layer, found.folds[index]) <= found.pace
        for other in every_fold(layer):
            if layer.positions * cycles_per_position(layer, other) > found.pace:
                continue
            folds = [*found.folds[:index], other, *found.folds[index + 1 :]]
            # What is alike folds alike, so that only layers that are alone are changed alone.
            if sum(one.rows == layer.rows and one.terms == layer.terms for one in found.layers) > 1:
                continue
            for windows in (False, True):
                needed = estimate_as_folded(set_folds(graph, folds), found.pace, BOARD, windows)
                assert taken(needed, BOARD) >= least


def test_it_takes_no_more_than_a_build(random_net):
    for cycles in (1, 4):
        graph, fps = lowered_at(random_net, cycles)
        built = estimate_folded(graph, BOARD, (20, 24), fps)
        found = least_fold(graph, BOARD, (20, 24), fps)
        assert found.pace == built.cycles
        assert taken(found.resources, BOARD) <= taken(built.resources, BOARD)


def test_finns_folding_is_of_our_layers(random_net):
    graph, _ = lowered_at(random_net, 1)
    pace = 12 * 10 * 36
    folds = finn_folds(graph, pace)
    assert reached(graph, folds) <= pace
    assert estimate_as_folded(set_folds(graph, folds), pace, BOARD, windows=False).lut > 0
