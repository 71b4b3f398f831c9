# SPDX-License-Identifier: MIT
"""Whether float32 holds every sum of a graph exactly, whatever the order of its terms.

Each tensor is followed as a range per channel of multiples of a power of two. A sum is held if the
magnitudes of its terms, in steps, come to 2^24 at most: then so does every part of it.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import NodeProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.fold_constants import FoldConstants

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.state import State

__all__ = ["MOST", "Sum", "widest_sums"]

MOST = 1 << 24  # steps, on either side of zero, that float32 holds exactly
NO_STEP = 127  # the exponent of zeros, which are multiples of everything


@dataclass(frozen=True, slots=True)
class Sum:
    """What a node adds up to at most: magnitudes of its terms, in steps of its result."""

    node: str
    steps: float


@dataclass(frozen=True, slots=True, eq=False)
class _Range:
    """The values of a tensor: `low` to `high` (C,), or (1,) if all channels are alike."""

    low: np.ndarray
    high: np.ndarray
    exponent: int  # all are multiples of 2^this

    @property
    def most(self) -> np.ndarray:
        """The largest magnitude of each channel."""
        return np.maximum(np.abs(self.low), np.abs(self.high))


def widest_sums(
    model: ModelWrapper, lowest: int, highest: int, states: Sequence[State] = ()
) -> Iterator[Sum]:
    """The widest sum of every node of an exported graph that is given codes in lowest..highest and
    any `states`.

    Raises:
        TrainingError: a node is none that networks export, or a constant is not where it should be.
    """
    model = deepcopy(model).transform(FoldConstants(exclude_op_types=[]))
    source = model.graph.input[0].name
    channels = model.get_tensor_shape(source)[1]
    ranges = {source: _Range(np.full(channels, lowest), np.full(channels, highest), 0)}
    for state in states:
        low, high = (np.full(state.channels, end * 2.0**state.exponent) for end in state.ends)
        ranges[state.name] = _Range(low, high, state.exponent)
    for node in model.graph.node:
        rule = _RULES.get(node.op_type)
        if rule is None:
            raise TrainingError(f"{node.op_type} {node.name}: its sums are not known")
        found, most = rule(node, model, [_range_of(name, model, ranges) for name in node.input])
        ranges[node.output[0]] = found
        yield Sum(f"{node.op_type} {node.name}", float(most.max()) / 2.0**found.exponent)


_Answer = tuple[_Range, np.ndarray]  # what comes out, and the largest magnitudes on the way
_Rule = Callable[[NodeProto, ModelWrapper, list[_Range]], _Answer]


def _range_of(name: str, model: ModelWrapper, ranges: dict[str, _Range]) -> _Range:
    if name in ranges:
        return ranges[name]
    values = model.get_initializer(name) if name else None
    if values is None:
        return _Range(np.zeros(1), np.zeros(1), NO_STEP)
    # (1, C, 1, 1) or a single number; weights and sizes are read by their own rules.
    flat = values.astype(np.float64).ravel() if values.size else np.zeros(1)
    return _Range(flat, flat, _step(flat))


def _step(values: np.ndarray) -> int:
    """The exponent of the largest power of two that all of `values` are multiples of."""
    mantissas, exponents = np.frexp(values[values != 0])
    if not mantissas.size:
        return NO_STEP
    whole = (mantissas * 2.0**53).astype(np.int64)
    return int((exponents - 53 + np.log2(whole & -whole)).min())


def _plain(low: np.ndarray, high: np.ndarray, exponent: int) -> _Answer:
    found = _Range(low, high, exponent)
    return found, found.most


def _add(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    one, other = inputs
    exponent = min(one.exponent, other.exponent)
    if node.op_type == "Sub":
        other = _Range(-other.high, -other.low, other.exponent)
    return _Range(one.low + other.low, one.high + other.high, exponent), one.most + other.most


def _mul(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    one, other = inputs
    corners = [a * b for a in (one.low, one.high) for b in (other.low, other.high)]
    exponent = one.exponent + other.exponent
    return _plain(np.minimum.reduce(corners), np.maximum.reduce(corners), exponent)


def _conv(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    weights = model.get_initializer(node.input[1])
    if weights is None:
        raise TrainingError(f"Conv {node.name}: its weights must be constants")
    groups = _attribute(node, "group", 1)
    x = inputs[0]
    sides = []
    for rows, low, high in zip(
        np.split(weights.astype(np.float64), groups),
        np.split(np.broadcast_to(x.low, weights.shape[1] * groups), groups),
        np.split(np.broadcast_to(x.high, weights.shape[1] * groups), groups),
        strict=True,
    ):
        up, down = (side.sum(axis=(2, 3)) for side in (rows.clip(min=0), rows.clip(max=0)))
        most = np.maximum(np.abs(low), np.abs(high))
        sides.append((up @ low + down @ high, up @ high + down @ low, (up - down) @ most))
    low, high, most = (np.concatenate(side) for side in zip(*sides, strict=True))
    exponent = x.exponent + _step(weights.astype(np.float64).ravel())
    if len(node.input) == 3:
        bias = inputs[2]
        exponent = min(exponent, bias.exponent)
        low, high, most = low + bias.low, high + bias.high, most + bias.most
    return _Range(low, high, exponent), most


def _slope(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    match node.op_type:
        case "Relu":
            slope = np.zeros(1)
        case "LeakyRelu":
            slope = np.array([_attribute(node, "alpha", 0.01)])
        case _:
            slope = inputs[1].low
    x = inputs[0]
    ends = (*(slope * end.clip(max=0) for end in (x.low, x.high)),)
    low = np.minimum.reduce((x.low.clip(min=0), *ends))
    high = np.maximum.reduce((x.high.clip(min=0), *ends))
    finer = min(0, _step(slope))
    # What is not below zero keeps its steps.
    most = np.maximum(x.high.clip(min=0) * 2.0**finer, np.abs(slope * x.low.clip(max=0)))
    return _Range(low, high, x.exponent + finer), most


def _quant(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    scale = inputs[1]
    if node.op_type == "BipolarQuant":
        return _plain(-scale.low, scale.low, scale.exponent)
    x, _, zero, bits = inputs
    if zero.most.any():
        raise TrainingError(f"Quant {node.name}: its zero point must be 0")
    width, signed = int(bits.high[0]), _attribute(node, "signed", 1)
    top = 2 ** (width - signed) - 1
    bottom = -top - 1 + _attribute(node, "narrow", 0) if signed else 0
    low, high = (np.rint(end / scale.low).clip(bottom, top) * scale.low for end in (x.low, x.high))
    return _plain(low, high, scale.exponent)


def _pad(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    x = inputs[0]
    return _plain(x.low.clip(max=0), x.high.clip(min=0), x.exponent)


def _resize(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    x = inputs[0]
    if _attribute(node, "mode", b"nearest") == b"nearest":
        return x, x.most
    if list(inputs[2].low) != [1, 1, 2, 2]:
        raise TrainingError(f"Resize {node.name}: bilinear only by 2 x 2, not {inputs[2].low}")
    return _plain(x.low, x.high, x.exponent - 4)  # a quarter or three of them, each way


def _gather(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    picks = model.get_initializer(node.input[1])
    if picks is None or _attribute(node, "axis", 0) != 1:
        raise TrainingError(f"Gather {node.name}: it must pick channels, by constants")
    x = inputs[0]
    return _plain(x.low[picks.ravel()], x.high[picks.ravel()], x.exponent)


def _concat(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    if _attribute(node, "axis", 0) != 1:
        raise TrainingError(f"Concat {node.name}: it must join channels")
    low, high = (np.concatenate([getattr(x, end) for x in inputs]) for end in ("low", "high"))
    return _plain(low, high, min(x.exponent for x in inputs))


def _pool(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    if list(_attribute(node, "kernel_shape", b"")) != [2, 2]:
        raise TrainingError(f"AveragePool {node.name}: only of 2 x 2")
    x = inputs[0]
    return _plain(x.low, x.high, x.exponent - 2)  # a fourth of the sum of four


def _slice(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    starts, ends, axes, steps = (model.get_initializer(name) for name in node.input[1:5])
    x = inputs[0]
    if starts is None or ends is None or axes is None or (steps is not None and any(steps != 1)):
        raise TrainingError(f"Slice {node.name}: it must be by constants, in steps of 1")
    low, high = x.low, x.high
    for start, end, axis in zip(starts, ends, axes, strict=True):
        if axis == 1 and low.size > 1:
            low, high = low[start:end], high[start:end]
    return _plain(low, high, x.exponent)


def _root(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    """Of one number: nothing is added up, and what it is rounded to is a Quant's to say."""
    low, high = np.sqrt(inputs[0].low), np.sqrt(inputs[0].high)
    return _Range(low, high, 0), np.zeros_like(high)


