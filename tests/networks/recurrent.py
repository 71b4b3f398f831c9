# SPDX-License-Identifier: MIT
"""A small recurrent network: one state at full size, one at half, in a loop with each other."""

from collections.abc import Mapping

import numpy as np
from onnx import ModelProto, TensorProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes
from qonnx.util.basic import qonnx_make_model

__all__ = ["FIRST", "by_file", "recurrent"]

FIRST = {"near": 3, "far": -2}  # codes before the first frame
_QONNX = "qonnx.custom_op.general"


def recurrent(
    height: int,
    width: int,
    told: Mapping[str, str | None] | None = None,
    channels: int = 4,
    near_scale: float = 1.0,
    seed: int = 0,
) -> ModelProto:
    """x (3, H, W), near (channels, H, W), far (6, H/2, W/2) -> y, near_next, far_next.

    `told` are metadata that replace those that it has, by their keys without "tarsier."; None
    leaves one out. `near` is read with a scale of `near_scale`, and written with 1.
    """
    rng = np.random.default_rng(seed)
    nodes, constants = [], []

    def constant(values: np.ndarray) -> str:
        name = f"c{len(constants)}"
        kind = TensorProto.FLOAT if values.dtype == np.float32 else TensorProto.INT64
        constants.append(helper.make_tensor(name, kind, values.shape, values))
        return name

    def node(kind: str, *inputs: str, to: str = "", **attributes: object) -> str:
        made = to or f"t{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [made], name=f"{kind}_{made}", **attributes))
        return made

    def quant(x: str, bits: int, signed: bool, to: str = "", scale: float = 1.0) -> str:
        numbers = [constant(np.array(v, np.float32)) for v in (scale, 0.0, bits)]
        return node("Quant", x, *numbers, to=to, domain=_QONNX, signed=int(signed), narrow=0,
                    rounding_mode="ROUND")  # fmt: skip

    def conv(x: str, inputs: int, outputs: int, size: int, stride: int = 1) -> str:
        weights = rng.integers(-3, 4, (outputs, inputs, size, size)).astype(np.float32)
        held = quant(constant(weights), 3, True)
        return node("Conv", x, held, pads=[size // 2] * 4, strides=[stride] * 2,
                    kernel_shape=[size] * 2)  # fmt: skip

    def fine(x: str, scale: float) -> str:
        return node("Mul", x, constant(np.array(scale, np.float32)))

    x, near, far = (
        quant("x", 8, False),
        quant("near", 4, False, scale=near_scale),
        quant("far", 4, True),
    )
    mixed = node("Add", fine(conv(x, 3, 4, 3), 2**-6), fine(conv(near, channels, 4, 3), 2**-2))
    seen = quant(node("Relu", mixed), 4, False)
    low = node("Add", conv(seen, 4, 6, 3, stride=2), conv(far, 6, 6, 1))
    quant(fine(low, 2**-3), 4, True, to="far_next")
    sizes = constant(np.array([1, 1, 2, 2], np.float32))
    high = node("Resize", "far_next", "", sizes, mode="nearest",
                coordinate_transformation_mode="asymmetric", nearest_mode="floor")  # fmt: skip
    back = node("Add", conv(high, 6, channels, 3), conv(seen, 4, channels, 1))
    quant(node("Relu", fine(back, 2**-3)), 4, False, to="near_next")
    quant(fine(conv("near_next", channels, 3, 3), 2**-1), 8, True, to="y")

    shapes = {
        "x": [1, 3, height, width],
        "near": [1, channels, height, width],
        "far": [1, 6, height // 2, width // 2],
    }

    def ends(names: Mapping[str, str]) -> list:
        return [
            helper.make_tensor_value_info(tensor, TensorProto.FLOAT, shapes[like])
            for tensor, like in names.items()
        ]

    graph = helper.make_graph(
        nodes,
        "recurrent",
        ends({"near": "near", "x": "x", "far": "far"}),
        ends({"near_next": "near", "y": "x", "far_next": "far"}),
        constants,
    )
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid(_QONNX, 1)]
    model = qonnx_make_model(graph, opset_imports=opsets)
    facts: dict[str, str | None] = {"net": "recurrent"}
    for name, first in FIRST.items():
        facts |= {f"{name}.kind": "state", f"{name}.next": f"{name}_next"}
        facts[f"{name}.first"] = str(first)
    for key, value in (facts | dict(told or {})).items():
        if value is not None:
            model.metadata_props.add(key=f"tarsier.{key}", value=value)
    return model


def by_file(proto: ModelProto, frames: np.ndarray) -> np.ndarray:
    """(N, H, W, 3) codes that the file itself makes of such a sequence, executed by qonnx."""
    model = ModelWrapper(proto).transform(InferShapes())
    shapes = {name: model.get_tensor_shape(name) for name in FIRST}
    states = {name: np.full(shapes[name], FIRST[name], np.float32) for name in FIRST}
    made = []
    for frame in frames:
        x = frame.transpose(2, 0, 1)[None].astype(np.float32)
        values = execute_onnx(model, {"x": x, **states})
        states = {name: values[f"{name}_next"] for name in FIRST}
        made.append(values["y"][0].transpose(1, 2, 0).astype(np.int64))
    return np.stack(made)
