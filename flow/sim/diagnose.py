# SPDX-License-Identifier: MIT
"""Why a simulated design is stuck or wrong, in one sentence that says where to look."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.design.design_facts import Design, Wire, read_graph
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.ops.stitch import stream_names
from tarsier_fpga.flow.sim.execute import run_states
from tarsier_fpga.flow.sim.memory_knobs import stalling
from tarsier_fpga.flow.sim.port_beats import beats_in
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.sim.activity import Activity, Look, hash_beats
from tarsier_fpga.hls.sim.verilated import Model

__all__ = ["why_stuck", "why_wrong", "with_ends"]

_ALONE = "the same frame alone, as the first after reset, comes out right"


def why_stuck(design: Design, activity: Activity, high_water: Mapping[str, int]) -> str:
    """Who waits for whom when nothing moves: a ring of streams, or the stream at its end."""
    wires = {wire.name: wire for wire in design.streams}
    valid = dict(zip(activity.streams, activity.valid, strict=True))
    ready = dict(zip(activity.streams, activity.ready, strict=True))
    waiting = [name for name in activity.streams if valid[name] and not ready[name]]
    if not waiting:
        dry = next(name for name in activity.streams if not valid[name])
        return f"no beat waits anywhere; the first stream without one is {with_ends(wires[dry])}"

    def after(name: str) -> Iterator[str]:
        return _waits_for(wires[name], wires, valid, ready)

    ring = _ring(waiting, after)
    path = ring or _chain(waiting[0], after)
    depth = {fifo.name: fifo.depth for fifo in design.fifos}
    cells = {end for name in path for end in (wires[name].source, wires[name].target)}
    full = [name for name in depth if name in cells and high_water.get(name, 0) >= depth[name]]
    chain = ", which waits for ".join(with_ends(wires[name]) for name in path)
    story = f"{chain}, which waits for the first" if ring else chain
    blame = ", ".join(f"{name} of depth {depth[name]}" for name in full)
    hint = f"full there: {blame}, too small?" if full else "no FIFO there was full"
    return f"{'deadlock' if ring else 'stuck'}: {story}; {hint}"


def why_wrong(folder: Path, design: Design, model: Model, frames: Mapping[str, np.ndarray]) -> str:
    """The first stream, in the order of the graph, whose beats are not those of the goldens.

    `model` watches all streams of the design in `folder`; `frames` holds the first (N, H, W,
    channels) of each input after reset, in the last of which something is wrong.
    """
    beats, knobs = beats_in(design, frames), stalling(model)
    wires = {wire.name: wire for wire in design.streams}
    count = len(frames[design.x.name])
    asked = {port.name: count * wires[port.name].beats for port in design.outputs}
    hashed = count * max(wire.beats for wire in design.streams)
    ran = model.run(beats, asked, look=Look(hashed), knobs=knobs).activity
    prepare_finn()
    graph = read_graph(folder)
    streams = stream_names(graph)
    wrong: list[tuple[Wire, int, np.ndarray, bool]] = []

    def compare(n: int, tensor: str, values: np.ndarray) -> None:
        wire = wires[streams[tensor]]
        if wrong:
            return
        lanes, first = _beats(graph, tensor, values, wire.beats), n * wire.beats
        row = ran.hashes[ran.streams.index(wire.name), first : first + wire.beats]
        differ = np.flatnonzero(hash_beats(pack(lanes, wire.bits // lanes.shape[1])) != row)
        if differ.size:
            signed = graph.get_tensor_datatype(tensor).signed()
            wrong.append((wire, first + int(differ[0]), lanes[differ[0]], signed))

    states: dict[str, np.ndarray] = {}
    for n in range(count):
        each = {name: sequence[n] for name, sequence in frames.items()}
        _, states = run_states(graph, each, states, partial(compare, n))
    if not wrong:
        return _ALONE if count == 1 else "the same frames, behind a reset, come out right"
    wire, beat, expected, signed = wrong[0]
    look = Look(beat=(wire.name, beat))
    caught = model.run(beats, asked, look=look, knobs=knobs).activity.caught
    width = wire.bits // len(expected)
    words = caught[None, : -(-wire.bits // 32)]
    got = unpack(words, len(expected), width, signed)[0]
    lane = int(np.flatnonzero(got != expected)[0])
    return (
        f"stream {with_ends(wire)} is the first that is wrong: beat {beat}, lane {lane}"
        f" is {got[lane]}, expected {expected[lane]}; look at {wire.source}"
    )


def _ring(begins: Sequence[str], after: Callable[[str], Iterator[str]]) -> list[str]:
    """Names that come one `after` another and the first after the last, if any come so.

    >>> after = {"a": ["b", "c"], "b": ["d"], "c": ["e"], "d": [], "e": ["c"]}
    >>> _ring(["a"], lambda name: iter(after[name]))
    ['c', 'e']
    """
    done: set[str] = set()  # from which no ring is reached
    for begin in begins:
        path, left = [begin], [after(begin)]
        while path:
            name = next(left[-1], None)
            if name is None:
                done.add(path.pop())
                left.pop()
            elif name in path:
                return path[path.index(name) :]
            elif name not in done:
                path.append(name)
                left.append(after(name))
    return []


def _chain(begin: str, after: Callable[[str], Iterator[str]]) -> list[str]:
    """`begin` and what comes after it to the end, where there is no ring."""
    path = [begin]
    while (name := next(after(path[-1]), None)) is not None:
        path.append(name)
    return path


def _beats(graph: ModelWrapper, tensor: str, values: np.ndarray, count: int) -> np.ndarray:
    """(count, lanes) of the stream that carries `values`, which a folded window gives in an order
    of its own.
    """
    maker = graph.find_producer(tensor)
    while maker is not None and maker.op_type.startswith("StreamingFIFO"):
        maker = graph.find_producer(maker.input[0])
    folds = maker is not None and maker.op_type.startswith("TarsierWindowFold")
    return getCustomOp(maker).beats_out(values) if folds else values.reshape(count, -1)


def _waits_for(
    wire: Wire, wires: Mapping[str, Wire], valid: Mapping[str, bool], ready: Mapping[str, bool]
) -> Iterator[str]:
    """The streams that `wire` waits for: those its stuck end, or its dry one, depends on."""
    blocked = valid[wire.name] and not ready[wire.name]
    cell = wire.target if blocked else wire.source
    if not cell:
        return
    beside = [w for w in wires.values() if cell in (w.source, w.target) and w is not wire]
    yield from (w.name for w in beside if w.source == cell and valid[w.name] and not ready[w.name])
    yield from (w.name for w in beside if w.target == cell and not valid[w.name])


def with_ends(wire: Wire) -> str:
    """A stream with its two ends."""
    return f"{wire.name} ({wire.source or 'outside'} to {wire.target or 'outside'})"
