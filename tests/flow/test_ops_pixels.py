# SPDX-License-Identifier: MIT
"""The ops of a binary unit, and of the multi-bit convolutions around it."""

import numpy as np
import pytest
import torch
from finn.analysis.fpgadataflow.exp_cycles_per_layer import exp_cycles_per_layer
from finn.transformation.fpgadataflow.compile_cppsim import CompileCppSim
from finn.transformation.fpgadataflow.prepare_cppsim import PrepareCppSim
from finn.transformation.fpgadataflow.prepare_ip import PrepareIP
from finn.transformation.fpgadataflow.prepare_rtlsim import PrepareRTLSim
from finn.transformation.fpgadataflow.set_exec_mode import SetExecMode
from finn.util.fpgadataflow import is_hls_node
from finn.util.settings import get_settings
from qonnx.core.datatype import DataType
from qonnx.core.onnx_exec import execute_onnx
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.sim.integer_net import IntegerNet
from tarsier_fpga.flow.size.widths import specialize
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.act_table import act_table
from tarsier_fpga.hls.golden.affine_requant import affine_requant
from tarsier_fpga.hls.golden.int_dot import int_dot
from tarsier_fpga.hls.golden.requant import requant
from tarsier_fpga.hls.golden.residual_add import residual_add
from tarsier_fpga.hls.golden.scaled_add import scaled_add
from tarsier_fpga.hls.golden.sign_threshold import sign_threshold
from tarsier_fpga.hls.golden.window import window
from tarsier_fpga.hls.golden.xnor_dot import xnor_dot
from tests.flow.hls_op import as_hls
from tests.flow.one_op import PART, OneOp, works

HEIGHT, WIDTH = 3, 4


def one(op_type, frames, types, constants=(), outputs=1, **attributes) -> OneOp:
    return OneOp(op_type, frames, types, constants, attributes, outputs)


@pytest.fixture
def frame(rng):
    """frame(channels, least, most): random integers (H, W, channels)."""
    return lambda channels, least, most: rng.integers(least, most + 1, (HEIGHT, WIDTH, channels))


@pytest.mark.parametrize("pe", [0, 2])
def test_act_table(pe, frame, rng, tmp_path):
    x, table = frame(6, 0, 9), rng.integers(-16, 16, (6, 10))
    op = one("TarsierActTable", (x,), ("UINT4",), (table,), PE=pe, outputDataType="INT5")
    works(op, [act_table(x, table)], tmp_path)


@pytest.mark.parametrize(
    "x_type, y_type, pe",
    [("INT5", "INT6", 2), ("INT3", "UINT4", 0), ("UINT3", "BINARY", 3), ("BINARY", "INT4", 0)],
)
def test_act_table_of_any_types(x_type, y_type, pe, frame, rng, tmp_path):
    ends = {
        name: (int(DataType[name].min()), int(DataType[name].max())) for name in (x_type, y_type)
    }
    ends["BINARY"] = (0, 1)
    least, most = ends[x_type]
    x, table = (
        frame(6, least, most),
        rng.integers(*ends[y_type], (6, most - least + 1), endpoint=True),
    )
    op = one("TarsierActTable", (x,), (x_type,), (table,), PE=pe, outputDataType=y_type)
    expected = table[np.arange(6), x - least]
    works(op, [expected], tmp_path)
    model = op.graph()
    assert np.array_equal(CpuGraph(model)(x), expected)
    assert np.array_equal(IntegerNet(model)(torch.tensor(x[None]))[0].numpy(), expected)


def test_a_table_for_other_bits_than_x_has_is_refused(frame):
    table = np.zeros((6, 10), int)
    facts = {"outputDataType": "INT4"}
    model = one("TarsierActTable", (frame(6, 0, 9),), ("UINT8",), (table,), **facts).model()
    message = "node: a table of 10 entries must have an x of 4 bits, and its type is UINT8"
    with pytest.raises(FlowError, match=message):
        getCustomOp(model.graph.node[0]).instance(model)


