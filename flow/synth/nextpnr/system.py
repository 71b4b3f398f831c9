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
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.netlist.instance import rtl_paths, sv_literal

__all__ = ["TOP", "Frame", "System", "check_board", "sources", "system"]

TOP = "system"  # the module that a board is configured with
_RTL = Path(__file__).with_name("rtl")

# What an FT231X makes exactly, fastest first.
_RATES = (3_000_000, 2_000_000, 1_500_000, 1_000_000, 500_000, 250_000)
_OFF = 0.01  # of the 3 % at which a byte is still read, and the host has a clock too
_LEAST_DIVIDER = 5  # of uart_rx
_SILENCE_S = 0.1  # longer than a host lets a USB port wait
_EBR_BITS = 1024 * 18


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it is kept and sent: `width` bits a packed pixel, and so many `pixels`."""

    width: int
    pixels: int

    @property
    def ebr(self) -> int:
        """Block RAMs that hold it."""
        return ceil(self.width * self.pixels / _EBR_BITS)


@dataclass(frozen=True, slots=True)
class System:
    """What is particular to a design and its board.

    Attributes:
        number: of the design, by the content of its RTL; every request must name it
        x, y: the frame that goes in, and the one that comes out
        divider: cycles of the clock per bit of the serial line
        baud: bits per second of the line
        silence: cycles after which a request is over
    """

    number: int
    x: Frame
    y: Frame
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
            "XWidth": self.x.width,
            "XPixels": self.x.pixels,
            "YWidth": self.y.width,
            "YPixels": self.y.pixels,
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
        FlowError: the design has several inputs or outputs, or states, its frames do not fit the
            memory, or the clock cannot be made.
    """
    if len(design.inputs) + len(design.outputs) > 2:
        streams = ", ".join(port.name for port in (*design.inputs, *design.outputs))
        raise FlowError(
            f"{design.net} has the streams {streams}; the serial system of {board.name} sends one"
            " frame and gets one back, so a network for it has one input and one output"
        )
    if design.states:
        raise FlowError(
            f"{design.net} keeps {' and '.join(loop.name for loop in design.states)} from frame to"
            f" frame; the serial system of {board.name} has no memory for states"
        )
    x, y = (_frame(design, port) for port in (design.x, design.y))
    needed, have = (x.ebr if x == y else x.ebr + y.ebr) / 2, board.resources.bram36
    if needed > have:
        what = "the frame alone needs" if x == y else "the frames in and out alone need"
        raise FlowError(
            f"{design.net} for {design.width}x{design.height} does not fit {board.name}: {what}"
            f" {board.family.amounts('bram36', needed, have)};"
            " build it for a smaller size, and send larger frames in tiles"
        )
    clock = board.clock_mhz * 1e6
    baud, divider = _rate(clock)
    texts = [path.read_bytes() for path in _rtl(folder)]
    return System(
        number=int(content_key(texts)[:8], 16),
        x=x,
        y=y,
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


def _frame(design: Design, port: Port) -> Frame:
    height, width = design.frames[port.name]
    return Frame(port.width, height * width)


def _rtl(folder: Path) -> list[Path]:
    return sorted((folder / RTL).glob("*.sv"))


def _rate(clock: float) -> tuple[int, int]:
    """The fastest rate of the line that `clock` in Hz makes well enough, and its divider."""
    for baud in _RATES:
        divider = round(clock / baud)
        if divider >= _LEAST_DIVIDER and abs(clock / divider - baud) <= _OFF * baud:
            return baud, divider
    raise FlowError(f"no rate of a serial line can be made of {clock / 1e6:g} MHz")
