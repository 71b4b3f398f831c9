#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# hls4ml computes the zero padding of a convolution behind a BipolarQuant as -1.
#
# Package:   hls4ml 1.3.0, qonnx 1.0.0; needs g++ and make, no vendor tool.
# Expected:  ONNX pads a Conv with zeros, and so do PyTorch, Brevitas and the execution of the QONNX model itself. A -1/+1
#            input changes nothing about that: a border pixel of a 3x3 sum has fewer terms.
# Happens:   the values behind a BipolarQuant are kept in one bit, where 0 stands for -1, and padding writes a 0. It counts as
#            -1: each corner of a 3x3 convolution is off by the sum of five weights, each edge by that of three. The inner
#            pixels are right, there's no warning, and io_stream does the same. With a 2-bit Quant all pixels are right.
# Matters:   padding is what keeps a restoration network's frame size, so every frame gets a wrong rim, one pixel wider with
#            each layer. A check on the mean error or on the middle of the picture passes.
# Seen:      a field of +1, weights +1, padding 1; expected corner, edge, middle: 4 6 9
#            2-bit Quant: 4 6 9 in hls4ml
#            BipolarQuant: -1 3 9 in hls4ml
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3.11 -m venv venv
venv/bin/pip install -q hls4ml==1.3.0 numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 qonnx==1.0.0

cat > probe.py <<'PY'
import contextlib
import io
import sys
import warnings

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.channels_last import ConvertToChannelsLastAndClean
from qonnx.transformation.gemm_to_matmul import GemmToMatMul
from qonnx.util.cleanup import cleanup_model

warnings.simplefilter("ignore")
GENERAL = "qonnx.custom_op.general"
FIELD = np.ones((1, 1, 4, 4), np.float32)


def network(quantiser):
    """x, a quantiser, then a 3x3 convolution with padding 1 and nine bipolar weights +1."""
    rounded = {"signed": 1, "narrow": 0, "rounding_mode": "ROUND", "domain": GENERAL}
    nodes = [helper.make_node("Quant", ["x", "one", "zero", "eight"], ["codes"], **rounded)]
    if quantiser == "BipolarQuant":
        nodes.append(helper.make_node("BipolarQuant", ["codes", "one"], ["signs"], domain=GENERAL))
    else:
        nodes.append(helper.make_node("Quant", ["codes", "one", "zero", "two"], ["signs"], **rounded))
    nodes.append(helper.make_node("BipolarQuant", ["weights", "one"], ["w"], domain=GENERAL))
    nodes.append(
        helper.make_node(
            "Conv", ["signs", "w"], ["y"], kernel_shape=[3, 3], pads=[1] * 4, strides=[1, 1], dilations=[1, 1], group=1
        )
    )
    constants = {"one": 1, "zero": 0, "two": 2, "eight": 8, "weights": np.ones((1, 1, 3, 3))}
    graph = helper.make_graph(
        nodes,
        "probe",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, FIELD.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, FIELD.shape)],
        [numpy_helper.from_array(np.float32(value), name) for name, value in constants.items()],
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid(GENERAL, 1)]
    return cleanup_model(ModelWrapper(helper.make_model(graph, opset_imports=opsets)))


def by_hls4ml(model, folder):
    import hls4ml

    model = cleanup_model(model.transform(ConvertToChannelsLastAndClean()).transform(GemmToMatMul()))
    config = hls4ml.utils.config.config_from_onnx_model(
        model, granularity="name", backend="Vitis", default_precision="fixed<16,6>"
    )
    converted = hls4ml.converters.convert_from_onnx_model(
        model, output_dir=folder, io_type="io_parallel", backend="Vitis", hls_config=config
    )
    converted.compile()
    return converted.predict(np.ascontiguousarray(FIELD.transpose(0, 2, 3, 1))).reshape(4, 4)


def corner_edge_middle(result):
    return [int(result[place]) for place in ((0, 0), (0, 1), (1, 1))]


found = {}
for quantiser in ("2-bit Quant", "BipolarQuant"):
    model = network(quantiser)
    (source,), (sink,) = model.graph.input, model.graph.output
    expected = corner_edge_middle(execute_onnx(model, {source.name: FIELD})[sink.name][0, 0])
    if expected != [4, 6, 9]:
        sys.exit("Changed: QONNX itself computes the network in another way.")
    with contextlib.redirect_stdout(io.StringIO()):
        found[quantiser] = corner_edge_middle(by_hls4ml(model, quantiser.replace(" ", "_")))
print("a field of +1, weights +1, padding 1; expected corner, edge, middle: 4 6 9")
for quantiser, result in found.items():
    print(f"{quantiser}:", *result, "in hls4ml")
if found["2-bit Quant"] != [4, 6, 9]:
    sys.exit("Changed: the convolution behind a 2-bit Quant is computed in another way.")
if found["BipolarQuant"] != [-1, 3, 9]:
    sys.exit("Changed: the padding behind a BipolarQuant no longer counts as -1.")
PY
venv/bin/python probe.py