@pytest.mark.parametrize(
    "types, bent, pe", [(("INT12", "INT6"), 1, 0), (("UINT12", "UINT5"), 0, 3)]
)
def test_affine_requant(types, bent, pe, frame, rng, tmp_path):
    signed = types[0] == "INT12"
    x = frame(6, -2048, 2047) if signed else frame(6, 0, 4095)
    rows = np.column_stack([rng.integers(-9, 9, 6), *rng.integers(-99, 99, (4, 6))])
    rows = rows if bent else rows[:, [0, 3, 4, 3, 4]]
    clamp = (-30, 31) if signed else (0, 29)
    facts = {"PE": pe, "shift": 12, "floor": clamp[0], "ceiling": clamp[1]}
    op = one("TarsierAffineRequant", (x,), types[:1], (rows,), **facts, outputDataType=types[1])
    works(op, [affine_requant(x, rows, 12, *clamp)], tmp_path)


def test_affine_requant_of_coefficients_beyond_float32(frame):
    x, almost_half = frame(2, 0, 3), 2**40 + 2**29 - 1
    rows = np.array([[0, 0, 0, 1, almost_half]] * 2)
    facts = {"shift": 30, "floor": 0, "ceiling": 4095, "outputDataType": "UINT12"}
    model = one("TarsierAffineRequant", (x,), ("UINT2",), (rows,), **facts).model()
    model.set_initializer("c0", rows)
    result = execute_onnx(model, {"x0": x[None].astype(np.float32)})["y0"][0]
    assert np.array_equal(result, np.where(x > 1, 1025, 1024))
    kernel = getCustomOp(model.graph.node[0]).instance(model)
    assert kernel.tables[2].values.max() == almost_half


def test_fork(frame, tmp_path):
    x = frame(5, -4, 3)
    works(one("TarsierFork", (x,), ("INT3",), outputs=2), [x, x], tmp_path)


def _sum_type(weights, bias) -> str:
    """The narrowest type that no input of 8 bits overflows."""
    reach = np.array([np.where(weights > 0, weights, 0), np.where(weights < 0, weights, 0)])
    ends = 255 * reach.sum(axis=-1) + bias
    return f"INT{1 + int(max(ends.max(), -1 - ends.min())).bit_length()}"


@pytest.mark.parametrize("pe, simd, constant", [(0, 0, 0), (2, 3, 0), (0, 0, 1)])
def test_int_dot(pe, simd, constant, frame, rng, tmp_path):
    x, weights, bias = frame(9, 0, 255), rng.integers(-8, 8, (4, 9)), rng.integers(-99, 99, 4)
    y = int_dot(x, weights, bias)
    facts = {"rows": 4, "PE": pe, "SIMD": simd, "constant": constant}
    facts["outputDataType"] = _sum_type(weights, bias)
    works(one("TarsierIntDot", (x,), ("UINT8",), (weights, bias), **facts), [y], tmp_path)


@pytest.mark.parametrize("pe, simd, groups", [(2, 1, 1), (1, 2, 2), (2, 2, 1)])
def test_int_dot_fold(pe, simd, groups, frame, rng, tmp_path):
    x, taps = frame(16, 0, 255), 4  # of 4 channels
    weights, bias = rng.integers(-8, 8, (4, 4, 4)), rng.integers(-99, 99, 4)
    for row in range(4 if groups == 2 else 0):
        weights[row, :, slice(2, 4) if row < 2 else slice(2)] = 0
    weights = weights.reshape(4, 16)
    facts = {"rows": 4, "PE": pe, "SIMD": simd, "groups": groups, "taps": taps}
    facts["outputDataType"] = _sum_type(weights, bias)
    op = one("TarsierIntDotFold", (x,), ("UINT8",), (weights, bias), **facts)
    kernel = getCustomOp(op.model().graph.node[0]).instance(op.model())
    assert kernel.number("Terms") == 16 // groups
    works(op, [int_dot(x, weights, bias)], tmp_path)


