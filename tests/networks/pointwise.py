# SPDX-License-Identifier: MIT
"""What happens to each value by itself: scales and shifts, activations, quantizers."""

import math
from dataclasses import replace

import numpy as np

from tests.networks.graph import GraphWriter
from tests.networks.layers import Act, Norm, Quantiser, Sign
from tests.networks.tensor import Illegal, Tensor

__all__ = ["activated", "column", "normalised", "on_grid", "quantised", "signed"]

_SMALL = 1024  # steps that sums may have where what follows is not exact in float32


def normalised(graph: GraphWriter, x: Tensor, norm: Norm, rng: np.random.Generator) -> Tensor:
    """`x` scaled and shifted, channel by channel."""
    match norm:
        case Norm.NONE:
            return x
        case Norm.SCALE:
            scale = _eighths(x, rng)
            y = _scaled(x, graph.node("Mul", x.name, column(scale)), scale, 3)
            shift = on_grid(y, rng)
            return _shifted(y, graph.node("Add", y.name, column(shift)), shift)
        case Norm.BATCH:
            gamma, root = _eighths(x, rng), np.exp2(rng.integers(-1, 2, x.channels))
            epsilon, mean = 2.0**-10, on_grid(x, rng)
            scale = gamma / root
            shift = -mean * scale + on_grid(_scaled(x, "", scale, 4), rng)
            beta = shift + mean * scale
            constants = gamma, beta, mean, root**2 - epsilon
            name = graph.node("BatchNormalization", x.name, *constants, epsilon=epsilon)
            return _shifted(_scaled(x, name, scale, 4), name, shift)
        case Norm.ANY_BATCH:
            if not x.exact or (x.high - x.low > _SMALL * np.exp2(x.exponent)).any():
                raise Illegal("a table of that many sums would be too large")
            count = x.channels
            gamma = rng.uniform(0.3, 2, count) * np.where(rng.random(count) < 0.2, -1, 1)
            beta, mean = rng.normal(0, 0.5, (2, count)) * x.spread
            variance = rng.uniform(0.2, 3, count)
            constants = gamma, beta, mean, variance
            name = graph.node("BatchNormalization", x.name, *constants, epsilon=1e-5)
            scale = gamma / np.sqrt(variance + 1e-5)
            y = _scaled(replace(x, exact=False), name, scale, 0)
            return _shifted(y, name, beta - mean * scale)


def activated(graph: GraphWriter, x: Tensor, act: Act, rng: np.random.Generator) -> Tensor:
    """`x` through an activation."""
    if not x.exact and act not in (Act.NONE, Act.RELU):
        raise Illegal("what is not exact goes into a Quant")
    match act:
        case Act.NONE:
            return x
        case Act.RELU:
            return _clipped(x, graph.node("Relu", x.name), 0, math.inf)
        case Act.LEAKY:
            slope = int(rng.integers(1, 8)) / 16
            name = graph.node("LeakyRelu", x.name, alpha=slope)
            return _bent(x, name, np.full(x.channels, slope))
        case Act.PRELU:
            return _prelu(graph, x, rng)
        case Act.RPRELU:
            before, after = on_grid(x, rng), on_grid(x, rng)
            y = _shifted(x, graph.node("Sub", x.name, column(before)), -before)
            y = _prelu(graph, y, rng)
            return _shifted(y, graph.node("Add", y.name, column(after)), after)
        case Act.CLIP:
            step = math.ldexp(1, int(x.exponent.max()))
            reach = max(1, round(x.spread.max() / step))
            low = -step * int(rng.integers(0, 2)) * int(rng.integers(0, reach + 1))
            high = step * int(rng.integers(1, 2 * reach + 1))
            name = graph.node("Clip", x.name, np.array(low), np.array(high))
            return _clipped(x, name, low, high)


