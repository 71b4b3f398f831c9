# SPDX-License-Identifier: MIT
"""A kernel alone in Verilator: integers in, the integers that come out."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.netlist.beats import pack, unpack, words
from tarsier_fpga.hls.netlist.instance import Instance, Stream
from tarsier_fpga.hls.sim import verilate

__all__ = ["simulate"]

_PACKED = 32  # bits of the widest lane that beats are packed from at once
_INT64 = 63  # bits of the widest that an int64 holds, signed or not


def simulate(
    kernel: Instance,
    x: ArrayLike | Mapping[str, ArrayLike],
    stalls: float | Mapping[str, float] = 0.0,
    seed: int = 0,
) -> Any:
    """See `Instance.simulate`."""
    given = _by_name(kernel, x)
    inputs = {s.name: _beats(kernel, s, np.asarray(given[s.name])) for s in kernel.inputs}
    found = verilate.build(kernel).collect(inputs, stall=stalls, seed=seed)
    outputs = {s.name: _integers(s, found[s.name]) for s in kernel.outputs}
    return outputs if len(outputs) > 1 else outputs.popitem()[1]


def _by_name(kernel: Instance, x: ArrayLike | Mapping[str, ArrayLike]) -> Mapping[str, ArrayLike]:
    names = [stream.name for stream in kernel.inputs]
    given = x if isinstance(x, Mapping) else {names[0]: x}
    if set(given) != set(names):
        raise KernelError(
            f"{kernel.kernel}: integers for {', '.join(given)} were given, but its inputs are"
            f" {', '.join(names)}"
        )
    return given


def _beats(kernel: Instance, stream: Stream, x: np.ndarray) -> np.ndarray:
    where, width = f"{kernel.kernel}: stream {stream.name}", stream.width // stream.lanes
    lanes = x[..., None] if stream.lanes == 1 else x
    if not lanes.shape or lanes.shape[-1] % stream.lanes:
        raise KernelError(
            f"{where} takes (beats, {stream.lanes}) integers, not an array of shape {x.shape}"
        )
    if not np.issubdtype(x.dtype, np.integer) and x.dtype != object:
        raise KernelError(f"{where} takes integers, not {x.dtype}")
    beats = lanes.reshape(-1, stream.lanes)
    least = -(1 << (width - 1)) if stream.signed else 0
    most = least + (1 << width) - 1
    if beats.size and not least <= int(beats.min()) <= int(beats.max()) <= most:
        raise KernelError(
            f"{where} takes {least}..{most}, not {int(beats.min())}..{int(beats.max())}"
        )
    if width <= _PACKED:
        return pack(beats.astype(np.int64), width)
    mask, size = (1 << width) - 1, 4 * words(stream.width)
    rows = [sum((int(value) & mask) << at * width for at, value in enumerate(row)) for row in beats]
    raw = b"".join(row.to_bytes(size, "little") for row in rows)
    return np.frombuffer(raw, "<u4").reshape(len(rows), -1)


def _integers(stream: Stream, beats: np.ndarray) -> np.ndarray:
    width = stream.width // stream.lanes
    if width <= _PACKED:
        return unpack(beats, stream.lanes, width, stream.signed)
    mask, sign = (1 << width) - 1, (1 << (width - 1)) if stream.signed else 0
    whole = [int.from_bytes(row.astype("<u4").tobytes(), "little") for row in beats]
    values = [
        [((one >> at * width & mask) ^ sign) - sign for at in range(stream.lanes)] for one in whole
    ]
    kind = np.int64 if width <= _INT64 else object
    return np.array(values, kind).reshape(len(beats), stream.lanes)
