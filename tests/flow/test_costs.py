# SPDX-License-Identifier: MIT
"""FINN's resource analysis finds our estimates in the nodes, and never those of another folding."""

import pytest
from finn.analysis.fpgadataflow.res_estimation import res_estimation
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.ops.costs import AnnotateCosts
from tarsier_fpga.flow.size.widths import specialize
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.cost.family import AMD, Family
from tarsier_fpga.hls.kernels import cost
from tests.flow.paced import folded

BOARDS = {Family.SERIES7: load_board("pynq-z2"), Family.ULTRASCALE_PLUS: load_board("zcu104")}


@pytest.fixture
def graph(random_net):
    model = folded(lower(ingest(random_net(channels=4, units=2))), 4)
    return specialize(model, BOARDS[Family.SERIES7].part)


@pytest.mark.parametrize("family", AMD)
def test_finn_reports_our_estimates(graph, family):
    model = graph.transform(AnnotateCosts())
    report = res_estimation(model, BOARDS[family].part)
    assert len(report) == len(model.graph.node)
    for node in model.graph.node:
        want = cost(getCustomOp(node).instance(model), family)
        got = report[node.name]
        assert (got["LUT"], got["DSP"], got["URAM"]) == (want.lut, want.dsp, want.uram)
        assert got["BRAM_18K"] == 2 * want.bram36


def test_an_estimate_of_another_folding_is_refused(graph):
    part = BOARDS[Family.SERIES7].part
    with pytest.raises(FlowError, match=r"are not known; transform the model with AnnotateCosts"):
        res_estimation(graph, part)
    model = graph.transform(AnnotateCosts())
    getCustomOp(model.get_nodes_by_op_type("TarsierXnorDot_rtl")[0]).set_nodeattr("PE", 2)
    with pytest.raises(FlowError, match=r"TarsierXnorDot_rtl_0: the resources of its present fold"):
        res_estimation(model, part)
