# SPDX-License-Identifier: MIT
"""Small networks, and the one question that is asked of most of them: is the hardware the same?"""

import numpy as np
from onnx import ModelProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.infer_shapes import InferShapes

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.sim.agree import check_agreement
from tests.networks.graph import GraphWriter

__all__ = ["Net", "kinds", "lowered", "quant_numbers"]


def quant_numbers(scale: object, bits: int, zero: float = 0.0) -> tuple[np.ndarray, ...]:
    """Scale, one or for each channel (C,), zero point and bits, as inputs of a Quant."""
    scales = np.asarray(scale, np.float32)
    shaped = scales.reshape(1, -1, 1, 1) if scales.ndim else scales
    return shaped, np.float32(zero), np.float32(bits)


class Net(GraphWriter):
    """A writer of networks on frames of `side` x `side` codes of `bits` bits, their input `x`.

    Without `bits`, codes are those of the quantizer that reads them.
    """

    def __init__(
        self, channels: int = 4, bits: int | None = 6, side: int = 12, opset: int = 18
    ) -> None:
        super().__init__(opset)
        self.channels, self.bits, self.side = channels, bits, side
        self.rng = np.random.default_rng(1)
        self.x = self.input([1, channels, side, side])

    def quant(self, t, scale=1.0, bits: int = 8, signed: int = 1, zero=0.0, mode="ROUND", narrow=0):
        facts = {"signed": signed, "narrow": narrow, "rounding_mode": mode}
        return self.node("Quant", t, *quant_numbers(scale, bits, zero), **facts)

    def conv(self, t, inputs: int, outputs: int, kernel=(3, 3), scale=0.25, **attributes):
        """A convolution of drawn integer weights of 4 bits times `scale`."""
        shape = (outputs, inputs // attributes.get("group", 1), *kernel)
        weights = (self.rng.integers(-7, 8, shape) * scale).astype(np.float32)
        return self.node("Conv", t, weights, kernel_shape=list(kernel), **attributes)

    def constant_of(self, values) -> np.ndarray:
        """(C,) numbers as a constant (1, C, 1, 1)."""
        return np.asarray(values, np.float32).reshape(1, -1, 1, 1)

    def network(self, *outputs: str, **told) -> ModelWrapper:
        """The network; shapes are inferred."""
        named = {name: f"y{n or ''}" for n, name in enumerate(outputs)}
        for node in self._nodes:  # an output may be read too
            node.input[:] = [named.get(name, name) for name in node.input]
        facts = {} if self.bits is None else {"bits": self.bits}
        model = self.model({name: [1, 1, 1, 1] for name in outputs}, facts | told)
        for tensor in model.graph.output:
            tensor.type.tensor_type.ClearField("shape")
        return ModelWrapper(model).transform(InferShapes())


def lowered(network: ModelWrapper | ModelProto) -> ModelWrapper:
    """The hardware graph of `network`, which gives the same integers."""
    proto = network.model if isinstance(network, ModelWrapper) else network
    prepared = ingest(ModelWrapper(proto.SerializeToString()))
    graph = lower(prepared)
    check_agreement(prepared, graph)
    return graph


def kinds(graph: ModelWrapper) -> list[str]:
    """The kernels, in the order of the graph."""
    return [node.op_type.removeprefix("Tarsier") for node in graph.graph.node]
