# SPDX-License-Identifier: MIT
"""Frames of a design's ports as beats of its streams, and back."""

from collections.abc import Mapping

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.netlist.beats import pack, unpack

__all__ = ["beats_in", "by_port", "frames_out"]


def by_port(design: Design, frames: np.ndarray | Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """(N, H, W, channels) frames by the name of their port; an array is those of the only input.

    Raises:
        FlowError: an input has none, or they are not of the size that the design was built for.
    """
    given = {design.x.name: frames} if isinstance(frames, np.ndarray) else dict(frames)
    for port in design.inputs:
        shape = design.shape(port)
        if port.name not in given or given[port.name].shape[1:] != shape:
            have = given[port.name].shape[1:] if port.name in given else "nothing"
            raise FlowError(
                f"frames of shape {have} for stream {port.name}; the design takes {shape}"
            )
    if len({len(each) for each in given.values()}) != 1 or len(given) != len(design.inputs):
        raise FlowError(
            f"frames for {', '.join(given)}; the design takes as many of each of"
            f" {', '.join(port.name for port in design.inputs)}"
        )
    return given


def beats_in(design: Design, frames: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Words of the beats of each input stream, from (N, H, W, channels) frames of its port."""
    return {
        port.name: pack(frames[port.name].reshape(-1, port.channels), port.bits)
        for port in design.inputs
    }


def frames_out(design: Design, port: Port, beats: np.ndarray) -> np.ndarray:
    """(N, H, W, channels) codes of the words of an output stream: uint16, or int16 if signed."""
    lanes = unpack(beats, port.channels, port.bits, port.signed)
    codes: np.ndarray = lanes.astype(np.int16 if port.signed else np.uint16)
    return codes.reshape(-1, *design.shape(port))
