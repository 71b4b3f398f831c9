# SPDX-License-Identifier: MIT
"""How deep the FIFOs must be, found by simulation.

Where two paths from one fork meet again, the shorter one must hold the pixels that the longer one
still works on, about one row for each 3x3 window on it. A first run with gauges that cannot fill
gives the most beats each one held. Depths of one more must give the same cycles; then each is made
less for as long as the cycles stay the same. No run computes any data, since the gauges pass none
on, and all are of one compiled model.

Where the rate changes, at a stride or an enlargement, rows come in bursts: a FIFO there holds one
while what follows works at its steady pace.

The depths depend on the width of the frame, not on its height, since rows follow each other
without a gap; so short frames are simulated.
"""

import copy
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.design.design_facts import TOP, FifoSizing
from tarsier_fpga.flow.ops.base import Role, TarsierOp, role_of
from tarsier_fpga.flow.ops.states import states_of
from tarsier_fpga.flow.ops.stitch import beats_of, joins, stitch, stream_names
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.reach import Reach
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.netlist.beats import words
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.gauges import as_pipe, fifo_gauge
from tarsier_fpga.hls.sim.hang import Hang
from tarsier_fpga.hls.sim.verilated import Result

__all__ = ["CUT_DEPTH", "Sizing", "fifo_depths", "size_fifos"]

# A FIFO of this depth ends the combinational chain of ready signals: before every fork, after every
# join, and in the middle of a unit, where its stream is narrowest; for a fast clock also behind its
# dot product.
CUT_DEPTH = 4
_CUT_BEHIND_DOTS_MHZ = 150  # above it, a chain through a dot product and what follows is too long
_LEAST = 3  # FINN makes no FIFO of depth 2 or less
_FRAMES = 3
_SMALL = 50_000  # cycles of a frame
_BURSTS = 4  # of rows, at the slowest scale, that a simulated frame has at least
_UNBOUNDED = 2**31 - 1
_LATE = 1.005  # of the cycles that the slowest kernel takes
_EFFORT = 50_000_000  # cycles spent on making depths less, some tens of seconds


@dataclass(frozen=True)
class Sizing:
    """What the FIFOs of a netlist must hold.

    Attributes:
        depths: by stream name; other streams need no FIFO
        filled: beats each of those streams held room for in the unbounded run, one more than
            it used
        unbounded_cycles, cycles_per_frame: at steady state, before and with these depths
        stall: most cycles in a row in which an input waits, with these depths
    """

    depths: Mapping[str, int]
    filled: Mapping[str, int]
    unbounded_cycles: int
    cycles_per_frame: int
    stall: int


def fifo_depths(
    model: ModelWrapper, reach: Reach, clock_mhz: float
) -> tuple[dict[str, int], FifoSizing]:
    """Depths by tensor name for a hardware graph without FIFOs, and what finding them showed.

    The faster the clock, the shorter chains of ready signals must be.

    Raises:
        FlowError, SimError: as `size_fifos`.
    """
    _, height, width, _ = model.get_tensor_shape(model.graph.input[0].name)
    rows = _rows(height, reach, model)
    short = set_frame(copy.deepcopy(model), rows, width)
    netlist = stitch(short, TOP)
    streams = stream_names(model)
    slack = _Slack(
        changes=[streams[tensor] for tensor in _rate_changes(short)],
        pace=max(getCustomOp(node).get_exp_cycles() for node in short.graph.node),
        reserve=[
            streams[node.input[0]]
            for node in short.graph.node
            if role_of(node) in (Role.WINDOW, Role.DOT)
        ],
        waiting=[state.read.name for state in states_of(model)],
    )
    ended = {Role.SIGN, Role.DOT} if clock_mhz > _CUT_BEHIND_DOTS_MHZ else {Role.SIGN}
    behind = [
        streams[tensor]
        for node in model.graph.node
        if role_of(node) in ended
        for tensor in node.output
    ]
    sizing = size_fifos(netlist, beats_of(short), behind, slack)
    bits = {stream.name: stream.width for stream in netlist.streams}
    shown = FifoSizing(
        rows=rows,
        bits_unbounded=sum(depth * bits[name] for name, depth in sizing.filled.items()),
        bits=sum(depth * bits[name] for name, depth in sizing.depths.items()),
        cycles_unbounded=sizing.unbounded_cycles,
        cycles=sizing.cycles_per_frame,
        stall=sizing.stall,
    )
    tensors = {stream: tensor for tensor, stream in streams.items()}
    return {tensors[name]: depth for name, depth in sizing.depths.items()}, shown


