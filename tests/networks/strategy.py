# SPDX-License-Identifier: MIT
"""Random networks for hypothesis, whose failures shrink to few and plain layers.

What is drawn is a list of layers that read streams counted back from the newest. They are taken one
by one; one that cannot stand where it is put is left out, so any part of the list is a network too,
and shrinking may drop what it likes.
"""

from collections.abc import Collection
from dataclasses import replace

from hypothesis import strategies as st

from tests.networks.layers import (
    Act,
    Add,
    Concat,
    Conv,
    Gather,
    Input,
    Layer,
    Network,
    Norm,
    Padding,
    Pool,
    Pooling,
    Quantiser,
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
    Weights,
    gives,
    reading,
    reads,
)
from tests.networks.tensor import Illegal, Tensor
from tests.networks.write import NetworkWriter

__all__ = ["KINDS", "OPSETS", "networks"]

KINDS: tuple[type, ...] = (
    Conv,
    Sign,
    Add,
    Concat,
    Requant,
    Transposed,
    Pool,
    Resize,
    Shuffle,
    Unshuffle,
    Slice,
    Split,
    Gather,
    Views,
    Shift,
    Input,
)
OPSETS = (18, 11, 13, 14, 16, 17, 19, 20, 21)
_OUTPUTS, _MOST = 3, 40  # streams, rows and columns
_seeds = st.integers(0, 999)
_sides = st.sampled_from([8, 12, 16, 6, 9, 11, 10, 20, 14, 13, 7, 18])
_back = st.sampled_from([0, 0, 0, 0, 1, 2, 3, 5])  # streams back from the newest
_quantisers = st.builds(
    lambda bits, signed, narrow, coarser: Quantiser(
        bits, signed and bits > 1, narrow and signed and bits > 2, coarser
    ),
    st.sampled_from([8, 4, 2, 3, 5, 6, 7, 1, 9, 10]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, 0, 1, -1]),
)
_weights = st.builds(
    lambda bits, per_channel: Weights(bits or 2, not bits, per_channel),
    st.sampled_from([4, 1, 0, 2, 3, 8, 1, 5, 6, 7]),  # 0 is ternary
    st.booleans(),
)
_widths = st.sampled_from([1, 2, 3, 4, 6, 8, 12, 16])
_kernels = st.sampled_from(
    [(1, 1), (3, 3), (3, 3), (2, 2), (5, 5), (1, 3), (3, 1), (7, 7), (7, 7), (5, 3)]
)


def networks(
    kinds: Collection[type] = KINDS, layers: int = 7, opsets: Collection[int] = OPSETS
) -> st.SearchStrategy[Network]:
    """Networks of the given `kinds` of layers, of about so many `layers` at most."""
    return st.builds(
        _network,
        _sides,
        _sides,
        st.sampled_from(list(opsets)),
        st.builds(Input, channels=st.integers(1, 4), bits=st.sampled_from([8, 10, 4, 1, 9])),
        st.lists(st.one_of([_LAYERS[kind] for kind in kinds]), min_size=1, max_size=layers),
    )


