# SPDX-License-Identifier: MIT
"""The hardware graph gives what the network gives, or there is no design.

Every step of the lowering is exact by itself, for what it was written for. What a network does
outside of it would be built as something else, and RTL and graph would agree on it. So the file
itself is executed, in double precision and by none of our readings of it, on frames of its own
size, before anything is made of the graph.
"""

from collections.abc import Iterator

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.doubles import Doubles
from tarsier_fpga.flow.lower.net import Net, net_of
from tarsier_fpga.flow.sim.execute import run_states
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.port import Port

__all__ = ["check_agreement"]

_NEAR = 1e-6  # of a step: what doubles may be off by where scales are no powers of two


def check_agreement(network: ModelWrapper, lowered: ModelWrapper) -> None:
    """Make sure that `lowered` gives the integers of `network`, the file as `ingest` read it.

    Codes are compared with ==, of a drawn frame and of one of the lowest and highest codes; those
    of its states too, behind drawn states.

    Raises:
        FlowError: they differ; the sentence says where, and by how much.
    """
    net, doubles = net_of(lowered), Doubles(network.model)
    shapes = {port.name: network.get_tensor_shape(port.tensor)[1:] for port in net.read}
    for told, frames in _frames(net, shapes):
        fed = {
            port.tensor: port.scale * frames[port.name].transpose(2, 0, 1)[None] + port.offset
            for port in net.read
        }
        before = {state.name: frames[state.read.name] for state in net.states}
        wanted, (got, states) = doubles.run(fed), run_states(lowered, frames, before)
        for port in net.outputs:
            _compare(wanted[port.tensor][0].transpose(1, 2, 0), got[port.name], port, told)
        for state in net.states:
            values = wanted[state.next][0].transpose(1, 2, 0)
            _compare(values, states[state.name], state.written, f"state {state.next}, {told}")


def _compare(values: np.ndarray, got: np.ndarray, port: Port, told: str) -> None:
    if got.shape != values.shape:
        raise FlowError(
            f"the network makes frames of {_size(values)} and the hardware graph of {_size(got)};"
            " nothing was built"
        )
    codes = (values - port.offset) / port.scale
    wanted = np.rint(codes)
    differ = np.argwhere((got != wanted) | (np.abs(codes - wanted) > _NEAR))
    if len(differ):
        row, column, channel = differ[0]
        raise FlowError(
            f"the hardware graph does not do what the network does: of {told},"
            f" {len(differ):,} of {wanted.size:,} values differ, first at row {row}, column"
            f" {column}, channel {channel}, {got[row, column, channel]} instead of"
            f" {codes[row, column, channel]:.12g}; nothing was built"
        )


def _frames(net: Net, shapes: dict[str, list[int]]) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    rng = np.random.default_rng(0)
    drawn, extreme = {}, {}
    for port in net.read:
        channels, height, width = shapes[port.name]
        least, most = port.range
        drawn[port.name] = rng.integers(least, most, (height, width, channels), endpoint=True)
        # Blocks as wide as a few windows, so that sums of equal signs come about too.
        blocks = rng.choice([least, most], [-(-height // 8), -(-width // 8), channels])
        extreme[port.name] = blocks.repeat(8, axis=0).repeat(8, axis=1)[:height, :width]
    yield "a drawn frame", drawn
    yield "a frame of lowest and highest codes", extreme


def _size(frame: np.ndarray) -> str:
    height, width, channels = frame.shape
    return f"{width}x{height} with {channels} channels"