@dataclass(frozen=True)
class _Slack:
    """Where else than at joins a stream may have to wait.

    Attributes:
        changes: streams on which the rate changes
        pace: cycles that a frame takes in the slowest kernel
        waiting: inputs that may wait as long as they like, since they come out of a memory
        reserve: streams that get FIFOs too, where a frame takes longer than that; a window that
            waits for its reader, and is given a pixel at the reader's very pace, misses every
            other chance to take one
    """

    changes: Sequence[str] = ()
    pace: int = 0
    reserve: Sequence[str] = ()
    waiting: Container[str] = ()


def size_fifos(
    netlist: Netlist,
    beats: Mapping[str, int],
    behind: Container[str] = (),
    slack: _Slack = _Slack(),
) -> Sizing:
    """Depths of the FIFOs of `netlist`: before joins what the full rate needs, else cuts.

    There are cuts at forks and joins, and on the streams `behind` other kernels; what the full rate
    needs is also where `slack` says.

    `netlist` has no FIFOs yet and takes and gives `beats` a frame on each of its ports.

    Raises:
        FlowError: the throughput with the final depths is not that of the unbounded run.
        SimError: the design hangs.
    """
    cuts = _cuts(netlist, behind)
    meeting = [
        cell.streams[port.name]
        for cell in netlist.cells
        if len(cell.instance.inputs) > 1
        for port in cell.instance.inputs
    ]
    outside = {stream.name for stream in (*netlist.inputs, *netlist.outputs)}
    meeting += slack.changes

    narrow = _narrow(netlist)
    cuts = list(dict.fromkeys(narrow.get(name, name) for name in cuts))

    def freely(held: list[str]) -> tuple[_Bench, list[str], dict[str, int], Result]:
        held = [narrow.get(name, name) for name in held if name not in outside]
        held = list(dict.fromkeys(held))
        bench = _Bench(netlist, beats, tuple(dict.fromkeys([*cuts, *held])), slack.pace)
        least = dict.fromkeys(held, 0) | dict.fromkeys(cuts, CUT_DEPTH)
        return bench, held, least, bench.run(least | dict.fromkeys(held, _UNBOUNDED))

    bench, held, least, free = freely(meeting)
    if slack.pace and bench.frame_cycles(free) > _LATE * slack.pace:
        bench, held, least, free = freely([*meeting, *slack.reserve])
    meeting, before = held, bench.frame_cycles(free)
    # A full fifo does not take while it gives: one place more than the mark keeps the pace.
    filled = least | {name: free.probes[name] + 1 for name in meeting}
    deep = {name: max(least[name], _LEAST, depth) for name, depth in filled.items()}
    depths = {name: deep[name] if filled[name] > CUT_DEPTH else least[name] for name in filled}
    after = bench.pace(depths)
    if after != before:
        depths, after = deep, bench.pace(deep)
    if after != before:
        raise FlowError(
            f"FIFO depths {depths} cost throughput: {after} instead of {before} cycles per frame"
        )
    final = _less(bench, depths, least, before)
    stall = bench.stall(bench.run(final), slack.waiting)
    return Sizing(
        {name: depth for name, depth in final.items() if depth}, filled, before, after, stall
    )


def _rows(height: int, reach: Reach, model: ModelWrapper) -> int:
    """Of the frames that are simulated: all that a pixel sees, and bursts, if there are any.

    A small frame is simulated as it is, since its borders are much of it.
    """
    rows = reach.above + reach.below + 1
    if _rate_changes(model):
        if max(getCustomOp(node).get_exp_cycles() for node in model.graph.node) <= _SMALL:
            return height
        rows += _BURSTS * reach.align
        rows += (height - rows) % reach.align  # the last rows end as those of the frame do
    return min(height, rows)


def _rate_changes(model: ModelWrapper) -> list[str]:
    """Tensors on both sides of the nodes whose frames come out larger or smaller."""
    constants = {tensor.name for tensor in model.graph.initializer}
    tensors: list[str] = []
    for node in model.graph.node:
        op = getCustomOp(node)
        if isinstance(op, TarsierOp) and op.frame_out() != op.frame_in():
            tensors += [name for name in node.input if name not in constants]
            tensors += node.output
    return tensors


def _cuts(netlist: Netlist, behind: Container[str]) -> list[str]:
    """Streams on which chains of ready signals end: those of forks, of joins, and `behind`."""
    outside = {stream.name for stream in (*netlist.inputs, *netlist.outputs)}
    cuts = joins(netlist)
    for cell in netlist.cells:
        kernel = cell.instance
        if len(kernel.outputs) > 1:
            cuts += _names(cell, kernel.inputs)
        else:
            cuts += [name for name in _names(cell, kernel.outputs) if name in behind]
    return [name for name in dict.fromkeys(cuts) if name not in outside]


