# SPDX-License-Identifier: MIT
"""What a random network is made of: layers on numbered streams, said in as few words as may be.

Every layer gives one stream, a Split two; they are counted from 0 in the order of the layers.
Constants are not written down: a layer's `seed` draws them.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

__all__ = [
    "Act",
    "Add",
    "Concat",
    "Conv",
    "Gather",
    "Input",
    "Layer",
    "Network",
    "Norm",
    "Padding",
    "Pool",
    "Pooling",
    "Quantiser",
    "Regrouping",
    "Requant",
    "Resize",
    "Shift",
    "Shuffle",
    "Sign",
    "Slice",
    "Split",
    "Transposed",
    "Unshuffle",
    "Upsampling",
    "Views",
    "Weights",
    "gives",
    "reading",
    "reads",
]


class Choice(StrEnum):
    """What is printed as it is written in code."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class Padding(Choice):
    """Where a convolution gets its border from."""

    ATTRIBUTE = "pads"  # of the Conv itself: zeros
    NODE = "Pad"  # a node before it: zeros
    EDGE = "edge Pad"  # a node before it: the nearest pixel again
    SAME_UPPER = "SAME_UPPER"  # zeros, as ONNX counts them
    NONE = "no pad"  # there is none, and the frame gets smaller


class Norm(Choice):
    """What a convolution's sums go through first."""

    NONE = "none"
    SCALE = "Mul and Add"
    BATCH = "BatchNorm"
    ANY_BATCH = "BatchNorm of any numbers"  # not exact in float32, so just before a Quant


class Act(Choice):
    NONE = "none"
    RELU = "Relu"
    LEAKY = "LeakyRelu"
    PRELU = "PRelu"
    RPRELU = "Sub, PRelu, Add"
    CLIP = "Clip"


class Upsampling(Choice):
    HALF_PIXEL = "nearest half_pixel"
    FLOOR = "nearest asymmetric floor"
    LINEAR = "bilinear half_pixel"


class Pooling(Choice):
    MAX = "MaxPool"
    AVERAGE = "AveragePool"


class Regrouping(Choice):
    CHANNELS = "channel shuffle"
    TO_PIXELS = "pixel shuffle"
    TO_CHANNELS = "pixel unshuffle"


@dataclass(frozen=True)
class Quantiser:
    """A Quant whose range is about three deviations of what comes, times 2^`coarser`."""

    bits: int = 8
    signed: bool = True
    narrow: bool = False
    coarser: int = 0


@dataclass(frozen=True)
class Weights:
    """+-1 (1 bit), ternary, or integers of `bits` bits; scales are powers of two."""

    bits: int = 4
    ternary: bool = False
    per_channel: bool = False


@dataclass(frozen=True)
class Input:
    """Codes of `bits` bits, in a frame 2^`smaller` times smaller than the network's own.

    It is `told` by a Quant of scale 1, or by nothing in the graph.
    """

    channels: int = 1
    bits: int = 8
    smaller: int = 0
    told: bool = True


@dataclass(frozen=True)
class Conv:
    x: int
    channels: int = 1
    kernel: tuple[int, int] = (1, 1)
    stride: int = 1
    dilation: int = 1
    groups: int = 1
    padding: Padding = Padding.ATTRIBUTE
    weights: Weights = Weights()
    bias: bool = False
    norm: Norm = Norm.NONE
    act: Act = Act.NONE
    out: Quantiser = Quantiser()
    seed: int = 0


@dataclass(frozen=True)
class Transposed:
    """ConvTranspose, 2 x 2 with stride 2."""

    x: int
    channels: int = 1
    weights: Weights = Weights()
    bias: bool = False
    act: Act = Act.NONE
    out: Quantiser = Quantiser()
    seed: int = 0


