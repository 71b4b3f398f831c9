#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Brevitas' QONNX export of accumulator-aware weights (A2Q) drops the bound on the accumulator, which is all that A2Q is for.
#
# Package:   brevitas 0.13.4 (with torch 2.13.0, qonnx 1.0.0, onnxruntime 1.25.1).
# Expected:  a layer with Int8AccumulatorAwareWeightQuant has integer weights whose absolute sum keeps every dot product within
#            weight_accumulator_bit_width bits. export_qonnx and export_onnx_qcdq write the same network, with the same weights.
# Happens:   export_qonnx writes the float weights, scale and bit width into a Quant node, as for any other quantizer. The norm to
#            which A2Q brings a row's weights, and its rounding towards zero, are not in the file: the weights in it are others,
#            their sums break the bound, and the outputs are not the network's. export_onnx_qcdq writes the integers, and is right.
#            Neither warns.
# Matters:   A2Q exists to make accumulators narrow on FPGAs, and QONNX is how its networks reach FINN. Hardware whose accumulators
#            are as wide as was asked in training would overflow, hardware sized by the file is wider than was trained for, and both
#            compute another function than the one that was scored.
# Seen:      4-bit weights, 4-bit inputs, 12-bit accumulators, 144 terms; a row's weights may add up to 136 at most:
#            PyTorch and QCDQ: 66 at most; QONNX: up to 533; largest output 0.132, QONNX is off by 0.909, QCDQ by 0
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3.11 -m venv venv
venv/bin/pip install -q torch==2.13.0 brevitas==0.13.4 qonnx==1.0.0 onnxruntime==1.25.1 onnx==1.21.0 onnxscript==0.7.2 onnxoptimizer==0.4.2

cat > probe.py <<'PY'
import warnings

import brevitas.nn as qnn
import numpy as np
import onnxruntime
import torch
from brevitas.export import export_onnx_qcdq, export_qonnx
from brevitas.quant import Int8AccumulatorAwareWeightQuant, Uint8ActPerTensorFloat
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes

warnings.simplefilter("ignore")
ACCUMULATOR, BITS = 12, 4
MOST = (2 ** (ACCUMULATOR - 1) - 1) // (2**BITS - 1)

torch.manual_seed(0)
layer = qnn.QuantConv2d(
    16,
    4,
    3,
    bias=False,
    weight_quant=Int8AccumulatorAwareWeightQuant,
    weight_bit_width=BITS,
    weight_accumulator_bit_width=ACCUMULATOR,
)
identity = qnn.QuantIdentity(act_quant=Uint8ActPerTensorFloat, bit_width=BITS, return_quant_tensor=True)
network = torch.nn.Sequential(identity, layer)
x = torch.rand(1, 16, 8, 8)
network(x)  # in training mode, which sets the scale of x
network.eval()
y = network(x).detach().numpy()

export_qonnx(network, x, "qonnx.onnx", opset_version=17, dynamo=False)
export_onnx_qcdq(network, x, "qcdq.onnx", opset_version=17, dynamo=False)
session = onnxruntime.InferenceSession("qcdq.onnx")
[by_qcdq] = session.run(None, {session.get_inputs()[0].name: x.numpy()})
model = ModelWrapper("qonnx.onnx").transform(InferShapes())
_, quant = model.get_nodes_by_op_type("Quant")
ran = execute_onnx(model, {model.graph.input[0].name: x.numpy()}, return_full_exec_context=True)
by_qonnx, weights = ran[model.graph.output[0].name], ran[quant.output[0]]
scale = ran[quant.input[1]]  # of each row; both files have the same


def largest(weights):
    """The largest absolute sum of a row's integers."""
    return int(np.rint(np.abs(weights / scale)).reshape(len(weights), -1).sum(1).max())


trained = layer.quant_weight(identity(x)).value.detach().numpy()
off_qonnx, off_qcdq = (float(np.abs(found - y).max()) for found in (by_qonnx, by_qcdq))
print("at most", MOST, "trained", largest(trained), "QONNX", largest(weights))
print("largest output", float(np.abs(y).max()), "QONNX off by", off_qonnx, "QCDQ off by", off_qcdq)
assert largest(trained) <= MOST < largest(weights)
assert off_qcdq < 1e-6 and off_qonnx > np.abs(y).max()
PY
venv/bin/python probe.py
