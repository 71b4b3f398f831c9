# SPDX-License-Identifier: MIT
"""The steps from a network to a hardware graph with FIFOs, and the design that it is.

    ingest    the network with known shapes, one frame in a batch, its constants folded
    lower     our kernels on plain integers, which give what the network's file gives
    fold      as much hardware per layer as the frame rate asks for
    solve     adders that share sums, where a matrix is built in
    widths    FINN's RTL variants and width converters
    fifos     FIFO depths found by simulation, FINN's FIFO nodes

A step gives a graph and the facts that it found on the way. Both are kept, so that an interrupted
build goes on behind its last step. This file and what it imports decide what a design is.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.cost.estimate import estimate, estimate_fifos
from tarsier_fpga.flow.design.close_loops import close_loops
from tarsier_fpga.flow.design.describe import fifo_facts, frame_facts, layer_facts, wire_facts
from tarsier_fpga.flow.design.design_facts import GRAPH, LOWERED, RTL, TOP, Design, FifoSizing
from tarsier_fpga.flow.design.state_loop import StateLoop
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.sim.agree import check_agreement
from tarsier_fpga.flow.size.fifos import fifo_depths
from tarsier_fpga.flow.size.fit import check_fit
from tarsier_fpga.flow.size.fold import (
    adder_levels,
    fastest_pace,
    fold,
    frame_pace,
    solve_dots,
)
from tarsier_fpga.flow.size.fold_windows import fold_windows
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.reach import reach_of
from tarsier_fpga.flow.size.state_memories import place_states
from tarsier_fpga.flow.size.uram import place_fifos
from tarsier_fpga.flow.size.widths import adapt_widths, insert_fifos, specialize
from tarsier_fpga.hls.base.cache import made_once
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.facts import Facts, read_facts
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.netlist.instance import rtl_sources
from tarsier_fpga.hls.netlist.netlist import Netlist
from tarsier_fpga.hls.netlist.rtl_top import rtl_top

__all__ = ["Plan", "Step", "lowered_for", "make_design"]

_MODEL, _FACTS = "model.onnx", "facts.json"  # in the cache, after a step
_F = TypeVar("_F", bound=Facts)


@dataclass(frozen=True)
class Plan:
    """What the steps need to know beside the graph.

    Attributes:
        key: content key of everything the design is made from
        network: as it was read
        raw_width, raw_height: of the frame as the design is asked for
        fps: frames per second that are asked for; None for the fastest
        constant: build the matrices of unfolded dot products in
        folder: of the design
        progress: told the fraction of a step that is done
    """

    key: str
    network: ModelWrapper
    board: Board
    raw_width: int
    raw_height: int
    fps: float | None
    constant: bool
    folder: Path
    progress: Callable[[float], None] = lambda done: None


class NoFacts(Facts):
    """Of a step that finds out nothing beside the graph."""


@dataclass(frozen=True)
class Step(Generic[_F]):
    """`make` gives the next graph and facts of the class `facts`."""

    name: str
    make: Callable[[ModelWrapper, Plan], tuple[ModelWrapper, _F]]
    facts: type[_F]


def make_design(plan: Plan, show: Show) -> Design:
    """The design in the folder of `plan`, with its RTL and the graphs between.

    Raises:
        FlowError: the network cannot be lowered, or what comes of it does not agree with it, or the
            design does not fit the board.
    """
    (plan.folder / "intermediate").mkdir()
    graph = plan.network
    for number, step in enumerate(_STEPS, 1):
        graph, _ = _take(step, number, graph, plan, show)
    graph, sizing = _take(_FIFOS, len(_STEPS) + 1, graph, plan, show)
    show("stitch", 1 - 1 / _PARTS)
    pace = max(layer.cycles for layer in layer_facts(graph))
    loops = place_states(graph, plan.board, pace)
    netlist = close_loops(stitch(graph, TOP), loops)
    needed = _estimate_fitting(graph, netlist, plan)
    _write_rtl(netlist, plan.folder)
    graph.save(str(plan.folder / GRAPH))
    design = _describe(graph, netlist, loops, sizing, needed, plan)
    design.write(plan.folder)
    return design


def _take(
    step: Step[_F], number: int, graph: ModelWrapper, plan: Plan, show: Show
) -> tuple[ModelWrapper, _F]:
    """What `step` gives of `graph`: kept in the cache, and the graph in the folder of `plan` too.

    It is read back whether it is new or not, so that both go on alike.
    """

    def progress(done: float) -> None:
        show(step.name, (number - 1 + done) / _PARTS)

    def make(folder: Path) -> None:
        model, facts = step.make(graph, replace(plan, progress=progress))
        model.save(str(folder / _MODEL))
        (folder / _FACTS).write_text(facts.model_dump_json(indent=1) + "\n")

    progress(0)
    kept = made_once("builds", f"{plan.key}-{step.name}", make)
    shutil.copyfile(kept / _MODEL, plan.folder / f"intermediate/{number}_{step.name}.onnx")
    facts = read_facts(kept / _FACTS, step.facts, f"delete {kept} and build again")
    return ModelWrapper(str(kept / _MODEL)), facts


def _graph_step(name: str, change: Callable[[ModelWrapper, Plan], ModelWrapper]) -> Step[NoFacts]:
    return Step(name, lambda graph, plan: (change(graph, plan), NoFacts()), NoFacts)


def _lower(graph: ModelWrapper, plan: Plan) -> ModelWrapper:
    return lowered_for(graph, (plan.raw_width, plan.raw_height))


def lowered_for(graph: ModelWrapper, extent: tuple[int, int]) -> ModelWrapper:
    """The hardware graph of `graph`, which `ingest` prepared, for frames of width and height.

    Raises:
        FlowError: it cannot be lowered, or not for such frames, or does not agree with the network.
    """
    size = _packed(extent, net_of(graph).x.kind)
    lowered = lower(graph)
    check_agreement(graph, lowered)
    try:
        return set_frame(lowered, *size)
    except FlowError:
        align = reach_of(lowered).align
        rounded = [-(-side // align) * align for side in size]
        if rounded == list(size):
            raise
        return set_frame(lowered, *rounded)


def _packed(extent: tuple[int, int], kind: FrameKind) -> tuple[int, int]:
    """Rows and columns of the frame in pixels of the network."""
    step, (width, height) = kind.step, extent
    if width % step or height % step:
        raise FlowError(f"a Bayer frame of {width}x{height} pixels must be even both ways")
    return height // step, width // step


def _fold(graph: ModelWrapper, plan: Plan) -> ModelWrapper:
    frame = f"{plan.raw_width}x{plan.raw_height}"
    pace = frame_pace(plan.board, fastest_pace(graph), plan.fps, frame)
    levels = adder_levels(plan.board.clock_mhz)
    folded = fold(graph, pace, plan.constant, levels, plan.board.family)
    return fold_windows(folded, pace, plan.board)


def _adapt(graph: ModelWrapper, plan: Plan) -> ModelWrapper:
    return adapt_widths(specialize(graph, plan.board.part), plan.board.part)


def _insert_fifos(graph: ModelWrapper, plan: Plan) -> tuple[ModelWrapper, FifoSizing]:
    """`graph` with its FIFOs; what does not fit without them is refused before they are sized."""
    board = plan.board
    loops = place_states(graph, board, max(layer.cycles for layer in layer_facts(graph)))
    needed = _estimate_fitting(graph, close_loops(stitch(graph, TOP), loops), plan)
    depths, sizing = fifo_depths(graph, reach_of(graph), board.clock_mhz)
    return place_fifos(insert_fifos(graph, depths, board.part), board, needed), sizing


_STEPS = (
    _graph_step("ingest", lambda graph, plan: ingest(graph)),
    _graph_step("lower", _lower),
    _graph_step("fold", _fold),
    _graph_step("solve", lambda graph, plan: solve_dots(graph, plan.progress)),
    _graph_step("widths", _adapt),
)
_FIFOS = Step("fifos", _insert_fifos, FifoSizing)
_PARTS = len(_STEPS) + 2  # of the work, with FIFOs and what follows


def _estimate_fitting(graph: ModelWrapper, netlist: Netlist, plan: Plan) -> Resources:
    """What `netlist`, which is `graph` stitched, takes; FlowError unless the board has it."""
    family = plan.board.family
    needed, fifos = estimate(netlist, family), estimate_fifos(netlist, family)
    pace = max(layer.cycles for layer in layer_facts(graph))
    check_fit(needed, plan.board, net_of(graph).name, plan.folder / LOWERED, fifos, pace)
    return needed


def _write_rtl(netlist: Netlist, folder: Path) -> None:
    """The stitched top and its kernels."""
    (folder / RTL).mkdir()
    for kernel in netlist.kernels:
        for name, text in rtl_sources(kernel).items():
            (folder / RTL / name).write_text(text)
    (folder / RTL / f"{TOP}.sv").write_text(rtl_top(netlist))


def _describe(
    graph: ModelWrapper,
    netlist: Netlist,
    loops: tuple[StateLoop, ...],
    sizing: FifoSizing,
    needed: Resources,
    plan: Plan,
) -> Design:
    net, board, layers, reach = net_of(graph), plan.board, layer_facts(graph), reach_of(graph)
    _, rows, columns, _ = graph.get_tensor_shape(graph.graph.input[0].name)
    pace = max(layer.cycles for layer in layers)
    # By what a simulated frame takes longer than its slowest kernel: 1 where nothing waits.
    slower = max(1.0, sizing.cycles * rows / (sizing.rows * pace))
    return Design(
        key=plan.key,
        net=net.name,
        board=board.name,
        part=board.part,
        clock_mhz=board.clock_mhz,
        width=plan.raw_width,
        height=plan.raw_height,
        pixels_per_cycle=rows * columns / (pace * slower),
        ideal_cycles=pace,
        frames=frame_facts(graph, net.read, net.written),
        inputs=net.inputs,
        outputs=net.outputs,
        reach=(reach.above, reach.below, reach.left, reach.right),
        align=reach.align,
        layers=layers,
        fifos=fifo_facts(netlist),
        fifo_sizing=sizing,
        streams=wire_facts(graph, netlist, loops),
        estimate=needed,
        states=loops,
    )