@dataclass(frozen=True)
class Sign:
    """A border of `pad` zeros, a threshold for each channel, and a BipolarQuant of 2^`exponent`."""

    x: int
    pad: int = 0
    exponent: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Requant:
    """An activation on integers that were kept, and their Quant."""

    x: int
    norm: Norm = Norm.NONE
    act: Act = Act.NONE
    out: Quantiser = Quantiser()
    seed: int = 0


@dataclass(frozen=True)
class Add:
    """Two or three streams, whatever their scales."""

    xs: tuple[int, ...]
    act: Act = Act.NONE
    out: Quantiser = Quantiser()
    seed: int = 0


@dataclass(frozen=True)
class Concat:
    xs: tuple[int, ...]


@dataclass(frozen=True)
class Slice:
    """`count` channels from `first` on."""

    x: int
    first: int = 0
    count: int = 1


@dataclass(frozen=True)
class Split:
    """The first `count` channels, and the rest."""

    x: int
    count: int = 1


@dataclass(frozen=True)
class Gather:
    x: int
    channels: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Shuffle:
    """DepthToSpace by 2, mode CRD."""

    x: int


@dataclass(frozen=True)
class Unshuffle:
    """SpaceToDepth by 2."""

    x: int


@dataclass(frozen=True)
class Views:
    """Reshape, Transpose, Reshape, as PyTorch's views are exported; groups of two, or squares."""

    x: int
    how: Regrouping = Regrouping.CHANNELS


@dataclass(frozen=True)
class Shift:
    """A Concat of Slices of a padded stream: every channel up to `reach` pixels away."""

    x: int
    reach: int = 1
    seed: int = 0


@dataclass(frozen=True)
class Resize:
    """Twice as many rows and columns; only what is interpolated has a Quant behind it."""

    x: int
    how: Upsampling = Upsampling.HALF_PIXEL
    out: Quantiser = Quantiser()


@dataclass(frozen=True)
class Pool:
    """2 x 2 with stride 2; only an average has a Quant behind it."""

    x: int
    how: Pooling = Pooling.MAX
    out: Quantiser = Quantiser()


Calculating = Conv | Transposed | Sign | Requant | Add | Resize | Pool
Reordering = Concat | Slice | Split | Gather | Shuffle | Unshuffle | Views | Shift
Layer = Input | Calculating | Reordering


@dataclass(frozen=True)
class Network:
    """`layers` on frames of `height` x `width`; what none of them reads is an output."""

    height: int
    width: int
    layers: tuple[Layer, ...]
    opset: int = 18

    @property
    def outputs(self) -> tuple[int, ...]:
        """Streams that nobody reads."""
        read = {x for layer in self.layers for x in reads(layer)}
        return tuple(x for x in range(sum(map(gives, self.layers))) if x not in read)

    @property
    def align(self) -> int:
        """Rows and columns that may be added so that every layer still fits."""
        halved = (Unshuffle, Pool)
        halvings = [
            isinstance(layer, halved)
            or getattr(layer, "stride", 1) == 2
            or getattr(layer, "how", None) is Regrouping.TO_CHANNELS
            for layer in self.layers
        ]
        smaller = [layer.smaller for layer in self.layers if isinstance(layer, Input)]
        return 1 << max([sum(halvings), *smaller])

    def larger(self, rows: int, columns: int) -> "Network":
        """The same on frames with that many times `align` more rows and columns."""
        height, width = self.height + rows * self.align, self.width + columns * self.align
        return replace(self, height=height, width=width)


def reads(layer: Layer) -> tuple[int, ...]:
    """The streams that `layer` reads."""
    match layer:
        case Input():
            return ()
        case Add(xs) | Concat(xs):
            return xs
        case _:
            return (layer.x,)


def reading(layer: Layer, xs: tuple[int, ...]) -> Layer:
    """`layer` on the streams `xs` instead of its own."""
    match layer:
        case Input():
            return layer
        case Add() | Concat():
            return replace(layer, xs=xs)
        case _:
            return replace(layer, x=xs[0])


def gives(layer: Layer) -> int:
    """How many streams `layer` gives."""
    return 2 if isinstance(layer, Split) else 1
