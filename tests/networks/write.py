# SPDX-License-Identifier: MIT
"""A random network as a QONNX file, and what is known of each of its streams.

A layer that cannot stand where it is put raises `Illegal` and leaves nothing behind: its frames do
not fit, or its values would not be exact in float32.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from onnx import ModelProto

from tarsier_fpga.flow.ops.stitch import port_names
from tests.networks.convolve import convolve, transposed
from tests.networks.graph import GraphWriter
from tests.networks.layers import (
    Add,
    Concat,
    Conv,
    Gather,
    Input,
    Layer,
    Network,
    Pool,
    Pooling,
    Regrouping,
    Requant,
    Resize,
    Shift,
    Shuffle,
    Sign,
    Slice,
    Split,
    Transposed,
    Unshuffle,
    Upsampling,
    Views,
)
from tests.networks.pointwise import activated, normalised, quantised, signed
from tests.networks.tensor import Illegal, Tensor

__all__ = ["NetworkWriter", "Port", "Written", "write"]

_LEAST = 2  # rows and columns
_CHANNELS = 16


@dataclass(frozen=True)
class Port:
    """An input or an output of a network: a value is its code times 2^exponent."""

    name: str
    channels: int
    height: int
    width: int
    bits: int
    signed: bool
    exponent: int

    @property
    def values(self) -> int:
        """Of a frame."""
        return self.channels * self.height * self.width


@dataclass(frozen=True)
class Written:
    """A network's file, its ports, and its streams."""

    model: ModelProto
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    streams: tuple[Tensor, ...]


def write(network: Network, told: Mapping[str, object] | None = None) -> Written:
    """The file of `network`, with the metadata `told`.

    Raises:
        Illegal: a layer cannot stand where it is.
    """
    writer = NetworkWriter(network.height, network.width, network.opset)
    for layer in network.layers:
        writer.add(layer)
    return writer.written(network.outputs, told or {})


