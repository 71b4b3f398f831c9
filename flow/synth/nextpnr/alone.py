# SPDX-License-Identifier: MIT
"""One kernel placed and routed alone, to see how fast its logic is when its wires are real.

A register is at every port, and they form two long shift registers, so that the kernel needs three
pins however wide its streams are, and no pin is on a path that counts.
"""

from itertools import accumulate
from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.synth.nextpnr.pins import lpf
from tarsier_fpga.flow.synth.nextpnr.pnr_report import Report, read_report
from tarsier_fpga.flow.synth.nextpnr.pnr_tools import place_and_route, synthesize
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.netlist.instance import Instance, rtl_sources
from tarsier_fpga.hls.netlist.netlist import single
from tarsier_fpga.hls.netlist.rtl_top import rtl_top

__all__ = ["placed_alone"]

_TOP, _KERNEL = "alone", "top"
_PINS = ("clock", "reset", "rx", "tx")


def placed_alone(
    kernel: Instance, board: Board, clock_mhz: float, seed: int, out: Path, show: Show
) -> Report:
    """What nextpnr makes of `kernel` on `board` when `clock_mhz` is asked for.

    Raises:
        FlowError: it does not fit the device.
        ToolError: a tool fails; what it was given is then in `out`.
    """
    sources = rtl_sources(kernel) | {
        f"{_KERNEL}.sv": rtl_top(single(kernel)),
        f"{_TOP}.sv": _shell(kernel),
    }
    pins = {name: board.pins[name] for name in _PINS}
    asked = board.model_copy(update={"source_mhz": clock_mhz, "pins": pins})
    netlist = synthesize(_TOP, sources, out, show)
    folder = place_and_route(netlist, board, lpf(asked), seed, out, show)
    return read_report(folder / "report.json")


def _shell(kernel: Instance) -> str:
    into = [(f"{s.name}_{what}_i", n) for s in kernel.inputs for what, n in _forward(s.width)]
    into += [(f"{stream.name}_ready_i", 1) for stream in kernel.outputs]
    out = [(f"{s.name}_{what}_o", n) for s in kernel.outputs for what, n in _forward(s.width)]
    out += [(f"{stream.name}_ready_o", 1) for stream in kernel.inputs]
    return render(
        Path(__file__).with_name("alone.sv.j2"),
        {},
        top=_TOP,
        kernel=_KERNEL,
        inputs=_placed(into),
        outputs=_placed(out),
        bits_in=sum(width for _, width in into),
        bits_out=sum(width for _, width in out),
    )


def _forward(width: int) -> tuple[tuple[str, int], ...]:
    return ("valid", 1), ("data", width)


def _placed(ports: list[tuple[str, int]]) -> list[tuple[str, int, int]]:
    """Each port with its lowest bit in the shift register, and its width."""
    lows = accumulate((width for _, width in ports), initial=0)
    return [(port, low, width) for (port, width), low in zip(ports, lows, strict=False)]
