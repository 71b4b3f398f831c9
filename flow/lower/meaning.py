# SPDX-License-Identifier: MIT
"""What a tensor of the network is in hardware.

Every stream carries integers i that stand for value = scale * i + offset, per channel: a bit of
+-1 has scale 2 and offset -1, a popcount of N terms scale 2 and offset -N, a raw code minus its
black level the offset -black. Between two quantizers a tensor has no integers of its own yet; it is
what elementwise nodes, a border, or a sum make of the last ones.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import BaseDataType, DataType
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.doubles import Doubles, compile_nodes, constant_of
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["LINEAR", "Border", "Integers", "Value", "datatype_of", "spread", "stream_of"]

LINEAR = frozenset({"Add", "Sub", "Mul", "Div", "Neg"})
_FAR = 2.0**20  # where a line is looked at again, so that its slope keeps its bits


@dataclass(frozen=True, eq=False)
class Integers:
    """The stream `tensor` of integers least..most in lanes of `datatype`.

    `scale` and `offset` are (C,) doubles; what the network holds is scale * integer + offset.
    """

    tensor: str
    datatype: BaseDataType
    least: int
    most: int
    scale: np.ndarray
    offset: np.ndarray

    @property
    def channels(self) -> int:
        return len(self.scale)

    @property
    def count(self) -> int:
        """How many integers there are."""
        return self.most - self.least + 1

    @property
    def is_bits(self) -> bool:
        return self.datatype == DataType["BINARY"]

    def of(self, integers: np.ndarray) -> np.ndarray:
        """(C, N) values of (N,) or (C, N) integers."""
        return self.scale[:, None] * integers + self.offset[:, None]


@dataclass(frozen=True, eq=False)
class Border:
    """Rows above and below, columns left and right, of the (C,) values `fill`; None repeats."""

    sides: tuple[int, int, int, int]  # top, bottom, left, right
    fill: np.ndarray | None


@dataclass(frozen=True, eq=False)
class Value:
    """The sum of `terms`, one or two streams, after the elementwise nodes of `chain`.

    `source` is the tensor of the network that the first node of the chain reads.
    """

    source: str
    terms: tuple[Integers, ...]
    chain: tuple[NodeProto, ...] = ()
    border: Border | None = None
    model: ModelWrapper = field(repr=False, kw_only=True)

    @property
    def channels(self) -> int:
        return self.terms[0].channels

    @property
    def is_linear(self) -> bool:
        """Whether the chain is a line in every channel."""
        return all(node.op_type in LINEAR for node in self.chain)

    def after(self, node: NodeProto) -> "Value":
        """This value after the elementwise `node`, which the border passes too."""
        border = self.border
        stream = stream_of(self.model, node)
        if border is not None and border.fill is not None:
            alone = compile_nodes(self.model, [node], stream)
            border = replace(border, fill=_run(alone, border.fill[:, None])[:, 0])
        # Borders and copies between two nodes are told apart from what they do.
        last = self.chain[-1].output[0] if self.chain else self.source
        step = NodeProto()
        step.CopyFrom(node)
        step.input[:] = [last if name == stream else name for name in node.input]
        return replace(self, chain=(*self.chain, step), border=border)

    def within(self, *integers: np.ndarray) -> np.ndarray:
        """(C, N) values at (N,) or (C, N) integers of each of the terms, inside the border."""
        values = np.sum([term.of(i) for term, i in zip(self.terms, integers, strict=True)], axis=0)
        return _run(self._compiled, values) if self.chain else values

    def line(self) -> tuple[np.ndarray, np.ndarray]:
        """(C,) slope and (C,) offset of a linear chain, which makes slope * v + offset of v."""
        if not self.chain:
            return np.ones(self.channels), np.zeros(self.channels)
        points = np.broadcast_to([0.0, _FAR], (self.channels, 2))
        at_0, far = _run(self._compiled, points).T
        return (far - at_0) / _FAR, at_0

    @cached_property
    def _compiled(self) -> Doubles:
        return compile_nodes(self.model, self.chain, self.source)


def stream_of(model: ModelWrapper, node: NodeProto) -> str:
    """The input of an elementwise `node` that is no constant."""
    for name in node.input:
        if name and constant_of(model, name) is None:
            return name
    raise FlowError(f"{node.op_type} {node.name}: all its inputs are constants")


def datatype_of(least: int, most: int) -> BaseDataType:
    """The narrowest integers that hold `least` to `most`.

    >>> datatype_of(0, 1).name, datatype_of(0, 9).name, datatype_of(-9, 3).name
    ('BINARY', 'UINT4', 'INT5')
    """
    if least >= 0:
        return DataType[f"UINT{max(1, most.bit_length())}"]
    return DataType[f"INT{1 + max((-least - 1).bit_length(), max(0, most).bit_length())}"]


def spread(values: object, channels: int) -> np.ndarray:
    """(C,) doubles of a constant that is one number or one for each channel."""
    return np.broadcast_to(np.asarray(values, np.float64).ravel(), channels).copy()


def _run(nodes: Doubles, values: np.ndarray) -> np.ndarray:
    """(C, N) values through elementwise nodes, as a frame of one row."""
    [source] = nodes.inputs
    [result] = nodes.run({source: values[None, :, None, :]}).values()
    return result[0, :, 0, :]