def _unshuffle(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    x, block = inputs[0], _attribute(node, "blocksize", 1) ** 2
    return _plain(np.tile(x.low, block), np.tile(x.high, block), x.exponent)


def _shuffle(node: NodeProto, model: ModelWrapper, inputs: list[_Range]) -> _Answer:
    # A block's channels follow each other where the mode is CRD.
    x, block = inputs[0], _attribute(node, "blocksize", 1) ** 2
    if _attribute(node, "mode", b"DCR") != b"CRD":
        raise TrainingError(f"DepthToSpace {node.name}: its mode must be CRD")
    low, high = (end.reshape(-1, block) for end in (x.low, x.high))
    return _plain(low.min(axis=1), high.max(axis=1), x.exponent)


_RULES: dict[str, _Rule] = {
    "Add": _add,
    "AveragePool": _pool,
    "BipolarQuant": _quant,
    "Concat": _concat,
    "Conv": _conv,
    "DepthToSpace": _shuffle,
    "Gather": _gather,
    "LeakyRelu": _slope,
    "Mul": _mul,
    "PRelu": _slope,
    "Pad": _pad,
    "Quant": _quant,
    "Relu": _slope,
    "Resize": _resize,
    "Slice": _slice,
    "SpaceToDepth": _unshuffle,
    "Sqrt": _root,
    "Sub": _add,
}


def _attribute(node: NodeProto, name: str, default: float | bytes) -> Any:
    for attribute in node.attribute:
        if attribute.name == name:
            return helper.get_attribute_value(attribute)
    return default
