# SPDX-License-Identifier: MIT
"""How each state is kept in external memory: its beats, its bursts, its place.

A port moves a state out and back in for each frame. Its words are the narrowest that leave the
memory enough time, of the beats that waste the least of them. Bursts are short beside a small
frame, since a burst is read only after it was written as a whole; reads are asked for so early that
the slowest answer is there in time.
"""

from collections.abc import Sequence

from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.board import Board, Platform
from tarsier_fpga.flow.design.state_loop import StateLoop
from tarsier_fpga.flow.ops.base import divisors
from tarsier_fpga.flow.ops.states import states_of
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.state import State
from tarsier_fpga.hls.cost.family import Family

__all__ = ["place_states"]

_FRAMES = 2  # one that is read, and what is written meanwhile
_BURSTS = 4  # times as fast as on average a pixel in parts moves, so that no burst of them waits
_PAGE = 4096  # bytes
_BURST = 16  # words, the most that every port takes
_PART = 12  # of a frame, that a burst is at most
_LATENCY = 256  # cycles of the slowest read
_MOST_READS = 64
_BUSY = 0.8  # of its cycles that a port may move words in, in and out together


def place_states(model: ModelWrapper, board: Board, pace: int) -> tuple[StateLoop, ...]:
    """A memory for each state of `model`, whose frames take `pace` cycles, one behind another.

    Raises:
        FlowError: a port of the board is too slow for a state.
    """
    states = states_of(model)
    tensors = list(model.graph.input)[len(model.graph.input) - len(states) :]
    placed: list[StateLoop] = []
    for state, tensor in zip(states, tensors, strict=True):
        _, rows, columns, _ = model.get_tensor_shape(tensor.name)
        placed.append(_place(state, rows * columns, board, pace, placed))
    return tuple(placed)


def _place(
    state: State, pixels: int, board: Board, pace: int, before: Sequence[StateLoop]
) -> StateLoop:
    read, widest = state.read, _widest(board)
    choices = []
    for lanes in divisors(read.channels):
        beats, width = pixels * (read.channels // lanes), lanes * read.bits
        for data_width in (32, 64, 128, 256, 512):
            words = -(-beats // max(1, data_width // width))
            slow = 1 if lanes == read.channels else _BURSTS
            if width <= data_width <= widest and slow * beats <= pace and 2 * words <= _BUSY * pace:
                choices.append((words * data_width // 8, data_width, -lanes))
    if not choices:
        raise FlowError(
            f"state {state.name}: {read.channels} channels of {read.bits} bits,"
            f" {pixels} pixels a frame, are too many for a frame in {pace} cycles through a port of"
            f" {widest} bits to the memory of {board.title}; fewer --fps, or a state of fewer bits,"
            " fit"
        )
    moved, data_width, fewest = min(choices)
    lanes = -fewest
    pack, beats = data_width // (lanes * read.bits), pixels * (read.channels // lanes)
    burst = 1
    while 2 * burst <= min(_BURST, _PAGE * 8 // data_width) and 2 * burst * pack * _PART <= beats:
        burst *= 2
    reads = min(_MOST_READS, 1 - -_LATENCY * beats // (pace * burst * pack))
    words = moved // (data_width // 8)
    held = _FRAMES * -(-words // burst) * burst * data_width // 8
    return StateLoop(
        state=state,
        cell=f"u_memory_{state.name}",
        pixels=pixels,
        lanes=lanes,
        data_width=data_width,
        address_width=32 if board.family is Family.SERIES7 else 40,
        burst=burst,
        reads=max(2, reads),
        frames=_FRAMES,
        base=before[-1].base + before[-1].bytes if before else 0,
        bytes=-(-held // _PAGE) * _PAGE,
        read_bytes=moved,
        written_bytes=moved,
    )


def _widest(board: Board) -> int:
    """Bits of the widest port to the memory of `board`."""
    match board.platform:
        case Platform.ZYNQ:
            return 64 if board.family is Family.SERIES7 else 128
        case Platform.ALVEO:
            return 512
        case Platform.BARE:
            return 128
