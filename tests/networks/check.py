# SPDX-License-Identifier: MIT
"""A network is the same integers at every level, and as fast as it was asked to be."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.size.fifos import fifo_depths
from tarsier_fpga.flow.size.fold import adder_levels, fastest_pace, fold
from tarsier_fpga.flow.size.fold_windows import fold_windows
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.reach import reach_of
from tarsier_fpga.flow.size.widths import adapt_widths, insert_fifos, specialize
from tests.networks.layers import Network
from tests.networks.levels import Frames, by_c, by_engine, by_graph, by_qonnx, by_rtl, drawn
from tests.networks.show import show
from tests.networks.write import Written, write

__all__ = ["STALLS", "built", "check"]

STALLS = (0.0, 0.3, 0.7)
_FRAMES = 4
_LATE = 1.02  # of the cycles that a frame may take
_BOARD = "zcu104"


@dataclass(frozen=True)
class _Sized:
    """A folded graph, with the FIFOs that frames of one size need, and its file for that size."""

    written: Written
    model: ModelWrapper
    ideal_cycles: int


def check(network: Network, budget: int = 1, told: dict | None = None, whole: bool = True) -> None:
    """Assert that `network` comes through the flow unchanged, at `budget` times its fastest pace.

    The file, the graph, its engine for this processor, the HLS twins and the RTL with each of the
    stalls give the same frames, of two sizes from one folding; the second in RTL only where all is
    asked for.
    """
    print(show(network))
    written = write(network, told)
    folded = _folded(written, budget)
    engine = CpuGraph(folded)
    for size in (network, network.larger(1, 2)):
        written = write(size, told)
        frames = drawn(written, _FRAMES, np.random.default_rng(0))
        wanted = by_qonnx(written, frames)
        _same("the hardware graph", by_graph(folded, written, frames), wanted)
        _same("the compiled engine", by_engine(engine, written, frames), wanted)
        if size is network or whole:
            _streams(_sized(folded, written), frames, wanted)


def built(network: Network) -> None:
    """Lower `network` for its frames.

    Raises:
        FlowError: there is no hardware for it.
    """
    _folded(write(network), 1)


def _streams(sized: _Sized, frames: Frames, wanted: Frames) -> None:
    netlist = stitch(sized.model)
    made = by_c(sized.model, netlist, sized.written, frames)
    _same("C simulation", made, wanted)
    for stall in STALLS:
        ran = by_rtl(sized.model, netlist, sized.written, frames, stall)
        _same(f"RTL with stalls of {stall:.0%}", ran.frames, wanted)
        if not stall:
            most = ceil(_LATE * sized.ideal_cycles)
            assert ran.cycles <= most, f"{ran.cycles} cycles a frame, it may take {most}"


def _folded(written: Written, budget: int) -> ModelWrapper:
    board = load_board(_BOARD)
    x = written.inputs[0]
    graph = set_frame(lower(ingest(ModelWrapper(written.model))), x.height, x.width)
    pace = budget * fastest_pace(graph)
    graph = fold_windows(fold(graph, pace, True, adder_levels(board.clock_mhz)), pace, board)
    return adapt_widths(specialize(graph, board.part), board.part)


def _sized(folded: ModelWrapper, written: Written) -> _Sized:
    board, x = load_board(_BOARD), written.inputs[0]
    graph = set_frame(ModelWrapper(folded.model.SerializeToString()), x.height, x.width)
    depths, _ = fifo_depths(graph, reach_of(graph), board.clock_mhz)
    cycles = max(getCustomOp(node).get_exp_cycles() for node in graph.graph.node)
    return _Sized(written, insert_fifos(graph, depths, board.part), cycles)


def _same(level: str, made: Frames, wanted: Frames) -> None:
    for name, frames in wanted.items():
        assert made[name].shape == frames.shape, f"{level}: {name} is {made[name].shape}"
        wrong = np.argwhere(made[name] != frames)
        assert not len(wrong), (
            f"{level}: {len(wrong)} of {frames.size} values of {name} are wrong, first at"
            f" (frame, row, column, channel) {tuple(map(int, wrong[0]))}:"
            f" {made[name][tuple(wrong[0])]} instead of {frames[tuple(wrong[0])]}"
        )
