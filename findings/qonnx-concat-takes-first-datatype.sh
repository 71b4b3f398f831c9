#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# QONNX gives a Concat the datatype of its first input, and then rewrites a correct network into a wrong one.
#
# Package:   qonnx 1.0.0.
# Expected:  a QONNX datatype annotation says which values a tensor may hold, and InferDataTypes derives it from the inputs.
#            BIPOLAR (-1 and +1) joined with INT8 holds INT8 values, whichever comes first. Transformations such as
#            ConvertBipolarMatMulToXnorPopcount keep what the network computes.
# Happens:   Concat is in the list of operators whose output "is" its first input. BIPOLAR before INT8 becomes BIPOLAR, UINT4
#            before INT8 becomes UINT4. The XNOR transformation believes it: the MatMul behind becomes an XnorPopcountMatMul
#            fed with 8-bit values, and the results differ. With the two inputs swapped the MatMul stays and all is right.
# Matters:   concatenating 1-bit features with a multi-bit skip is what U-shaped binary networks do. FINN sizes streams,
#            accumulators and multipliers by these annotations. The order of two inputs, free to whoever trains, decides.
# Seen:      BIPOLAR, INT8 -> BIPOLAR: MatMul became XnorPopcountMatMul, [139, -139, 63] became [276, -276, 124]
#            INT8, BIPOLAR -> INT8: MatMul stayed, [139, -139, -135] stayed [139, -139, -135]
#            UINT4, INT8 -> UINT4
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3.11 -m venv venv
venv/bin/pip install -q numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 qonnx==1.0.0

cat > probe.py <<'PY'
import sys
import warnings

import numpy as np
from onnx import TensorProto, helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.bipolar_to_xnor import ConvertBipolarMatMulToXnorPopcount
from qonnx.transformation.infer_datatypes import InferDataTypes
from qonnx.transformation.infer_shapes import InferShapes

warnings.simplefilter("ignore")
GENERAL = "qonnx.custom_op.general"
INPUTS = {"x": np.float32([[5, -3, 7, -9]]), "skip": np.float32([[100, -37]])}
WEIGHTS = np.where(np.random.default_rng(0).random((6, 3)) < 0.5, -1, 1).astype(np.float32)


def tensor(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def network(joined):
    """signs = sign(x); y = concat(signs and skip, in the order given) times weights of -1 and +1."""
    nodes = [
        helper.make_node(
            "MultiThreshold", ["x", "zero"], ["signs"], domain=GENERAL, out_dtype="BIPOLAR", out_scale=2.0, out_bias=-1.0
        ),
        helper.make_node("Concat", joined, ["both"], axis=1),
        helper.make_node("MatMul", ["both", "weights"], ["y"]),
    ]
    inner = [tensor("zero", 4, 1), tensor("weights", 6, 3)]
    graph = helper.make_graph(nodes, "probe", [tensor("x", 1, 4), tensor("skip", 1, 2)], [tensor("y", 1, 3)], value_info=inner)
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid(GENERAL, 1)]
    model = ModelWrapper(helper.make_model(graph, opset_imports=opsets))
    model.set_initializer("zero", np.zeros((4, 1), np.float32))
    model.set_initializer("weights", WEIGHTS)
    for name, datatype in (("x", "INT8"), ("skip", "INT8"), ("weights", "BIPOLAR")):
        model.set_tensor_datatype(name, DataType[datatype])
    return model.transform(InferShapes()).transform(InferDataTypes())


def rewritten(joined):
    """The joined datatype, the operator that computes y, and y before and after the XNOR transformation."""
    model = network(joined)
    after = model.transform(ConvertBipolarMatMulToXnorPopcount())
    operator = next(node.op_type for node in after.graph.node if "MatMul" in node.op_type)
    values = [execute_onnx(each, INPUTS)["y"][0].astype(int).tolist() for each in (model, after)]
    signs = np.where(INPUTS["x"] >= 0, 1, -1)
    parts = {"signs": signs, "skip": INPUTS["skip"]}
    if values[0] != (np.concatenate([parts[name] for name in joined], 1) @ WEIGHTS)[0].astype(int).tolist():
        sys.exit("Changed: the network as written is computed in another way.")
    return model.get_tensor_datatype("both").name, operator, *values


def joined_type(first, second):
    node = helper.make_node("Concat", ["a", "b"], ["c"], axis=1)
    graph = helper.make_graph([node], "probe", [tensor("a", 1, 2), tensor("b", 1, 2)], [tensor("c", 1, 4)])
    model = ModelWrapper(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]))
    model.set_tensor_datatype("a", DataType[first])
    model.set_tensor_datatype("b", DataType[second])
    return model.transform(InferDataTypes()).get_tensor_datatype("c").name


wrong, right, other = rewritten(["signs", "skip"]), rewritten(["skip", "signs"]), joined_type("UINT4", "INT8")
print("BIPOLAR, INT8 -> {}: MatMul became {}, {} became {}".format(*wrong))
print("INT8, BIPOLAR -> {}: {} stayed, {} stayed {}".format(*right))
print("UINT4, INT8 ->", other)
if right[:2] != ("INT8", "MatMul") or right[2] != right[3]:
    sys.exit("Changed: with INT8 first the network is treated in another way.")
if (wrong[0], other) != ("BIPOLAR", "UINT4"):
    sys.exit("Changed: Concat no longer takes the datatype of its first input.")
if wrong[1] != "XnorPopcountMatMul" or wrong[2] == wrong[3]:
    sys.exit("Changed: the XNOR transformation no longer makes the network wrong.")
PY
venv/bin/python probe.py