@pytest.mark.parametrize("pe", [0, 3])
def test_requant(pe, frame, tmp_path):
    x = frame(6, -2000, 2000)
    facts = {"shift": 3, "floor": 0, "ceiling": 200, "PE": pe, "outputDataType": "UINT8"}
    works(one("TarsierRequant", (x,), ("INT12",), **facts), [requant(x, 3, 0, 200)], tmp_path)


def test_residual_add(frame, tmp_path):
    x, d = frame(5, 0, 255), frame(5, -32, 31)
    facts = {"floor": 0, "ceiling": 255, "outputDataType": "UINT8"}
    op = one("TarsierResidualAdd", (x, d), ("UINT8", "INT6"), **facts)
    works(op, [residual_add(x, d, 0, 255)], tmp_path)


SCALES = {"x_scale": 4, "d_scale": 1, "shift": 0}


@pytest.mark.parametrize("pe", [0, 2, 6])
@pytest.mark.parametrize(
    "facts, types, offset",
    [
        (
            SCALES | {"floor": -32, "ceiling": 1051, "outputDataType": "INT12"},
            ("UINT8", "INT6"),
            [0] * 6,
        ),
        (
            SCALES | {"x_scale": 0, "floor": 0, "ceiling": 1, "outputDataType": "BINARY"},
            ("INT4", "BINARY"),
            [0] * 6,
        ),
        (
            {"x_scale": -5, "d_scale": 3, "shift": 2, "floor": 0, "ceiling": 15}
            | {"outputDataType": "UINT4"},
            ("INT4", "UINT3"),
            [9, 0, -7, 9, 20, -1],
        ),
    ],
    ids=["exact", "bits", "rounded"],
)
def test_scaled_add(facts, types, offset, pe, frame, tmp_path):
    ends = [(int(DataType[t].min()), int(DataType[t].max())) for t in types]
    x, d = (frame(6, *end) for end in ends)
    offsets = np.array(offset)
    x_scale, d_scale, *rest = (facts[n] for n in (*SCALES, "floor", "ceiling"))
    y = scaled_add(x, d, x_scale, d_scale, offsets, *rest)
    works(one("TarsierScaledAdd", (x, d), types, (offsets,), PE=pe, **facts), [y], tmp_path)


def test_scaled_adds_that_cannot_be_are_refused(frame):
    frames, types = (frame(6, 0, 3), frame(6, 0, 3)), ("UINT2", "UINT2")
    facts = SCALES | {"floor": -1, "ceiling": 15, "outputDataType": "UINT4"}
    said = r"node: outputDataType=UINT4 must be an integer type that holds floor=-1 \.\. ceiling=15"
    with pytest.raises(FlowError, match=said):
        one("TarsierScaledAdd", frames, types, (np.zeros(6),), **facts).model()
    facts |= {"floor": 0}
    model = one("TarsierScaledAdd", frames, types, (np.zeros(6),), PE=4, **facts).model()
    with pytest.raises(FlowError, match=r"node: PE=4 must divide channels=6, or be 0"):
        getCustomOp(model.graph.node[0]).instance(model)


@pytest.mark.parametrize("pe", [0, 2])
@pytest.mark.parametrize(
    "x_type, y_type",
    [
        ("UINT4", "INT5"),
        ("INT4", "INT9"),
        ("BINARY", "UINT1"),
        ("BINARY", "INT3"),
        ("UINT3", "UINT8"),
    ],
)
def test_widen(x_type, y_type, pe, frame, tmp_path):
    x = frame(6, int(DataType[x_type].min()), int(DataType[x_type].max()))
    works(one("TarsierWiden", (x,), (x_type,), PE=pe, outputDataType=y_type), [x], tmp_path)


