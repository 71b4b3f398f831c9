# SPDX-License-Identifier: MIT
"""FIFOs move to UltraRAM where block RAM runs short, and only as far as that helps."""

import pytest
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import Board, load_board
from tarsier_fpga.flow.cost.estimate import estimate
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.uram import place_fifos
from tarsier_fpga.flow.size.widths import adapt_widths, insert_fifos, specialize
from tarsier_fpga.hls.cost.resources import total
from tarsier_fpga.hls.kernels import cost
from tests.flow.paced import folded

ZCU104 = load_board("zcu104")
UNITS = 3


@pytest.fixture
def graph(random_net):
    """Residual lines of 4 block RAMs or one UltraRAM each, and the frames' own, of 2.5 or one."""
    net = random_net(channels=32, units=UNITS, bits=9)
    lowered = set_frame(lower(ingest(net)), 1080, 1920)
    wide = adapt_widths(specialize(folded(lowered, 4), ZCU104.part), ZCU104.part)
    skips = [node.output[1] for node in wide.get_nodes_by_op_type("TarsierFork_rtl")]
    return insert_fifos(wide, dict.fromkeys(skips, 2049), ZCU104.part)


def board(bram36: int, uram: int) -> Board:
    device = ZCU104.device.model_copy(update={"bram36": bram36, "uram": uram})
    return ZCU104.model_copy(update={"device": device})


def placed(graph, target: Board):
    cells = stitch(graph).cells
    others = [cell.instance for cell in cells if cell.instance.kernel != "fifo"]
    return place_fifos(graph, target, total(cost(kernel, target.family) for kernel in others))


def styles(graph) -> list[str]:
    """Of the FIFOs, by their width."""
    fifos = [cell.instance for cell in stitch(graph).cells if cell.instance.module == "fifo"]
    return [str(fifo.params["RamStyle"]) for fifo in sorted(fifos, key=_width)]


def _width(fifo) -> int:
    return fifo.params["Width"]


def test_the_graph_is_what_these_tests_take_it_for(graph):
    assert styles(graph) == ["auto"] * (1 + UNITS)


@pytest.mark.parametrize(("bram36", "uram"), [(100, 0), (1000, 96)])
def test_nothing_moves_without_uram_or_need(graph, bram36, uram):
    assert styles(placed(graph, board(bram36, uram))) == ["auto"] * (1 + UNITS)


def test_what_spares_most_block_ram_for_an_uram_moves_first_until_half_is_free(graph):
    before = estimate(stitch(graph), ZCU104.family)
    # A little more than half is taken: one residual line is enough, 4 blocks for one instead of
    # the frames' own, 2.5 blocks for one.
    moved = placed(graph, board(int(2 * before.bram36) - 2, 96))
    assert sorted(styles(moved)) == ["auto"] * UNITS + ["ultra"]
    after = estimate(stitch(moved), ZCU104.family)
    assert (before.bram36 - after.bram36, after.uram) == (4, 1)


@pytest.mark.parametrize("uram", [4, 7, 9, 12, 18, 96])
def test_no_further_move_would_make_the_fuller_kind_less_full(graph, uram):
    target = board(int(estimate(stitch(graph), ZCU104.family).bram36), uram)
    placed(graph, target)
    reached = fuller(graph, target)
    assert reached < 1
    left = [
        node
        for node in graph.get_nodes_by_op_type("StreamingFIFO_rtl")
        if getCustomOp(node).get_nodeattr("ram_style") == "auto"
    ]
    assert len(left) < 1 + UNITS
    half_free = estimate(stitch(graph), target.family).bram36 <= 0.5 * target.resources.bram36
    for node in left:
        getCustomOp(node).set_nodeattr("ram_style", "ultra")
        assert half_free or fuller(graph, target) >= reached
        getCustomOp(node).set_nodeattr("ram_style", "auto")


def fuller(graph, target: Board) -> float:
    """The larger of the shares that are taken of block RAM and of UltraRAM."""
    used, have = estimate(stitch(graph), target.family), target.resources
    return max(used.bram36 / have.bram36, used.uram / have.uram)


def test_a_style_set_by_hand_in_finns_node_reaches_the_kernel(graph):
    node = graph.get_nodes_by_op_type("StreamingFIFO_rtl")[0]
    for asked, built in (("block", "block"), ("srl", "distributed"), ("ultra", "ultra")):
        getCustomOp(node).set_nodeattr("ram_style", asked)
        assert built in styles(graph)
