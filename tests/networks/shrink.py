# SPDX-License-Identifier: MIT
"""A network that is wrong, made as small and plain as it can be while it stays wrong.

Its layers are left out as long as that goes, and what is left is set to its defaults. That needs
far fewer checks than to shrink what a network was drawn from, and a check may take half a minute.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from itertools import combinations, product

from tests.networks.layers import Concat, Input, Layer, Network, gives, reading, reads
from tests.networks.tensor import Illegal
from tests.networks.write import write

__all__ = ["shrunk"]


def shrunk(network: Network, fails: Callable[[Network], bool]) -> Network:
    """The smallest network found that still `fails`."""
    tried = {network}
    while True:
        for smaller in _smaller(network):
            if smaller in tried:
                continue
            tried.add(smaller)
            if _legal(smaller) and fails(smaller):
                network = smaller
                break
        else:
            return network


def _legal(network: Network) -> bool:
    try:
        write(network)
    except Illegal:
        return False
    return all(x in _streams(network) for layer in network.layers for x in reads(layer))


def _smaller(network: Network) -> Iterator[Network]:
    """What has less in it, the smallest first."""
    for output in network.outputs:
        yield _of(network, _needed(network, output), {})
    inner = [number for number, layer in enumerate(network.layers) if reads(layer)]
    for number in reversed(inner):
        yield from _without(network, (number,))
    for number, layer in enumerate(network.layers):
        for plain in _plainer(layer):
            yield replace(network, layers=_changed(network.layers, number, plain))
    for side in ("height", "width"):
        for pixels in (4, 6, 8):
            if pixels < getattr(network, side):
                yield replace(network, **{side: pixels})
    if network.opset != 18:
        yield replace(network, opset=18)
    for gone in combinations(inner, 2):  # as frames that grow and shrink again
        yield from _without(network, gone)


def _without(network: Network, gone: tuple[int, ...]) -> Iterator[Network]:
    """The network without the layers `gone`; what they read is read instead of what they gave."""
    kept = set(range(len(network.layers))) - set(gone)
    makers = [n for n, layer in enumerate(network.layers) for _ in range(gives(layer))]
    made = [[x for x, maker in enumerate(makers) if maker == number] for number in gone]
    for sources in product(*(dict.fromkeys(reads(network.layers[number])) for number in gone)):
        instead = {x: source for xs, source in zip(made, sources, strict=True) for x in xs}
        yield _of(network, kept, instead)


def _plainer(layer: Layer) -> Iterator[Layer]:
    for field in fields(layer):
        value = getattr(layer, field.name)
        if field.name not in ("x", "xs") and value != field.default:
            yield replace(layer, **{field.name: field.default})
            if field.name == "channels" and isinstance(value, int):
                yield replace(layer, channels=value - 1)
    if len(reads(layer)) > (1 if isinstance(layer, Concat) else 2):
        yield reading(layer, reads(layer)[:-1])


def _changed(layers: tuple[Layer, ...], number: int, layer: Layer) -> tuple[Layer, ...]:
    return (*layers[:number], layer, *layers[number + 1 :])


def _streams(network: Network) -> range:
    return range(sum(map(gives, network.layers)))


def _maker(network: Network, x: int) -> int:
    """The layer that gives stream `x`."""
    return [n for n, layer in enumerate(network.layers) for _ in range(gives(layer))][x]


def _needed(network: Network, x: int) -> set[int]:
    """The layers that stream `x` comes from."""
    number = _maker(network, x)
    sources = [_needed(network, source) for source in reads(network.layers[number])]
    return {number}.union(*sources)


def _of(network: Network, kept: set[int], instead: Mapping[int, int]) -> Network:
    """The layers `kept`, which read other streams `instead` of those that are gone."""
    streams: dict[int, int] = {}
    layers: list[Layer] = []
    at = made = 0
    for number, layer in enumerate(network.layers):
        for n in range(gives(layer)):
            if number in kept:
                streams[at + n] = made + n
            elif at + n in instead:
                streams[at + n] = streams[instead[at + n]]
        at += gives(layer)
        if number in kept:
            made += gives(layer)
            layers.append(reading(layer, tuple(streams[x] for x in reads(layer))))
    used = {x for layer in layers for x in reads(layer)}
    unread = [n for n, layer in enumerate(layers) if isinstance(layer, Input) and n not in used]
    return replace(network, layers=tuple(layers)) if not unread else network
