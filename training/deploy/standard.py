# SPDX-License-Identifier: MIT
"""A QONNX graph in operators of standard ONNX alone, which compute the same float32 values.

    Quant of constants     an initializer; int8 behind DequantizeLinear where it has such codes
    Quant                  Div, Add, Clip, Round, Sub, Mul
    BipolarQuant           Sign, Add of 1/2, Sign, Mul: zero is positive

Activations do not go through QuantizeLinear and DequantizeLinear: between those, ONNX Runtime makes
integer operators of its own, with weights that it quantizes anew.
"""

from collections.abc import Iterator

import numpy as np
import onnxruntime
from onnx import ModelProto, NodeProto, checker, helper, numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.general.bipolar_quant import binary_quant
from qonnx.custom_op.general.intquant import int_quant, max_int, min_int

from tarsier_fpga.hls.base.errors import TrainingError

__all__ = ["run_standard", "to_standard"]

_QUANTIZERS = ("Quant", "IntQuant", "BipolarQuant")
_ROUNDINGS = {"ROUND": "Round", "HALF_EVEN": "Round", "FLOOR": "Floor", "CEIL": "Ceil"}
_AXIS_SINCE = 13  # the opset of a DequantizeLinear with a scale per channel


def to_standard(model: ModelWrapper) -> ModelProto:
    """`model` without operators of QONNX, for any batch and any frame size.

    Its inputs and outputs are (N, C, H, W) with the names, values and metadata that they had.

    Raises:
        TrainingError: a quantizer's parameters are no constants, or its rounding has no operator.
    """
    return _Standard(model).made()


