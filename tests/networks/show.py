# SPDX-License-Identifier: MIT
"""A random network as people read it: a layer a line."""

from enum import Enum

from tests.networks.layers import Network, Quantiser, Weights, gives, reads
from tests.networks.tensor import Tensor
from tests.networks.write import write

__all__ = ["show"]


def show(network: Network) -> str:
    """`network`, a layer a line, with what each of its streams is.

    >>> from tests.networks.layers import Conv, Input, Padding, Weights
    >>> head = Conv(0, channels=8, kernel=(3, 3), weights=Weights(bits=1), stride=2)
    >>> print(show(Network(8, 12, (Input(bits=10), head))))
    8 x 12 pixels, opset 18
     0  Input(bits=10)  -> 1 x 8 x 12, uint10
     1  Conv(0, channels=8, kernel=(3, 3), stride=2, weights=1b)  -> 8 x 4 x 6, int8 * 2^5
    out: 1
    """
    streams, at = write(network).streams, 0
    lines = [f"{network.height} x {network.width} pixels, opset {network.opset}"]
    for layer in network.layers:
        made = range(at, at := at + gives(layer))
        numbers = ",".join(map(str, made))
        codings = "; ".join(_stream(streams[x]) for x in made)
        lines.append(f"{numbers:>2}  {_layer(layer)}  -> {codings}")
    return "\n".join([*lines, f"out: {', '.join(map(str, network.outputs))}"])


def _layer(layer: object) -> str:
    """The layer without what stands at its default."""
    words = [", ".join(map(str, reads(layer)))]
    for name, field in type(layer).__dataclass_fields__.items():
        value = getattr(layer, name)
        if name not in ("x", "xs") and value != field.default:
            words.append(f"{name}={_short(value)}")
    return f"{type(layer).__name__}({', '.join(word for word in words if word)})"


def _short(value: object) -> str:
    match value:
        case Quantiser(bits, signed, narrow, coarser):
            kind = f"{'' if signed else 'u'}int{bits}{' narrow' if narrow else ''}"
            return kind + (f" 2^{coarser:+}" if coarser else "")
        case Weights(bits, ternary, per_channel):
            return ("ternary" if ternary else f"{bits}b") + " per channel" * per_channel
        case Enum():
            return f"{value.value}"
        case _:
            return f"{value}"


def _stream(stream: Tensor) -> str:
    kinds = [
        ("bit" if bits == 1 and signed else f"{'' if signed else 'u'}int{bits}")
        + (f" * 2^{exponent}" if exponent else "")
        for (bits, signed), exponent in zip(stream.coding, stream.exponent, strict=True)
    ]
    size = f"{stream.channels} x {stream.height} x {stream.width}"
    return f"{size}, {' '.join(dict.fromkeys(kinds))}"
