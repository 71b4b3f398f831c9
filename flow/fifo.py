# SPDX-License-Identifier: MIT
"""How deep the FIFOs must be, found by simulation.

Where two paths from one fork meet again, the shorter one must hold the pixels that the longer one
still works on, about one row for each 3x3 window on it. A first run with gauges that cannot fill
gives the most beats each one held; a second run with capacities of one more must give the same
cycles. Neither computes any data, since the gauges pass none on.

The depths depend on the width of the frame, not on its height, since rows follow each other
without a gap; so short frames are simulated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from flow.errors import FlowError
from flow.netlist import Cell, Netlist
from flow.sim import verilate
from flow.sim.model import Model, Result
from hls.beats import words
from hls.instance import Instance, Stream

__all__ = ["CUT_DEPTH", "Sizing", "size_fifos"]

# After every join, a FIFO of this depth ends the combinational chain of ready signals.
CUT_DEPTH = 4
_FRAMES = 3
_UNBOUNDED = 2**31 - 1


@dataclass(frozen=True)
class Sizing:
    """Depths by stream name, and the cycles one frame takes with them at steady state."""

    depths: Mapping[str, int]
    cycles_per_frame: int


def size_fifos(netlist: Netlist, pixels: int) -> Sizing:
    """Depths of the FIFOs that the joins of `netlist` need at full rate.

    `netlist` has no FIFOs yet and takes and gives `pixels` beats a frame. Streams that need no
    FIFO are not among the depths.

    Raises:
        FlowError: the throughput with the final depths is not that of the unbounded run.
        SimError: the design hangs.
    """
    gauged = [
        cell.streams[port.name]
        for cell in netlist.cells
        if len(cell.instance.inputs) > 1
        for port in cell.instance.inputs
    ]
    given = [stream.name for stream in netlist.outputs]
    model = verilate.build(
        _with_gauges(netlist, gauged),
        probes={name: f"u_gauge_{name}.high_water_q" for name in gauged},
        knobs={name: f"u_gauge_{name}.limit" for name in [*gauged, *given]},
    )
    unbounded = dict.fromkeys([*gauged, *given], _UNBOUNDED)
    free = _run(model, pixels, unbounded)
    # A full fifo does not take while it gives: one place more than the mark keeps the pace.
    depths = {name: mark + 1 for name, mark in free.probes.items()}
    bounded = _run(model, pixels, unbounded | depths)
    before, after = _cycles_per_frame(free, pixels), _cycles_per_frame(bounded, pixels)
    if after != before:
        raise FlowError(
            f"FIFO depths {depths} cost throughput: {after} instead of {before} cycles per frame"
        )
    return Sizing({name: depth for name, depth in depths.items() if depth > CUT_DEPTH}, after)


def _with_gauges(netlist: Netlist, streams: list[str]) -> Netlist:
    """A gauge on each of `streams`, which are read by joins, and on every output of the design."""
    width = {stream.name: stream.width for stream in netlist.streams}
    given = {stream.name for stream in netlist.outputs}
    cells, last = [], []
    for cell in netlist.cells:
        reads = {port.name for port in cell.instance.inputs}
        bound = dict(cell.streams)
        for port, stream in cell.streams.items():
            if stream in streams and port in reads:
                bound[port] = f"{stream}_held"
                cells.append(_gauge(stream, width[stream], stream, bound[port]))
            elif stream in given:
                bound[port] = f"{stream}_made"
                last.append(_gauge(stream, width[stream], bound[port], stream))
        cells.append(replace(cell, streams=bound))
    return replace(netlist, cells=(*cells, *last))


def _gauge(name: str, width: int, x: str, y: str) -> Cell:
    ends = (Stream("x", width),), (Stream("y", width),)
    gauge = Instance("fifo_gauge", {"Width": width}, *ends)
    return Cell(f"u_gauge_{name}", gauge, {"x": x, "y": y})


def _run(model: Model, pixels: int, limits: Mapping[str, int]) -> Result:
    width = model.inputs[0].width
    shape = (_FRAMES * pixels, words(width))
    beats = np.random.default_rng(0).integers(0, 2**32, shape, np.uint32)
    beats[:, -1] >>= 32 * words(width) - width
    return model.run({"x": beats}, {"y": _FRAMES * pixels}, knobs=limits)


def _cycles_per_frame(result: Result, pixels: int) -> int:
    ends = result.out_cycles["y"][pixels - 1 :: pixels]
    return int(ends[-1] - ends[-2])