@pytest.mark.parametrize("x_type, y_type", [("UINT4", "INT4"), ("INT4", "UINT8"), ("INT5", "INT4")])
def test_a_type_that_does_not_hold_the_other_is_refused(x_type, y_type, frame):
    x = frame(6, 0, 1)
    said = rf"node: outputDataType={y_type} must be an integer type that holds .* of {x_type}"
    with pytest.raises(FlowError, match=said):
        one("TarsierWiden", (x,), (x_type,), outputDataType=y_type).model()


def test_sign_threshold(frame, rng, tmp_path):
    x, levels = frame(7, -16, 15), rng.integers(-16, 17, 7)
    op = one("TarsierSignThreshold", (x,), ("INT5",), (levels,))
    works(op, [sign_threshold(x, levels)], tmp_path)


def test_window(frame, rng, tmp_path):
    x, pad = frame(3, 0, 3), rng.integers(0, 4, 3)
    works(one("TarsierWindow", (x,), ("UINT2",), (pad,)), [window(x, pad)], tmp_path)


@pytest.mark.parametrize("pe, simd, constant", [(0, 0, 0), (3, 9, 0), (0, 0, 1)])
def test_xnor_dot(pe, simd, constant, frame, rng, tmp_path):
    x, weights = frame(27, 0, 1), rng.choice([-1, 1], (6, 27))
    facts = {"rows": 6, "PE": pe, "SIMD": simd, "constant": constant, "outputDataType": "UINT5"}
    op = one("TarsierXnorDot", (x,), ("BINARY",), (weights,), **facts)
    works(op, [xnor_dot(x, weights)], tmp_path)


def test_frame_fifo(frame, rng, tmp_path):
    x, fill = frame(4, 0, 255), rng.integers(0, 256, 4)
    facts = {"data_width": 32, "burst": 4, "base": 64}
    op = one("TarsierFrameFifo", (x,), ("UINT8",), (fill,), **facts)
    works(op, [np.broadcast_to(fill, x.shape)], tmp_path)


def test_finns_rtlsim_runs_the_rtl_without_vivado(frame, rng, tmp_path):
    x, table = frame(6, 0, 9), rng.integers(-16, 16, (6, 10))
    facts = {"PE": 2, "outputDataType": "INT5"}
    model = specialize(one("TarsierActTable", (x,), ("UINT4",), (table,), **facts).model(), PART)
    get_settings().finn_build_dir = tmp_path
    for step in (PrepareIP(PART, 4.0), PrepareRTLSim(), SetExecMode("rtlsim")):
        model = model.transform(step)
    feed = {model.graph.input[0].name: x[None].astype(np.float32)}
    results = execute_onnx(model, feed)
    assert np.array_equal(results[model.graph.output[0].name][0], act_table(x, table))
    assert model.analysis(exp_cycles_per_layer) == {"TarsierActTable_rtl_0": 3 * HEIGHT * WIDTH}
    assert getCustomOp(model.graph.node[0]).get_nodeattr("cycles_rtlsim") == 3 * HEIGHT * WIDTH + 1


def test_finns_cppsim_runs_the_twin_without_vitis(frame, rng):
    x, weights = frame(27, 0, 1), rng.choice([-1, 1], (6, 27))
    facts = {"rows": 6, "PE": 2, "outputDataType": "UINT5"}
    op = one("TarsierXnorDot", (x,), ("BINARY",), (weights,), **facts)
    model = as_hls(op.model(), PART).transform(SetExecMode("cppsim"))
    assert is_hls_node(model.graph.node[0])
    feed = {model.graph.input[0].name: x[None].astype(np.float32)}
    with pytest.raises(FlowError, match=r"no program to execute; run PrepareCppSim and CompileCpp"):
        execute_onnx(model, feed)
    model = model.transform(PrepareCppSim()).transform(CompileCppSim())
    results = execute_onnx(model, feed)
    assert np.array_equal(results[model.graph.output[0].name][0], xnor_dot(x, weights))