def run_standard(model: ModelProto, feed: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs, by name, that ONNX Runtime computes from the inputs `feed` as it comes."""
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feed), strict=True))


class _Standard:
    """A copy of a graph while its quantizers are replaced, one by one."""

    def __init__(self, model: ModelWrapper) -> None:
        self._model = ModelWrapper(model.model, make_deepcopy=True)
        self._opset = next(
            each.version for each in model.model.opset_import if each.domain in ("", "ai.onnx")
        )

    def made(self) -> ModelProto:
        graph = self._model.graph
        nodes = [step for node in graph.node for step in self._steps(node)]
        del graph.node[:], graph.value_info[:], graph.quantization_annotation[:]
        graph.node.extend(nodes)
        read = {name for node in nodes for name in node.input}
        kept = [each for each in graph.initializer if each.name in read]
        del graph.initializer[:]
        graph.initializer.extend(kept)
        proto = self._model.model
        standard = [each for each in proto.opset_import if each.domain in ("", "ai.onnx")]
        del proto.opset_import[:]
        proto.opset_import.extend(standard)
        self._free_sizes()
        checker.check_model(proto)
        return proto

    def _free_sizes(self) -> None:
        """Names where batch, rows and columns of inputs and outputs were."""
        graph = self._model.graph
        for kind, ports in (("x", graph.input), ("y", graph.output)):
            for n, port in enumerate(ports):
                sides = port.type.tensor_type.shape.dim
                if len(sides) != 4:
                    continue
                sides[0].dim_param = "N"
                for letter, side in zip("HW", sides[2:], strict=True):
                    side.dim_param = f"{letter}_{kind}{n or ''}"

    def _steps(self, node: NodeProto) -> Iterator[NodeProto]:
        """What stands for `node`: it itself, if it is standard."""
        if node.op_type not in _QUANTIZERS:
            if node.domain not in ("", "ai.onnx"):
                raise TrainingError(
                    f"{node.op_type} {node.name} is of {node.domain}; of its operators only"
                    f" {', '.join(_QUANTIZERS)} have a standard form"
                )
            yield node
        elif self._model.get_initializer(node.input[0]) is not None:
            yield from self._constant(node)
        elif _is_bipolar(node, self._parameters(node)):
            yield from self._signs(node)
        else:
            yield from self._integers(node)

    def _parameters(self, node: NodeProto) -> list[np.ndarray]:
        """scale, and for integers zero point and bits."""
        found = [self._model.get_initializer(name) for name in node.input[1:]]
        if any(each is None for each in found):
            raise TrainingError(
                f"{node.op_type} {node.name}: its scale, zero point and bits must be constants"
            )
        return found

    def _name(self, node: NodeProto, part: str, values: np.ndarray | None = None) -> str:
        """A new tensor beside the output of `node`; a constant if `values` are given."""
        name = f"{node.output[0]}_{part}"
        if values is not None:
            self._model.graph.initializer.append(numpy_helper.from_array(values, name))
        return name

    def _constant(self, node: NodeProto) -> Iterator[NodeProto]:
        values = self._model.get_initializer(node.input[0])
        parameters = self._parameters(node)
        scale = parameters[0]
        if node.op_type == "BipolarQuant":
            values = binary_quant(values, scale)
        else:
            values = int_quant(
                values,
                *parameters,
                bool(_told(node, "signed", 1)),
                bool(_told(node, "narrow", 0)),
                _rounding(node),
            )
        values = values.astype(np.float32)
        codes = np.rint(values / scale).astype(np.int8)
        axes = [axis for axis, side in enumerate(scale.shape) if side == scale.size > 1]
        per_channel = scale.ndim == values.ndim and bool(axes) and self._opset >= _AXIS_SINCE
        fits = scale.size == 1 or per_channel
        if not (fits and np.array_equal(codes.astype(np.float32) * scale, values)):
            self._model.graph.initializer.append(numpy_helper.from_array(values, node.output[0]))
            return
        inputs = [
            self._name(node, "codes", codes),
            self._name(node, "step", scale.reshape(() if scale.size == 1 else -1)),
        ]
        node = helper.make_node("DequantizeLinear", inputs, [node.output[0]])
        if scale.size > 1:
            node.attribute.append(helper.make_attribute("axis", axes[0]))
        yield node

    def _signs(self, node: NodeProto) -> Iterator[NodeProto]:
        scale = self._parameters(node)[0]
        half = self._name(node, "half", np.full((), 0.5, np.float32))
        steps = [("Sign", []), ("Add", [half]), ("Sign", [])]
        if np.any(scale != 1):
            steps.append(("Mul", [self._name(node, "step", scale)]))
        yield from self._chain(node, steps)

    def _integers(self, node: NodeProto) -> Iterator[NodeProto]:
        scale, zero_point, bits = self._parameters(node)
        signed, narrow = bool(_told(node, "signed", 1)), bool(_told(node, "narrow", 0))
        ends = [
            np.array(end(signed, narrow, float(bits.item())), np.float32)
            for end in (min_int, max_int)
        ]
        step = self._name(node, "step", scale)
        moved = bool(np.any(zero_point))
        offset = [self._name(node, "zero", zero_point)] if moved else []
        steps = [
            ("Div", [step]),
            *([("Add", offset)] if moved else []),
            ("Clip", [self._name(node, f"end{n}", end) for n, end in enumerate(ends)]),
            (_ROUNDINGS[_rounding(node)], []),
            *([("Sub", offset)] if moved else []),
            ("Mul", [step]),
        ]
        yield from self._chain(node, steps)

    def _chain(self, node: NodeProto, steps: list[tuple[str, list[str]]]) -> Iterator[NodeProto]:
        """Nodes from the input of `node` to its output: of each a type, and its constants."""
        x = node.input[0]
        for n, (kind, constants) in enumerate(steps, 1):
            y = node.output[0] if n == len(steps) else self._name(node, f"{kind.lower()}{n}")
            yield helper.make_node(kind, [x, *constants], [y], name=f"{kind}_of_{y}")
            x = y


def _is_bipolar(node: NodeProto, parameters: list[np.ndarray]) -> bool:
    """A signed integer of one bit is none with QONNX, but a sign."""
    if node.op_type == "BipolarQuant":
        return True
    _, zero_point, bits = parameters
    one_bit = bits.item() == 1 and bool(_told(node, "signed", 1))
    if one_bit and np.any(zero_point):
        raise TrainingError(f"{node.op_type} {node.name}: signs have no zero point; it must be 0")
    return one_bit


def _rounding(node: NodeProto) -> str:
    told = _told(node, "rounding_mode", b"ROUND")
    name = (told.decode() if isinstance(told, bytes) else str(told)).upper()
    if name not in _ROUNDINGS:
        raise TrainingError(
            f"{node.op_type} {node.name}: rounding_mode {name} has no operator in ONNX; it must be"
            f" one of {', '.join(_ROUNDINGS)}"
        )
    return name


def _told(node: NodeProto, name: str, default: bytes | int) -> bytes | int:
    for attribute in node.attribute:
        if attribute.name == name:
            value: bytes | int = helper.get_attribute_value(attribute)
            return value
    return default
