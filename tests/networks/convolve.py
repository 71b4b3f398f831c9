# SPDX-License-Identifier: MIT
"""Convolutions with weights through a quantizer of their own."""

import numpy as np

from tests.networks.graph import GraphWriter
from tests.networks.layers import Conv, Padding, Transposed, Weights
from tests.networks.pointwise import on_grid
from tests.networks.tensor import Illegal, Tensor

__all__ = ["convolve", "transposed"]

_MOST = {1: 2400, 2: 1200}  # weights of a layer by their bits, so that its circuit stays small
_MOST_WIDER = 500


def convolve(graph: GraphWriter, x: Tensor, layer: Conv, rng: np.random.Generator) -> Tensor:
    """The sums of `layer`, with its bias."""
    if x.channels % layer.groups or layer.channels % layer.groups:
        raise Illegal("groups do not divide the channels")
    shape = (layer.channels, x.channels // layer.groups, *layer.kernel)
    weights, exponent = _drawn(layer.weights, shape, rng)
    spans = [layer.dilation * (side - 1) for side in layer.kernel]  # pixels more than one
    total = [0, 0] if layer.padding is Padding.NONE else spans
    if x.bipolar and any(total) and layer.padding is not Padding.EDGE:
        raise Illegal("a zero is no bit")
    begins = [side // 2 for side in total]
    ends = [side - begin for side, begin in zip(total, begins, strict=True)]
    sides = [
        (side + more - span - 1) // layer.stride + 1
        for side, more, span in zip((x.height, x.width), total, spans, strict=True)
    ]
    given = {
        "kernel_shape": list(layer.kernel),
        "strides": [layer.stride] * 2,
        "dilations": [layer.dilation] * 2,
        "group": layer.groups,
    }
    name = x.name
    match layer.padding:
        case Padding.ATTRIBUTE:
            given["pads"] = [*begins, *ends]
        case Padding.NODE | Padding.EDGE:
            mode = "edge" if layer.padding is Padding.EDGE else "constant"
            if any(total):
                name = graph.node("Pad", name, np.array([0, 0, *begins, 0, 0, *ends]), mode=mode)
            given["pads"] = [0] * 4
        case Padding.SAME_UPPER:
            if layer.stride > 1 or layer.dilation > 1:
                raise Illegal("borders of SAME_UPPER depend on the size of the frame")
            given["auto_pad"] = "SAME_UPPER"
        case Padding.NONE:
            given["pads"] = [0] * 4
    groups = np.arange(x.channels).reshape(layer.groups, -1).tolist()
    sources = [groups[o * layer.groups // layer.channels] for o in range(layer.channels)]
    zero = any(total) and layer.padding is not Padding.EDGE
    y = _summed(x, weights.reshape(*shape[:2], -1), exponent, sources, sides, zero)
    tensors = [name, _quantised(graph, layer.weights, weights, exponent, (-1, 1, 1, 1))]
    return _biased(graph, "Conv", y, tensors, layer.bias, rng, given)


def transposed(
    graph: GraphWriter, x: Tensor, layer: Transposed, rng: np.random.Generator
) -> Tensor:
    """The sums of `layer`, of which each has one pixel of `x`, with its bias."""
    shape = (layer.channels, x.channels, 2, 2)
    weights, exponent = _drawn(layer.weights, shape, rng)
    sources = [list(range(x.channels))] * layer.channels
    sides = [2 * x.height, 2 * x.width]
    parts = [
        _summed(x, weights[..., row, column, None], exponent, sources, sides, False)
        for row in (0, 1)
        for column in (0, 1)
    ]
    y = Tensor(
        "",
        *sides,
        parts[0].exponent,
        np.min([part.low for part in parts], axis=0),
        np.max([part.high for part in parts], axis=0),
        np.max([part.spread for part in parts], axis=0),
    )
    turned = weights.transpose(1, 0, 2, 3)
    tensors = [x.name, _quantised(graph, layer.weights, turned, exponent, (1, -1, 1, 1))]
    given = {"kernel_shape": [2, 2], "strides": [2, 2]}
    return _biased(graph, "ConvTranspose", y, tensors, layer.bias, rng, given)


def _drawn(
    weights: Weights, shape: tuple[int, ...], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Integers of `shape`, and an exponent for each of the channels, its first axis."""
    if np.prod(shape) > _MOST.get(weights.bits, _MOST_WIDER):
        raise Illegal(f"{np.prod(shape)} weights of {weights.bits} bits are no small network")
    if weights.bits == 1:
        values = rng.choice([-1, 1], shape)
    else:
        top = 1 << (weights.bits - 1)
        values = rng.integers(1 - top if weights.ternary else -top, top, shape)
    finer = rng.integers(0, 3, shape[0]) if weights.per_channel else np.zeros(shape[0], int)
    return values, -weights.bits - finer


def _quantised(
    graph: GraphWriter,
    weights: Weights,
    values: np.ndarray,
    exponent: np.ndarray,
    across: tuple[int, ...],
) -> str:
    scale = np.exp2(exponent).reshape(across)
    floats = graph.constant(values * scale)
    step = scale if weights.per_channel else np.float32(scale.ravel()[0])
    if weights.bits == 1:
        return graph.node("BipolarQuant", floats, np.asarray(step, float))
    numbers = [np.asarray(step, float), np.float32(0), np.float32(weights.bits)]
    return graph.node("Quant", floats, *numbers, signed=1, narrow=int(weights.ternary))


def _summed(
    x: Tensor,
    weights: np.ndarray,
    exponent: np.ndarray,
    sources: list[list[int]],
    sides: list[int],
    zero: bool,
) -> Tensor:
    """What (O, I, taps) integer `weights` times 2^`exponent` make of the `sources` of each output.

    At the border there may be a `zero` instead of a value.
    """
    low, high = (np.minimum(x.low, 0), np.maximum(x.high, 0)) if zero else (x.low, x.high)
    most = np.maximum(abs(low), abs(high))
    rows = []
    for values, power, read in zip(weights, exponent, sources, strict=True):
        scaled = np.ldexp(values.astype(float), power)
        plus, minus = np.maximum(scaled, 0).sum(-1), np.minimum(scaled, 0).sum(-1)
        step = power + x.exponent[read].min()
        # Any order of adding must be exact, so what counts are magnitudes.
        if (abs(scaled).sum(-1) * most[read]).sum() >= np.ldexp(2.0**24, step):
            raise Illegal("sums are not exact in float32")
        spread = np.sqrt(((scaled**2).sum(-1) * x.spread[read] ** 2).sum())
        sums = (plus * low[read] + minus * high[read], plus * high[read] + minus * low[read])
        rows.append((step, sums[0].sum(), sums[1].sum(), spread))
    steps, lows, highs, spreads = (np.array(part) for part in zip(*rows, strict=True))
    return Tensor("", *sides, steps, lows, highs, spreads)


def _biased(graph, op_type, y: Tensor, tensors, bias: bool, rng, given) -> Tensor:
    if not bias:
        return _named(y, graph.node(op_type, *tensors, **given), np.zeros(y.channels))
    values = on_grid(y, rng)
    return _named(y, graph.node(op_type, *tensors, values, **given), values)


def _named(y: Tensor, name: str, shift: np.ndarray) -> Tensor:
    low, high = y.low + shift, y.high + shift
    return Tensor(name, y.height, y.width, y.exponent, low, high, np.hypot(y.spread, shift))
