#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# ONNX' reference implementation cannot run a Resize whose roi is a tensor of no elements.
#
# Package:   onnx 1.21.0.
# Expected:  roi is only looked at with coordinate_transformation_mode tf_crop_and_resize. At opset 11, where exporters
#            began to write Resize, a tensor of no elements is what they put there, and ONNX Runtime runs such files.
# Happens:   ReferenceEvaluator raises IndexError from within the interpolation, with nothing about roi in it. With the
#            input left out, as "", the same network runs.
# Matters:   who uses the reference implementation to say what a quantized network means, as it runs in double precision
#            where ONNX Runtime's Resize doesn't, has to take the input out first.
# Seen:      left out: 1.0 1.0 2.0 2.0
#            of no elements: IndexError
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3.11 -m venv venv
venv/bin/pip install -q onnx==1.21.0 numpy==2.4.6

cat > probe.py <<'PY'
import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

FIELD = np.array([1, 2], np.float32).reshape(1, 1, 1, 2)


def enlarged(roi):
    """The first row of FIELD at twice its size, by the nearest pixel."""
    node = helper.make_node(
        "Resize",
        ["x", roi, "scales"],
        ["y"],
        mode="nearest",
        coordinate_transformation_mode="asymmetric",
        nearest_mode="floor",
    )
    constants = {"scales": np.array([1, 1, 2, 2], np.float32), "roi": np.zeros(0, np.float32)}
    graph = helper.make_graph(
        [node],
        "probe",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, FIELD.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 1, 2, 4))],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    checker.check_model(model)
    return ReferenceEvaluator(model).run(None, {"x": FIELD})[0][0, 0, 0].tolist()


without = enlarged("")
print("left out:", *without)
if without != [1, 1, 2, 2]:
    sys.exit("Changed: Resize without roi is computed in another way.")
try:
    enlarged("roi")
except IndexError:
    print("of no elements: IndexError")
else:
    sys.exit("Changed: a roi of no elements is taken.")
PY
venv/bin/python probe.py
