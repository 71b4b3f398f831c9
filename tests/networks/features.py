# SPDX-License-Identifier: MIT
"""What there is in a network that a compiler may get wrong: words to choose networks by."""

from tests.networks.layers import (
    Act,
    Add,
    Concat,
    Conv,
    Gather,
    Input,
    Layer,
    Network,
    Pool,
    Pooling,
    Quantiser,
    Requant,
    Resize,
    Sign,
    Transposed,
    Upsampling,
    Views,
    Weights,
    reads,
)
from tests.networks.tensor import Tensor
from tests.networks.write import write

__all__ = ["features"]


def features(network: Network) -> frozenset[str]:
    """The words for `network`.

    >>> sorted(features(Network(8, 8, (Input(bits=4), Conv(0, kernel=(3, 3), stride=2)))))
    ['4-bit weights', 'Conv', 'Conv 3x3', 'Conv pads', 'Conv stride 2', 'Input', 'int8', 'uint4 in']
    """
    streams = write(network).streams
    found = {f"opset {network.opset}"} if network.opset != 18 else set()
    if network.height % 2 or network.width % 2:
        found.add("odd frame")
    if len(network.outputs) > 1:
        found.add("outputs")
    read = [x for layer in network.layers for x in reads(layer)]
    if len(read) > len(set(read)):
        found.add("fork")
    for layer in network.layers:
        found |= _of_layer(layer, [streams[x] for x in reads(layer)])
    return frozenset(found)


def _of_layer(layer: Layer, given: list[Tensor]) -> set[str]:
    kind = type(layer).__name__
    found = {kind}
    match layer:
        case Input(_, bits, smaller):
            found |= {f"uint{bits} in"} | ({"smaller input"} if smaller else set())
        case Conv(_, _, (rows, columns), stride, dilation, groups):
            found |= {f"{kind} {rows}x{columns}"}
            if max(rows, columns) > 1:
                found.add(f"{kind} {layer.padding.value}")
            if stride > 1:
                found.add(f"{kind} stride 2")
            if dilation > 1:
                found.add("dilation")
            if groups > 1:
                found.add("depthwise" if groups == given[0].channels else "groups")
            if not given[0].uniform:
                found.add("Conv of several scales")
            if given[0].bipolar:
                found.add("Conv of bits")
        case Add():
            found |= {"Add of unequal scales"} if len(_scales(given)) > 1 else set()
            found |= {"Add of three"} if len(given) > 2 else set()
            found |= {"Add of one stream twice"} if len(set(layer.xs)) < len(given) else set()
        case Concat():
            found |= {"Concat of unequal scales"} if len(_scales(given)) > 1 else set()
        case Resize(_, how) | Pool(_, how) | Views(_, how):
            found.add(how.value)
    quantised = not isinstance(layer, Resize | Pool) or layer.how in (
        Upsampling.LINEAR,
        Pooling.AVERAGE,
    )
    for name in ("weights", "bias", "norm", "act", "out"):
        if quantised and (value := getattr(layer, name, None)):
            found |= _of_field(name, value)
    if isinstance(layer, Sign) and layer.exponent:
        found.add("bits of another scale")
    if isinstance(layer, Requant | Gather | Transposed | Sign) and not given[0].uniform:
        found.add(f"{kind} of several scales")
    return found


def _of_field(name: str, value: object) -> set[str]:
    match value:
        case Weights(bits, ternary, per_channel):
            kind = "ternary weights" if ternary else f"{bits}-bit weights"
            return {kind} | ({"scale per channel"} if per_channel else set())
        case Quantiser(bits, signed, narrow):
            kind = f"{'' if signed else 'u'}int{bits}"
            return {kind} | ({"narrow"} if narrow else set())
        case True:
            return {name}
        case _ if value in (Act.NONE, "none"):
            return set()
        case _:
            return {str(value)}


def _scales(given: list[Tensor]) -> set[int]:
    return {int(exponent) for stream in given for exponent in stream.exponent}
