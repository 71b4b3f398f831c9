# SPDX-License-Identifier: MIT
"""The loops that states make of a netlist: out into a memory, and back in with the next frame.

    next_NAME -> memory_NAME -> state_NAME

Where a beat of the memory is part of a pixel, width adapters are around it, and FIFOs of a few
pixels outside of these: a window takes two pixels in a row, or misses its turn from then on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tarsier_fpga.flow.design.state_loop import StateLoop
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.frame_fifo import frame_fifo
from tarsier_fpga.hls.kernels.width_adapter import width_adapter
from tarsier_fpga.hls.netlist.instance import Instance
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist

__all__ = ["close_loops", "loop_beats", "queue_of"]

_FEW = 4  # pixels


def queue_of(loop: StateLoop) -> Instance:
    """The kernel that keeps the state of `loop`."""
    read = loop.state.read
    return frame_fifo(
        np.full(read.channels, loop.state.first),
        loop.lanes,
        read.bits,
        loop.pixels,
        loop.frames,
        1,
        data_width=loop.data_width,
        address_width=loop.address_width,
        base=loop.base,
        burst=loop.burst,
        reads=loop.reads,
    )


def close_loops(netlist: Netlist, loops: Sequence[StateLoop]) -> Netlist:
    """`netlist`, as `stitch` made it, whose states are in memories rather than outside."""
    widths = {stream.name: stream.width for stream in netlist.streams}
    cells = list(netlist.cells)
    for loop in loops:
        cells += _cells(loop, widths)
    held = {port.name for loop in loops for port in (loop.state.read, loop.state.written)}
    inputs, outputs = (
        tuple(stream for stream in side if stream.name not in held)
        for side in (netlist.inputs, netlist.outputs)
    )
    return replace(netlist, cells=tuple(cells), inputs=inputs, outputs=outputs)


def loop_beats(loops: Sequence[StateLoop]) -> dict[str, int]:
    """Beats of a frame on the streams of `loops` that may be there beside those of the graph."""
    return {
        f"{place}_{loop.name}": beats
        for loop in loops
        for place, beats in (
            ("leaving", loop.pixels),
            ("narrow", loop.beats),
            ("memory", loop.beats),
            ("widen", loop.pixels),
        )
    }


def _cells(loop: StateLoop, widths: Mapping[str, int]) -> list[Cell]:
    name, beat = loop.name, loop.lanes * loop.state.read.bits
    x, y = loop.state.written.name, loop.state.read.name
    whole = widths[x]
    if whole == beat:
        return [Cell(loop.cell, queue_of(loop), {"x": x, "y": y})]
    few = fifo(whole, _FEW)
    places = ("leaving", "narrow", "memory", "widen")
    leaving, narrow, memory, widen = (f"{place}_{name}" for place in places)
    return [
        Cell(f"u_leaving_{name}", few, {"x": x, "y": leaving}),
        Cell(f"u_narrow_{name}", width_adapter(whole, beat), {"x": leaving, "y": narrow}),
        Cell(loop.cell, queue_of(loop), {"x": narrow, "y": memory}),
        Cell(f"u_widen_{name}", width_adapter(beat, whole), {"x": memory, "y": widen}),
        Cell(f"u_coming_{name}", few, {"x": widen, "y": y}),
    ]