_LAYERS: dict[type, st.SearchStrategy] = {
    Conv: st.builds(
        Conv,
        x=_back,
        channels=_widths,
        kernel=_kernels,
        stride=st.sampled_from([1, 1, 2]),
        dilation=st.sampled_from([1, 1, 1, 2]),
        groups=st.sampled_from([1, 2, 1, 3, 4, 16]),
        padding=st.sampled_from(Padding),
        weights=_weights,
        bias=st.booleans(),
        norm=st.sampled_from(Norm),
        act=st.sampled_from(Act),
        out=_quantisers,
        seed=_seeds,
    ),
    Transposed: st.builds(
        Transposed,
        x=_back,
        channels=_widths,
        weights=_weights,
        bias=st.booleans(),
        act=st.sampled_from(Act),
        out=_quantisers,
        seed=_seeds,
    ),
    Sign: st.builds(
        Sign, x=_back, pad=st.integers(0, 2), exponent=st.sampled_from([0, 0, -2]), seed=_seeds
    ),
    Requant: st.builds(
        Requant,
        x=_back,
        norm=st.sampled_from(Norm),
        act=st.sampled_from(Act),
        out=_quantisers,
        seed=_seeds,
    ),
    Add: st.builds(
        Add,
        xs=st.lists(_back, min_size=2, max_size=3).map(tuple),
        act=st.sampled_from([Act.NONE, Act.NONE, Act.RELU, Act.PRELU]),
        out=_quantisers,
        seed=_seeds,
    ),
    Concat: st.builds(Concat, xs=st.lists(_back, min_size=2, max_size=3).map(tuple)),
    Slice: st.builds(Slice, x=_back, first=st.integers(0, 15), count=st.integers(1, 8)),
    Split: st.builds(Split, x=_back, count=st.integers(1, 8)),
    Gather: st.builds(
        Gather, x=_back, channels=st.lists(st.integers(0, 15), min_size=1, max_size=8).map(tuple)
    ),
    Shuffle: st.builds(Shuffle, x=_back),
    Unshuffle: st.builds(Unshuffle, x=_back),
    Views: st.builds(Views, x=_back, how=st.sampled_from(Regrouping)),
    Shift: st.builds(Shift, x=_back, reach=st.integers(1, 3), seed=_seeds),
    Resize: st.builds(Resize, x=_back, how=st.sampled_from(Upsampling), out=_quantisers),
    Pool: st.builds(Pool, x=_back, how=st.sampled_from(Pooling), out=_quantisers),
    Input: st.builds(Input, channels=st.integers(1, 4), bits=st.sampled_from([8, 10, 4, 1, 9])),
}


def _network(height: int, width: int, opset: int, first: Input, drawn: list[Layer]) -> Network:
    made = _Made(height, width, opset)
    made.take(first)
    for layer in drawn:
        made.take(layer)
    made.finish()
    return Network(height, width, tuple(made.layers), opset)