def quantised(graph: GraphWriter, x: Tensor, q: Quantiser) -> Tensor:
    """`x` through a Quant."""
    reach = max(3 * float(x.spread.max()), 2.0**-20)
    exponent = math.ceil(math.log2(reach)) - (q.bits - q.signed) + q.coarser
    if x.exact:
        exponent = max(exponent, int(x.exponent.min()) + min(0, q.coarser))
    scale = math.ldexp(1, exponent)
    numbers = [np.float32(value) for value in (scale, 0, q.bits)]
    flags = {"signed": int(q.signed), "narrow": int(q.narrow), "rounding_mode": "ROUND"}
    name = graph.node("Quant", x.name, *numbers, **flags)
    top = (1 << q.bits - q.signed) - 1
    least = (-top - (not q.narrow)) if q.signed else 0
    low, high = (np.clip(np.rint(side / scale), least, top) * scale for side in (x.low, x.high))
    return replace(
        x,
        name=name,
        exponent=np.full(x.channels, exponent),
        low=low,
        high=high,
        spread=np.minimum(x.spread, np.maximum(abs(low), abs(high))),
        coding=((q.bits, q.signed),) * x.channels,
        exact=True,
    )


def signed(graph: GraphWriter, x: Tensor, layer: Sign, rng: np.random.Generator) -> Tensor:
    """`x` as bits, 2^exponent and its negative."""
    name = x.name
    if layer.pad:
        pads = np.array([0, 0, layer.pad, layer.pad] * 2)
        name = graph.node("Pad", name, pads, mode="constant")
    # Ties come about, since most thresholds are on the grid of the values.
    name = graph.node("Add", name, column(on_grid(x, rng)))
    scale = math.ldexp(1, layer.exponent)
    name = graph.node("BipolarQuant", name, np.float32(scale))
    ones = np.full(x.channels, scale)
    return replace(
        x,
        name=name,
        height=x.height + 2 * layer.pad,
        width=x.width + 2 * layer.pad,
        exponent=np.full(x.channels, layer.exponent),
        low=-ones,
        high=ones,
        spread=ones,
        coding=((1, True),) * x.channels,
    )


def column(values: np.ndarray) -> np.ndarray:
    """(C,) as (1, C, 1, 1)."""
    return values.reshape(1, -1, 1, 1)


def on_grid(x: Tensor, rng: np.random.Generator) -> np.ndarray:
    """(C,) multiples of the steps of `x`, as large as it may be."""
    step = np.exp2(x.exponent)
    return np.rint(rng.normal(0, 0.5, x.channels) * x.spread / step) * step


def _eighths(x: Tensor, rng: np.random.Generator) -> np.ndarray:
    sign = np.where(rng.random(x.channels) < 0.2, -1, 1)
    return sign * rng.integers(1, 16, x.channels) / 8


def _prelu(graph: GraphWriter, x: Tensor, rng: np.random.Generator) -> Tensor:
    slopes = rng.integers(-4, 17, x.channels) / 16
    name = graph.node("PRelu", x.name, slopes.reshape(-1, 1, 1))
    return _bent(x, name, slopes)


def _scaled(x: Tensor, name: str, scale: np.ndarray, bits: int) -> Tensor:
    """`x` times `scale`, which has so many bits behind the point."""
    sides = np.sort([x.low * scale, x.high * scale], axis=0)
    spread = x.spread * abs(scale)
    exponent = x.exponent - bits
    return replace(
        x, name=name, exponent=exponent, low=sides[0], high=sides[1], spread=spread, coding=()
    )


def _shifted(x: Tensor, name: str, shift: np.ndarray) -> Tensor:
    spread = np.hypot(x.spread, shift)
    return replace(x, name=name, low=x.low + shift, high=x.high + shift, spread=spread, coding=())


def _clipped(x: Tensor, name: str, low: float, high: float) -> Tensor:
    sides = np.clip(x.low, low, high), np.clip(x.high, low, high)
    return replace(x, name=name, low=sides[0], high=sides[1], coding=())


def _bent(x: Tensor, name: str, slopes: np.ndarray) -> Tensor:
    """What is below 0, times `slopes`, which are sixteenths."""
    bent = np.where(x.low < 0, x.low * slopes, 0)
    low = np.where(x.low < 0, np.minimum(bent, np.maximum(0, x.low)), x.low)
    high = np.maximum(np.maximum(x.high, x.high * slopes * (x.high < 0)), bent)
    return replace(x, name=name, exponent=x.exponent - 4, low=low, high=high, coding=())
