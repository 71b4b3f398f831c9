# SPDX-License-Identifier: MIT
"""The system around a design on a bare board: its facts, and its SystemVerilog."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.design.design_facts import RTL, Design
from tarsier_fpga.flow.synth.nextpnr.pins import PORTS
from tarsier_fpga.flow.synth.nextpnr.pll import Pll, pll
from tarsier_fpga.hls.base.cache import content_key
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.netlist.instance import rtl_paths, sv_literal

__all__ = ["TOP", "System", "check_board", "sources", "system"]

TOP = "system"  # the module that a board is configured with
_RTL = Path(__file__).with_name("rtl")

# What an FT231X makes exactly, fastest first.
_RATES = (3_000_000, 2_000_000, 1_500_000, 1_000_000, 500_000, 250_000)
_OFF = 0.01  # of the 3 % at which a byte is still read, and the host has a clock too
_LEAST_DIVIDER = 5  # of uart_rx
_SILENCE_S = 0.1  # longer than a host lets a USB port wait
_EBR_BITS = 1024 * 18


@dataclass(frozen=True, slots=True)
class System:
    """What is particular to a design and its board.

    Attributes:
        number: of the design, by the content of its RTL; every request must name it
        width: bits of a packed pixel
        pixels: of a frame
        divider: cycles of the clock per bit of the serial line
        baud: bits per second of the line
        silence: cycles after which a request is over
    """

    number: int
    width: int
    pixels: int
    divider: int
    baud: int
    silence: int
    pll: Pll

    @property
    def params(self) -> Mapping[str, int]:
        """Parameters of ecp5_board."""
        return {
            "SourceDiv": self.pll.reference,
            "FeedbackDiv": self.pll.feedback,
            "OutputDiv": self.pll.output,
            "Design": self.number,
            "Width": self.width,
            "Pixels": self.pixels,
            "Divider": self.divider,
            "Silence": self.silence,
        }


def check_board(board: Board) -> None:
    """Raise FlowError unless the pins of `board` are known."""
    if missing := PORTS.keys() - board.pins.keys():
        raise FlowError(f"{board.name}: no pins are known for {', '.join(sorted(missing))}")


def system(folder: Path, design: Design, board: Board) -> System:
    """The system for `design`, which is in `folder`, on `board`.

    Raises:
        FlowError: the frame does not fit the memory, or the clock cannot be made.
    """
    height, width = design.packed_shape
    bits, pixels = design.x.width, height * width
    if design.shape(design.y) != design.shape(design.x) or design.y.width != bits:
        raise FlowError(
            f"{design.net}: its frames come out as {design.shape(design.y)} of {design.y.bits} bits"
            f" and go in as {design.shape(design.x)} of {design.x.bits}; the serial system of"
            f" {board.name} has one memory for both, so they must be alike"
        )
    needed, have = ceil(bits * pixels / _EBR_BITS) / 2, board.resources.bram36
    if needed > have:
        raise FlowError(
            f"{design.net} for {design.width}x{design.height} does not fit {board.name}: the"
            f" frame alone needs {board.family.amounts('bram36', needed, have)};"
            " build it for a smaller size, and send larger frames in tiles"
        )
    clock = board.clock_mhz * 1e6
    baud, divider = _rate(clock)
    texts = [path.read_bytes() for path in _rtl(folder)]
    return System(
        number=int(content_key(texts)[:8], 16),
        width=bits,
        pixels=pixels,
        divider=divider,
        baud=baud,
        silence=round(clock * _SILENCE_S),
        pll=pll(board.source_mhz, board.clock_mhz),
    )


def sources(folder: Path, board: Board, facts: System) -> dict[str, str]:
    """SystemVerilog by file name: the system and the design in `folder`."""
    paths = [
        *_rtl(folder),
        *sorted(_RTL.glob("*.sv")),
        *rtl_paths("width_adapter"),
    ]
    top = render(
        Path(__file__).with_name("system.sv.j2"),
        {"literal": sv_literal},
        top=TOP,
        board=board.title,
        params=facts.params,
    )
    return {path.name: path.read_text() for path in paths} | {f"{TOP}.sv": top}


def _rtl(folder: Path) -> list[Path]:
    return sorted((folder / RTL).glob("*.sv"))


def _rate(clock: float) -> tuple[int, int]:
    """The fastest rate of the line that `clock` in Hz makes well enough, and its divider."""
    for baud in _RATES:
        divider = round(clock / baud)
        if divider >= _LEAST_DIVIDER and abs(clock / divider - baud) <= _OFF * baud:
            return baud, divider
    raise FlowError(f"no rate of a serial line can be made of {clock / 1e6:g} MHz")