class _Made:
    """A network as far as it is drawn."""

    def __init__(self, height: int, width: int, opset: int) -> None:
        self.writer = NetworkWriter(height, width, opset, _MOST)
        self.layers: list[Layer] = []

    @property
    def streams(self) -> list[Tensor]:
        return self.writer.streams

    @property
    def unread(self) -> list[int]:
        return list(Network(0, 0, tuple(self.layers)).outputs)

    def take(self, layer: Layer) -> None:
        """Append what becomes of the drawn `layer`, if it can stand."""
        if isinstance(layer, Input) and self.layers:
            self._take_input(layer)
            return
        newest = len(self.streams) - 1
        layer = reading(layer, tuple(newest - back % (newest + 1) for back in reads(layer)))
        match layer:
            case Conv():
                self._take_conv(_fitting(layer, self.streams[layer.x]))
            case Transposed() | Requant():
                self._try(layer) or self._try(_exact(layer))
            case Shuffle(x) if self.streams[x].channels % 4:
                if self._try(Conv(x, 4)):
                    self._try(Shuffle(len(self.streams) - 1))
            case Add() | Concat():
                self._take_join(layer)
            case Slice(x, first, count):
                channels = self.streams[x].channels
                first %= channels
                self._try(Slice(x, first, min(count, channels - first)))
            case Split(x, count) if self.streams[x].channels > 1:
                self._try(Split(x, 1 + (count - 1) % (self.streams[x].channels - 1)))
            case Gather(x, channels):
                count = self.streams[x].channels
                self._try(replace(layer, channels=tuple(c % count for c in channels)))
            case _:
                self._try(layer)

    def _take_input(self, layer: Input) -> None:
        """A further input is joined at once with the newest stream that has its size."""
        size = self.streams[-1].height, self.streams[-1].width
        for smaller in range(3):
            part = 1 << smaller
            if (-(-self.writer.height // part), -(-self.writer.width // part)) == size:
                newest = len(self.streams) - 1
                if self._try(replace(layer, smaller=smaller)):
                    self.take(Concat((0, 1)))
                if newest + 1 in self.unread:
                    self._try(Conv(newest + 1, layer.channels))

    def _take_conv(self, layer: Conv) -> None:
        """`layer`, or the first of what is like it but smaller that can stand."""
        simpler = _exact(layer)
        thinner = replace(simpler, weights=replace(simpler.weights, bits=2))
        narrow = replace(thinner, channels=layer.groups)
        plain = replace(thinner, kernel=(1, 1), norm=Norm.NONE, act=Act.NONE)
        any(self._try(one) for one in dict.fromkeys([layer, simpler, thinner, narrow, plain]))

    def _take_join(self, layer: Add | Concat) -> None:
        """Streams of one size are joined; to be added they get as many channels as the first."""
        first = self.streams[layer.xs[0]]
        fits = [
            x
            for x, stream in enumerate(self.streams)
            if x != layer.xs[0]
            and (stream.height, stream.width) == (first.height, first.width)
            and (isinstance(layer, Add) or stream.bipolar == first.bipolar)
        ] or [layer.xs[0]]
        xs = [layer.xs[0], *(fits[x % len(fits)] for x in layer.xs[1:])]
        if isinstance(layer, Add):
            for at, x in enumerate(xs):
                if self.streams[x].channels != first.channels:
                    if not self._try(Conv(x, first.channels, seed=layer.seed)):
                        return
                    xs[at] = len(self.streams) - 1
        self._try(reading(layer, tuple(xs)))

    def _try(self, layer: Layer) -> bool:
        try:
            self.writer.add(layer)
        except Illegal:
            return False
        self.layers.append(layer)
        return True

    def finish(self) -> None:
        """Few outputs, each of one coding: those that are neither end in a layer of their own."""
        if not any(gives(layer) and reads(layer) for layer in self.layers):
            self._try(Conv(0))
        while len(self.unread) > _OUTPUTS and self._joined():
            pass
        for x in self.unread:
            stream = self.streams[x]
            if stream.bipolar:
                self._try(Conv(x, min(4, stream.channels)))
            elif not stream.uniform:
                self._try(Requant(x))

    def _joined(self) -> bool:
        """Whether two of the outputs have become one."""
        unread = self.unread
        for x in unread:
            for d in unread:
                if x < d and self._try(Concat((x, d))):
                    return True
        return False


def _exact(layer: Conv | Transposed | Requant) -> Conv | Transposed | Requant:
    """`layer` with fewer bits behind its sums, or where a table would be too large."""
    if isinstance(layer, Transposed):
        return replace(layer, act=Act.NONE)
    norm = Norm.BATCH if layer.norm is Norm.ANY_BATCH else Norm.NONE
    return replace(layer, norm=norm, act=layer.act if norm is Norm.NONE else Act.NONE)


def _fitting(layer: Conv, x: Tensor) -> Conv:
    """`layer` with what makes it legal on `x`: groups that divide, and no zeros among bits."""
    groups, channels = layer.groups, layer.channels
    if groups == 16:  # depthwise
        groups = x.channels
        channels = groups * max(1, min(2, channels // groups))
    else:
        groups = groups if x.channels % groups == 0 else 1
        channels = -(-channels // groups) * groups
    padding = layer.padding
    if x.bipolar and padding not in (Padding.EDGE, Padding.NONE):
        padding = Padding.EDGE
    if padding is Padding.SAME_UPPER and (layer.stride > 1 or layer.dilation > 1):
        padding = Padding.ATTRIBUTE
    act = layer.act
    if layer.norm is Norm.ANY_BATCH and act is not Act.NONE:
        act = Act.RELU
    return replace(layer, groups=groups, channels=channels, padding=padding, act=act)
