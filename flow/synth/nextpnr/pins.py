# SPDX-License-Identifier: MIT
"""The pins of a board as constraints that nextpnr reads."""

from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.hls.base.templates import render

__all__ = ["PORTS", "lpf"]

# Ports of the top by what the board calls them.
PORTS = {
    "clock": "clock_i",
    "reset": "reset_i",
    "rx": "rx_i",
    "tx": "tx_o",
    "lights": "lights_o",
}


def lpf(board: Board) -> str:
    """The constraints of `board`, in Lattice's format."""
    pins = [
        (_bit(PORTS[name], index, len(pin.sites)), site, pin)
        for name, pin in board.pins.items()
        for index, site in enumerate(pin.sites)
    ]
    facts = {"board": board, "clock": PORTS["clock"], "pins": pins}
    return render(Path(__file__).with_name("pins.lpf.j2"), {}, **facts)


def _bit(port: str, index: int, bits: int) -> str:
    return f"{port}[{index}]" if bits > 1 else port
