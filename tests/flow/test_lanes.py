# SPDX-License-Identifier: MIT
"""Slow streams are narrow, the pace is kept, and the integers stay what they are."""

import copy

import numpy as np
import pytest
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.sim.execute import run_graph
from tarsier_fpga.flow.size.fifos import fifo_depths
from tarsier_fpga.flow.size.fold import fastest_pace, fold
from tarsier_fpga.flow.size.lanes import positions_of
from tarsier_fpga.flow.size.reach import reach_of
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.kernels import cost
from tests.flow.nets import quant_numbers
from tests.networks.graph import GraphWriter
from tests.networks.unet import unet

PART, FAMILY, CLOCK_MHZ = "xczu7ev-ffvc1156-2-e", Family.ULTRASCALE_PLUS, 250


@pytest.fixture(scope="module")
def lowered() -> ModelWrapper:
    """Two scales of 8 and 16 channels, joined by adds and by a concatenation."""
    return lower(ingest(ModelWrapper(unet((8, 16), units=1, side=16))))


def lanes(model: ModelWrapper, op_type: str) -> list[tuple[int, int]]:
    """Positions of each node of the type, and its channels a cycle."""
    ops = map(getCustomOp, model.get_nodes_by_op_type(op_type))
    return [(positions_of(op), op.lanes_out()) for op in ops]


def adapted(model: ModelWrapper, pace: int) -> ModelWrapper:
    folded = fold(copy.deepcopy(model), pace, constant=False)
    return adapt_widths(specialize(folded, PART), PART)


def test_half_the_size_has_fewer_lanes(lowered):
    """Of the pace a narrow stream takes a quarter at most: pixels come and go in bursts."""
    model = fold(copy.deepcopy(lowered), 4 * fastest_pace(lowered))
    assert lanes(model, "TarsierResidualAdd") == [(256, 8), (64, 4), (256, 8), (256, 4)]


def test_ports_have_whole_pixels(lowered):
    """The last sum leaves in the lanes of the port, and the first fork reads those of another."""
    model = fold(copy.deepcopy(lowered), 16 * fastest_pace(lowered))
    assert lanes(model, "TarsierResidualAdd") == [(256, 2), (64, 1), (256, 2), (256, 4)]
    assert lanes(model, "TarsierFork")[0] == (256, 4)


@pytest.mark.parametrize("slower", [1, 2, 3, 8])
def test_no_kernel_takes_more_than_the_pace(lowered, slower):
    pace = slower * fastest_pace(lowered)
    for node in adapted(lowered, pace).graph.node:
        assert getCustomOp(node).get_exp_cycles() <= pace


@pytest.mark.parametrize("slower", [1, 3, 8])
def test_integers_stay_what_they_are(lowered, slower):
    frame = np.random.default_rng(slower).integers(0, 1024, (16, 16, 4))
    model = adapted(lowered, slower * fastest_pace(lowered))
    assert np.array_equal(run_graph(model, frame), run_graph(lowered, frame))


def test_what_is_slower_takes_less(lowered):
    """Streams of whole pixels would take as much at any pace."""
    luts = []
    for slower in (1, 4, 16):
        netlist = stitch(adapted(lowered, slower * fastest_pace(lowered)))
        adds = [c.instance for c in netlist.cells if c.instance.kernel == "residual_add"]
        assert len(adds) == 4
        luts.append(sum(cost(add, FAMILY).lut for add in adds[:-1]))  # the last is at a port
    assert luts[0] > luts[1] > 2 * luts[2]


def test_nothing_is_gathered_for_a_folded_dot_product_that_has_no_time_for_it(rng):
    """It reads a pixel in place, so that gathering and reading follow each other."""
    net = GraphWriter(18)
    x = net.input([1, 8, 8, 8])
    weights = (rng.integers(-31, 32, (8, 8, 1, 1))).astype(np.float32) / 4
    t = net.node("Quant", net.node("Conv", x, weights, kernel_shape=[1, 1]), *quant_numbers(1.0, 8))
    t = net.node("Quant", net.node("Conv", t, weights, kernel_shape=[1, 1]), *quant_numbers(1.0, 8))
    model = lower(ingest(ModelWrapper(net.model({t: [1, 8, 8, 8]}, {"bits": 4}))))
    model = adapted(model, 4 * 64)
    first, second = map(getCustomOp, model.get_nodes_by_op_type("TarsierIntDot_rtl"))
    assert (first.fold(), second.fold()) == (4, 4)
    assert getCustomOp(model.get_nodes_by_op_type("TarsierRequant_rtl")[0]).lanes_in() == 8


@pytest.mark.slow
@pytest.mark.parametrize("slower", [1, 4])
def test_the_pace_is_kept_with_fifos_before_what_is_gathered(lowered, slower):
    pace = slower * fastest_pace(lowered)
    model = adapted(lowered, pace)
    depths, sizing = fifo_depths(model, reach_of(model), CLOCK_MHZ)
    assert sizing.cycles <= 1.02 * pace
    for node in model.get_nodes_by_op_type("StreamingDataWidthConverter_rtl"):
        op = getCustomOp(node)
        if op.get_nodeattr("inWidth") < op.get_nodeattr("outWidth"):
            assert node.output[0] not in depths