def _narrow(netlist: Netlist) -> dict[str, str]:
    """What each width adapter gathers -> of what, where as long a wait takes less.

    One that cuts keeps the FIFO before it, so that what comes next need not wait for its last word.
    A port has no FIFO.
    """
    outside = {stream.name for stream in (*netlist.inputs, *netlist.outputs)}
    narrow = {}
    for cell in netlist.cells:
        if cell.instance.kernel == "width_adapter":
            [x], [y] = cell.instance.inputs, cell.instance.outputs
            if x.width < y.width and cell.streams[x.name] not in outside:
                narrow[cell.streams[y.name]] = cell.streams[x.name]
    return narrow


def _names(cell: Cell, ports: Iterable[Stream]) -> list[str]:
    return [cell.streams[port.name] for port in ports]


def _less(
    bench: "_Bench", depths: Mapping[str, int], least: Mapping[str, int], pace: int
) -> Mapping[str, int]:
    """`depths`, the most bits first, made less, not below `least`, while a frame takes `pace`.

    Where a run is so long that the effort is spent early, the rest stays as it is.
    """
    effort = bench.cycles + _EFFORT
    for name in sorted(depths, key=lambda name: -depths[name] * bench.bits[name]):
        step = 1 if depths[name] > CUT_DEPTH else 0
        while step and bench.cycles < effort:
            fewer = {**depths, name: max(least[name], _LEAST, depths[name] - step)}
            if fewer != depths and bench.pace(fewer) == pace:
                depths, step = fewer, 2 * step
            else:
                step = 1 if step > 1 else 0
    return depths


class _Bench:
    """`netlist` with a gauge on each of the streams `held`, compiled; `cycles` have been run.

    A frame takes `pace` cycles or so. Queues without an end take all frames at once, so that
    nothing may move outside until the first one has come through.
    """

    def __init__(
        self, netlist: Netlist, beats: Mapping[str, int], held: tuple[str, ...], pace: int
    ) -> None:
        self.beats, self.cycles = beats, 0
        self.patience = 100_000 + _FRAMES * pace
        self.bits = {stream.name: stream.width for stream in netlist.streams}
        given = [stream.name for stream in netlist.outputs]
        self.model = verilate.build(
            _with_gauges(netlist, held),
            probes={name: f"u_gauge_{name}.high_water_q" for name in held},
            knobs={name: f"u_gauge_{name}.limit" for name in [*held, *given]},
        )

    def run(self, limits: Mapping[str, int]) -> Result:
        """Some frames with gauges of these depths; 0 is none."""
        inputs, outputs = self.model.inputs, self.model.outputs
        result = self.model.run(
            {
                x.name: np.zeros((_FRAMES * self.beats[x.name], words(x.width)), np.uint32)
                for x in inputs
            },
            {y.name: _FRAMES * self.beats[y.name] for y in outputs},
            knobs={**limits, **{y.name: _UNBOUNDED for y in outputs}},
            idle_limit=self.patience,
        )
        self.cycles += result.cycles
        return result

    def pace(self, limits: Mapping[str, int]) -> int | None:
        """Cycles a frame takes with these depths; None if it never ends."""
        try:
            return self.frame_cycles(self.run(limits))
        except Hang:
            return None

    def frame_cycles(self, result: Result) -> int:
        """Cycles from the end of one frame to that of the next."""
        return max(
            int(ends[-1] - ends[-1 - self.beats[name]]) for name, ends in result.out_cycles.items()
        )

    def stall(self, result: Result, waiting: Container[str]) -> int:
        """Most cycles in a row in which an input takes no beat, behind its first frame, but for
        those that are `waiting`.
        """
        return max(
            int(np.diff(taken[self.beats[name] :]).max(initial=1)) - 1
            for name, taken in result.in_cycles.items()
            if name not in waiting
        )


def _with_gauges(netlist: Netlist, held: tuple[str, ...]) -> Netlist:
    """A gauge on each of the streams `held`, and on every output of the design."""
    width = {stream.name: stream.width for stream in netlist.streams}
    given = {stream.name for stream in netlist.outputs}
    cells, last = [], []
    for cell in netlist.cells:
        reads = {port.name for port in cell.instance.inputs}
        bound = dict(cell.streams)
        for port, stream in cell.streams.items():
            if stream in held and port in reads:
                bound[port] = f"{stream}_held"
                cells.append(_gauge(stream, width[stream], stream, bound[port]))
            elif stream in given:
                bound[port] = f"{stream}_made"
                last.append(_gauge(stream, width[stream], bound[port], stream))
        cells.append(Cell(cell.name, as_pipe(cell.instance), bound))
    return replace(netlist, cells=(*cells, *last))


def _gauge(name: str, width: int, x: str, y: str) -> Cell:
    return Cell(f"u_gauge_{name}", fifo_gauge(width), {"x": x, "y": y})
