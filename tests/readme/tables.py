# SPDX-License-Identifier: MIT
"""Tables in Markdown of the boards and of what synthesizes for them."""

from tarsier_fpga.flow.board import Board, board_names, load_board
from tarsier_fpga.flow.synth.amd import VendorBackend
from tarsier_fpga.flow.synth.amd.target import finn_board
from tarsier_fpga.flow.synth.backend import Backend, backends_for
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["board_table"]


def board_table() -> str:
    """A line for each board: its name, what it is and offers, and who synthesizes for it."""
    lines = [
        "| `--board` | | LUT | BRAM36 | UltraRAM | DSP | clock, assumed | `synth --with` |",
        "|---|---|--:|--:|--:|--:|--:|---|",
    ]
    return "\n".join([*lines, *(_line(load_board(name)) for name in board_names())])


def _builds(backend: Backend, board: Board) -> bool:
    """Whether FINN knows the board, where `backend` is FINN's build."""
    try:
        return not isinstance(backend, VendorBackend) or bool(finn_board(board))
    except FlowError:
        return False


def _line(board: Board) -> str:
    found = board.resources
    amounts = [f"{amount:,}" for amount in (found.lut, found.bram36, found.uram, found.dsp)]
    able = ", ".join(backend.name for backend in backends_for(board) if _builds(backend, board))
    cells = [f"`{board.name}`", board.title, *amounts, f"{board.clock_mhz:g} MHz", able]
    return f"| {' | '.join(cells)} |"