class NetworkWriter:
    """Writes layers one by one; `streams` are all that there are so far.

    None has more than `most` rows or columns.
    """

    def __init__(self, height: int, width: int, opset: int, most: int = 1 << 10) -> None:
        self.height, self.width, self._most = height, width, most
        self.graph, self.streams = GraphWriter(opset), []
        self._layers = 0
        self._inputs: list[Port] = []

    def add(self, layer: Layer) -> None:
        """Append `layer`.

        Raises:
            Illegal: as said above; nothing has changed then.
        """
        mark, inputs = self.graph.mark(), list(self._inputs)
        self.graph.place = f"layer{self._layers}"
        try:
            made = self._made(layer)
            for tensor in made:
                self._check_size(tensor)
        except Illegal:
            self.graph.back(mark)
            self._inputs = inputs
            raise
        self._layers += 1
        self.streams += made

    def written(self, outputs: tuple[int, ...], told: Mapping[str, object]) -> Written:
        """The file as it stands, with the streams `outputs` going out."""
        tensors = [self.streams[x] for x in outputs]
        shapes = {t.name: (1, t.channels, t.height, t.width) for t in tensors}
        ports = []
        for n, tensor in enumerate(tensors):
            if not tensor.uniform or tensor.bipolar:
                raise Illegal(f"output {n} is of several codings")
            ports.append(_port(f"y{n or ''}", tensor))
        names = port_names("x", len(self._inputs))
        coded = {f"{name}.bits": port.bits for name, port in zip(names, self._inputs, strict=True)}
        model = self.graph.model(shapes, coded | dict(told))
        return Written(model, tuple(self._inputs), tuple(ports), tuple(self.streams))

    def _made(self, layer: Layer) -> list[Tensor]:
        graph, given = self.graph, self.streams
        match layer:
            case Input():
                return [self._input(layer)]
            case Conv(x):
                rng = np.random.default_rng(layer.seed)
                y = convolve(graph, given[x], layer, rng)
                y = activated(graph, normalised(graph, y, layer.norm, rng), layer.act, rng)
                return [quantised(graph, y, layer.out)]
            case Transposed(x):
                rng = np.random.default_rng(layer.seed)
                y = activated(graph, transposed(graph, given[x], layer, rng), layer.act, rng)
                return [quantised(graph, y, layer.out)]
            case Sign(x):
                return [signed(graph, given[x], layer, np.random.default_rng(layer.seed))]
            case Requant(x):
                rng = np.random.default_rng(layer.seed)
                y = normalised(graph, given[x], layer.norm, rng)
                return [quantised(graph, activated(graph, y, layer.act, rng), layer.out)]
            case Add(xs):
                rng = np.random.default_rng(layer.seed)
                y = activated(graph, self._sum([given[x] for x in xs]), layer.act, rng)
                return [quantised(graph, y, layer.out)]
            case Concat(xs):
                return [self._concat([given[x] for x in xs])]
            case Slice(x, first, count):
                return [self._slice(given[x], first, count)]
            case Split(x, count):
                return self._split(given[x], count)
            case Gather(x, channels):
                return [self._gather(given[x], channels)]
            case Shuffle(x):
                return [self._shuffle(given[x])]
            case Unshuffle(x):
                return [self._unshuffle(given[x])]
            case Views(x, how):
                return [self._views(given[x], how)]
            case Shift(x, reach, seed):
                return [self._shift(given[x], reach, np.random.default_rng(seed))]
            case Resize(x):
                return [self._resize(given[x], layer)]
            case Pool(x):
                return [self._pool(given[x], layer)]

    def _check_size(self, tensor: Tensor) -> None:
        sides = (tensor.height, tensor.width)
        if not (_LEAST <= min(sides) <= max(sides) <= self._most and tensor.channels <= _CHANNELS):
            raise Illegal(f"a frame of {sides} pixels of {tensor.channels} channels")

    def _input(self, layer: Input) -> Tensor:
        part = 1 << layer.smaller
        height, width = -(-self.height // part), -(-self.width // part)
        name = self.graph.input((1, layer.channels, height, width))
        top = (1 << layer.bits) - 1
        ones = np.ones(layer.channels)
        coding = ((layer.bits, False),) * layer.channels
        tensor = Tensor(
            name, height, width, 0 * ones.astype(int), 0 * ones, top * ones, top / 2 * ones, coding
        )
        self._inputs.append(_port(name, tensor))
        if layer.told:
            numbers = [np.float32(value) for value in (1, 0, layer.bits)]
            name = self.graph.node("Quant", name, *numbers, signed=0, narrow=0)
        return replace(tensor, name=name)

    def _sum(self, parts: list[Tensor]) -> Tensor:
        y = parts[0]
        for d in parts[1:]:
            if (y.channels, y.height, y.width) != (d.channels, d.height, d.width):
                raise Illegal("streams of different size or channels are added")
            y = Tensor(
                self.graph.node("Add", y.name, d.name),
                y.height,
                y.width,
                np.minimum(y.exponent, d.exponent),
                y.low + d.low,
                y.high + d.high,
                np.hypot(y.spread, d.spread),
            )
        return y

    def _concat(self, parts: list[Tensor]) -> Tensor:
        if len({(part.height, part.width, part.bipolar) for part in parts}) > 1:
            raise Illegal("streams of different size, or bits and numbers, are concatenated")
        name = self.graph.node("Concat", *(part.name for part in parts), axis=1)
        arrays = {
            key: np.concatenate([getattr(part, key) for part in parts])
            for key in ("exponent", "low", "high", "spread")
        }
        coding = tuple(code for part in parts for code in part.coding)
        return replace(parts[0], name=name, coding=coding, **arrays)

    def _slice(self, x: Tensor, first: int, count: int) -> Tensor:
        if not (count and first + count <= x.channels):
            raise Illegal("there are not so many channels")
        span = (np.array([value]) for value in (first, first + count, 1))
        name = self.graph.node("Slice", x.name, *span)
        return x.pick(list(range(first, first + count)), name)

    def _split(self, x: Tensor, count: int) -> list[Tensor]:
        if not 0 < count < x.channels:
            raise Illegal("there are not so many channels")
        counts = np.array([count, x.channels - count])
        if self.graph.opset < 13:
            names = self.graph.nodes("Split", 2, x.name, axis=1, split=counts.tolist())
        else:
            names = self.graph.nodes("Split", 2, x.name, counts, axis=1)
        channels = list(range(x.channels))
        return [x.pick(channels[:count], names[0]), x.pick(channels[count:], names[1])]

    def _gather(self, x: Tensor, channels: tuple[int, ...]) -> Tensor:
        if max(channels) >= x.channels:
            raise Illegal("there are not so many channels")
        name = self.graph.node("Gather", x.name, np.array(channels), axis=1)
        return x.pick(list(channels), name)

    def _shuffle(self, x: Tensor) -> Tensor:
        self._check_squares(x)
        return self._squares(x, self.graph.node("DepthToSpace", x.name, blocksize=2, mode="CRD"))

    @staticmethod
    def _check_squares(x: Tensor) -> None:
        if x.channels % 4:
            raise Illegal("four channels become one")
        for n in range(0, x.channels, 4):
            if not x.pick([n, n + 1, n + 2, n + 3], "").uniform:
                raise Illegal("channels of several codings become one")

    def _squares(self, x: Tensor, name: str) -> Tensor:
        """`name`, whose pixels are four channels of `x` each."""
        y = x.pick(list(range(0, x.channels, 4)), name)
        groups = (-1, 4)
        return replace(
            y,
            height=2 * x.height,
            width=2 * x.width,
            low=x.low.reshape(groups).min(1),
            high=x.high.reshape(groups).max(1),
            spread=x.spread.reshape(groups).max(1),
        )

    def _unshuffle(self, x: Tensor) -> Tensor:
        if x.height % 2 or x.width % 2:
            raise Illegal("an odd frame has no blocks")
        name = self.graph.node("SpaceToDepth", x.name, blocksize=2)
        y = x.pick(4 * list(range(x.channels)), name)
        return replace(y, height=x.height // 2, width=x.width // 2)

    def _views(self, x: Tensor, how: Regrouping) -> Tensor:
        channels, rows, columns = x.channels, x.height, x.width
        match how:
            case Regrouping.CHANNELS:
                if channels % 2:
                    raise Illegal("channels are no two groups")
                shapes = [1, 2, channels // 2, rows, columns], [1, channels, rows, columns]
                order = [0, 2, 1, 3, 4]
            case Regrouping.TO_PIXELS:
                self._check_squares(x)
                shapes = [1, channels // 4, 2, 2, rows, columns], [1, -1, 2 * rows, 2 * columns]
                order = [0, 1, 4, 2, 5, 3]
            case Regrouping.TO_CHANNELS:
                if rows % 2 or columns % 2:
                    raise Illegal("an odd frame has no blocks")
                shapes = [1, channels, rows // 2, 2, -1, 2], [1, -1, rows // 2, columns // 2]
                order = [0, 1, 3, 5, 2, 4]
        name = self.graph.node("Reshape", x.name, np.array(shapes[0]))
        name = self.graph.node("Transpose", name, perm=order)
        name = self.graph.node("Reshape", name, np.array(shapes[1]))
        match how:
            case Regrouping.CHANNELS:
                halves = range(channels // 2), range(channels // 2, channels)
                return x.pick([c for pair in zip(*halves, strict=True) for c in pair], name)
            case Regrouping.TO_PIXELS:
                return self._squares(x, name)
            case Regrouping.TO_CHANNELS:
                y = x.pick([c for c in range(channels) for _ in range(4)], name)
                return replace(y, height=rows // 2, width=columns // 2)

    def _shift(self, x: Tensor, reach: int, rng: np.random.Generator) -> Tensor:
        if x.bipolar or reach >= min(x.height, x.width):
            raise Illegal("a zero is no bit, or nothing is left of the frame")
        padded = self.graph.node("Pad", x.name, np.array([0, 0, reach, reach] * 2), mode="constant")
        parts = []
        for channel, ends in enumerate(rng.integers(-reach, reach + 1, (x.channels, 2))):
            first = [channel, *(reach + ends)]
            last = [channel + 1, *(int(end) - reach or 1 << 31 for end in ends)]
            axes = np.array([1, 2, 3])
            parts.append(self.graph.node("Slice", padded, np.array(first), np.array(last), axes))
        name = parts[0] if len(parts) == 1 else self.graph.node("Concat", *parts, axis=1)
        return replace(x, name=name, low=np.minimum(x.low, 0), high=np.maximum(x.high, 0))

    def _resize(self, x: Tensor, layer: Resize) -> Tensor:
        how = {
            Upsampling.HALF_PIXEL: ("nearest", "half_pixel", "round_prefer_floor"),
            Upsampling.FLOOR: ("nearest", "asymmetric", "floor"),
            Upsampling.LINEAR: ("linear", "half_pixel", "round_prefer_floor"),
        }
        mode, transform, nearest = how[layer.how]
        roi = "" if self.graph.opset >= 13 else np.zeros(0)
        name = self.graph.node(
            "Resize",
            x.name,
            roi,
            np.array([1.0, 1.0, 2.0, 2.0]),
            mode=mode,
            coordinate_transformation_mode=transform,
            nearest_mode=nearest,
        )
        y = replace(x, name=name, height=2 * x.height, width=2 * x.width)
        if layer.how is not Upsampling.LINEAR:
            return y
        # Quarters along rows and along columns.
        return quantised(self.graph, replace(y, exponent=x.exponent - 4, coding=()), layer.out)

    def _pool(self, x: Tensor, layer: Pool) -> Tensor:
        if x.height % 2 or x.width % 2:
            raise Illegal("an odd frame has no blocks")
        name = self.graph.node(layer.how.value, x.name, kernel_shape=[2, 2], strides=[2, 2])
        y = replace(x, name=name, height=x.height // 2, width=x.width // 2)
        if layer.how is Pooling.MAX:
            return y
        return quantised(self.graph, replace(y, exponent=x.exponent - 2, coding=()), layer.out)


def _port(name: str, tensor: Tensor) -> Port:
    bits, is_signed = tensor.coding[0]
    exponent = int(tensor.exponent[0])
    return Port(name, tensor.channels, tensor.height, tensor.width, bits, is_signed, exponent)
