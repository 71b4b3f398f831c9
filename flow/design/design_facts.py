# SPDX-License-Identifier: MIT
"""A built design: the folder `tarsier build` leaves, and the facts in its design.json."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from tarsier_fpga.flow.design.queue_facts import LineBuffer
from tarsier_fpga.flow.design.state_loop import StateLoop
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.facts import Facts, read_facts
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.cost.resources import Resources

if TYPE_CHECKING:  # it takes longer to load than the command line should
    from qonnx.core.modelwrapper import ModelWrapper

__all__ = [
    "GRAPH",
    "LOWERED",
    "RTL",
    "TOP",
    "Design",
    "Fifo",
    "FifoSizing",
    "Layer",
    "Wire",
    "read_design",
    "read_graph",
]

TOP = "tarsier_top"  # the stitched module
RTL = "rtl"  # folder of the stitched module and its kernels
GRAPH = "graph.onnx"  # the hardware graph they were made from
LOWERED = "intermediate/2_lower.onnx"  # the same before it was folded


class Layer(Facts):
    """One kernel; `cycles` is what one frame takes in it. pe and simd are 1 where nothing folds.

    `stage` is the convolution it belongs to: head, body1, body2, ..., tail.
    """

    name: str
    stage: str
    op: str
    backend: str
    pe: int
    simd: int
    cycles: int


class Fifo(Facts):
    """One FIFO: beats it holds, and bits of all of them together."""

    name: str
    depth: int
    bits: int


class FifoSizing(Facts):
    """What finding the depths showed, on frames of so many `rows`.

    Attributes:
        bits_unbounded: that the FIFOs needed in a run where none could fill
        bits: of the FIFOs that are built
        cycles_unbounded, cycles: of one frame, at steady state; they are the same
        stall: the most cycles in a row in which the design takes no beat of an input although one
            is offered, at steady state
    """

    rows: int
    bits_unbounded: int
    bits: int
    cycles_unbounded: int
    cycles: int
    stall: int


class Wire(Facts):
    """One stream inside the top: the instances at its ends, "" outside, and its beats a frame."""

    name: str
    source: str
    target: str
    bits: int
    beats: int


class Design(Facts):
    """What design.json holds.

    Attributes:
        key: content key of everything the design was made from
        net: name of the network
        clock_mhz: the board's clock, assumed until placed and routed
        width, height: pixels of a frame; a network on mosaics works on packed ones, half as wide
            and high
        pixels_per_cycle: of the first input, packed, at most 1
        ideal_cycles: of a frame in the slowest layer
        frames: rows and columns of a frame of each port, by its name: packed if it is a mosaic,
            and rounded up to multiples of `align` where others do not pass the network
        inputs, outputs: the external streams
        reach: pixels of the first input, above, below, left and right, that a result depends on
        align: multiples of which a part of a frame may begin at
        line_buffer: of a camera that cannot wait; None without one
        states: what a frame leaves for the next, which is in no list of ports, and where it is kept
    """

    key: str
    net: str
    board: str
    part: str
    clock_mhz: float
    width: int
    height: int
    pixels_per_cycle: float
    ideal_cycles: int
    frames: dict[str, tuple[int, int]]
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    reach: tuple[int, int, int, int]
    align: int
    layers: tuple[Layer, ...]
    fifos: tuple[Fifo, ...]
    fifo_sizing: FifoSizing
    streams: tuple[Wire, ...]
    estimate: Resources
    line_buffer: LineBuffer | None = None
    states: tuple[StateLoop, ...] = ()

    @property
    def x(self) -> Port:
        """The first input."""
        return self.inputs[0]

    @property
    def y(self) -> Port:
        """The first output."""
        return self.outputs[0]

    @property
    def packed_shape(self) -> tuple[int, int]:
        """(H, W) of the first input as it is streamed."""
        return self.frames[self.x.name]

    @property
    def cycles_per_frame(self) -> int:
        """At steady state, as simulated when the FIFOs were sized."""
        height, width = self.packed_shape
        return round(height * width / self.pixels_per_cycle)

    @property
    def radius(self) -> int:
        """The farthest that a result sees, in pixels of the first input."""
        return max(self.reach)

    def shape(self, port: Port) -> tuple[int, int, int]:
        """(H, W, channels) of a frame of `port`."""
        return (*self.frames[port.name], port.channels)

    def write(self, folder: Path) -> None:
        """Write design.json into `folder`."""
        text = json.dumps(self.model_dump(mode="json"), indent=1)
        (folder / "design.json").write_text(text + "\n")


def read_graph(folder: Path, name: str = GRAPH) -> "ModelWrapper":
    """The hardware graph of the design in `folder`, a ModelWrapper, or the one called `name`.

    Raises:
        FlowError: there is none, or its file is damaged.
    """
    from google.protobuf.message import DecodeError
    from qonnx.core.modelwrapper import ModelWrapper

    path = folder / name
    if not path.is_file():
        raise FlowError(f"{folder} holds no design: there is no {name} in it")
    try:
        return ModelWrapper(str(path))
    except DecodeError:
        raise FlowError(f"{path} is damaged; delete {folder} and build it again") from None


def read_design(folder: Path) -> Design:
    """The design in `folder`.

    Raises:
        FlowError: there is none, or its design.json is damaged or of another version.
    """
    path = folder / "design.json"
    if not path.is_file():
        raise FlowError(f"{folder} holds no design: there is no {path.name} in it")
    return read_facts(path, Design, "build it again")
