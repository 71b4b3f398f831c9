# SPDX-License-Identifier: MIT
"""Quantizers in standard operators, one at a time, and those that have none."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.deploy.standard import run_standard, to_standard

DOMAIN = "qonnx.custom_op.general"
SHAPE = (1, 3, 4, 100)
# Every eighth, so that there are ties; both ends of 10 bits are passed.
X = (np.arange(-600, 600, dtype=np.float32) / 8).reshape(SHAPE) * 16


def model_of(kind: str, *parameters: float | list[float], **attributes) -> ModelWrapper:
    """x through one quantizer."""
    held = {
        f"p{n}": np.array(value, np.float32).reshape((1, -1, 1, 1) if np.ndim(value) else ())
        for n, value in enumerate(parameters)
    }
    node = helper.make_node(kind, ["x", *held], ["y"], "q", domain=DOMAIN, **attributes)
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, SHAPE) for name in "xy"]
    initializers = [numpy_helper.from_array(value, name) for name, value in held.items()]
    graph = helper.make_graph([node], "g", ports[:1], ports[1:], initializers)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(DOMAIN, 2)]
    return ModelWrapper(helper.make_model(graph, opset_imports=opsets, ir_version=10))


QUANTIZERS = {
    "uint10": ("Quant", (1.0, 0.0, 10.0), {"signed": 0, "narrow": 0}),
    "int4 narrow": ("Quant", (0.25, 0.0, 4.0), {"signed": 1, "narrow": 1}),
    "uint8 narrow": ("Quant", (0.5, 0.0, 8.0), {"signed": 0, "narrow": 1}),
    "int12": ("IntQuant", (0.5, 0.0, 12.0), {"signed": 1, "narrow": 0}),
    "zero point": ("Quant", (0.5, 3.0, 8.0), {"signed": 0, "narrow": 0}),
    "per channel": ("Quant", ([0.5, 0.3, 7.0], 0.0, 6.0), {"signed": 1, "narrow": 0}),
    "zero points": ("Quant", (0.7, [0.0, -3.0, 5.0], 6.0), {"signed": 1, "narrow": 0}),
    "floor": ("Quant", (3.0, 0.0, 8.0), {"signed": 1, "narrow": 0, "rounding_mode": "FLOOR"}),
    "ceil": ("Quant", (3.0, 0.0, 8.0), {"signed": 1, "narrow": 0, "rounding_mode": "CEIL"}),
    "one signed bit": ("Quant", (0.5, 0.0, 1.0), {"signed": 1, "narrow": 0}),
    "one bit": ("Quant", (0.5, 0.0, 1.0), {"signed": 0, "narrow": 0}),
    "sign": ("BipolarQuant", (1.0,), {}),
    "scaled sign": ("BipolarQuant", ([0.5, 0.3, 7.0],), {}),
}


@pytest.mark.parametrize("name", QUANTIZERS)
def test_values_are_those_of_qonnx(name):
    kind, parameters, attributes = QUANTIZERS[name]
    model = model_of(kind, *parameters, **attributes)
    wanted = execute_onnx(model, {"x": X})["y"]
    assert np.array_equal(run_standard(to_standard(model), {"x": X})["y"], wanted)
    assert len(np.unique(wanted)) > 1


def test_the_model_given_is_left_alone():
    model = model_of("BipolarQuant", 1.0)
    before = model.model.SerializeToString(deterministic=True)
    to_standard(model)
    assert model.model.SerializeToString(deterministic=True) == before


def test_what_has_no_standard_form_is_named():
    wrong = model_of("Quant", 1.0, 0.0, 8.0, signed=1, narrow=0, rounding_mode="HALF_UP")
    with pytest.raises(TrainingError, match=r"^Quant q: rounding_mode HALF_UP .* one of ROUND"):
        to_standard(wrong)
    wrong = model_of("Quant", 1.0, 2.0, 1.0, signed=1, narrow=0)
    with pytest.raises(TrainingError, match=r"^Quant q: signs have no zero point"):
        to_standard(wrong)
    wrong = model_of("Quant", 1.0, 0.0, 8.0, signed=1, narrow=0)
    wrong.graph.node[0].input[1] = "x"
    with pytest.raises(TrainingError, match=r"^Quant q: its scale, .* must be constants$"):
        to_standard(wrong)
    wrong = model_of("Trunc", 1.0, 0.0, 8.0, 4.0)
    with pytest.raises(TrainingError, match=rf"^Trunc q is of {DOMAIN}; .* only Quant"):
        to_standard(wrong)
