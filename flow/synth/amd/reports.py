# SPDX-License-Identifier: MIT
"""What the tools of AMD report, read from their text and XML files.

Formats: Vivado's `report_utilization -hierarchical`, `report_timing_summary` and `report_power`
(UG906, UG907), csynth.xml of Vitis HLS (UG1399), and the .xclbin.info beside an xclbin (UG1393).
"""

import re
from dataclasses import dataclass
from xml.etree import ElementTree

from tarsier_fpga.flow.synth.counted import Counted
from tarsier_fpga.flow.synth.synth_facts import HlsKernel
from tarsier_fpga.hls.base.errors import FlowError

__all__ = [
    "Timing",
    "read_achieved_mhz",
    "read_csynth",
    "read_hierarchy",
    "read_power",
    "read_timing",
    "read_tool",
]


@dataclass(frozen=True, slots=True)
class Timing:
    """A routed design's timing.

    Attributes:
        wns_ns: the worst slack of all clocks, negative where one is missed
        met: every constraint holds, of setup, hold and pulse width
        fmax_mhz: what the slowest path allows on the clock asked for
    """

    wns_ns: float
    met: bool
    fmax_mhz: float


def read_tool(text: str) -> str:
    """The tool that wrote a report, by its header.

    >>> read_tool("| Tool Version : Vivado v.2022.2 (lin64) Build 3671981 Fri Oct 14 2022")
    'Vivado 2022.2'
    """
    return f"Vivado {_one(r'Tool Version *: *Vivado v.([0-9.]+)', text, 'a tool version')[1]}"


def read_hierarchy(text: str) -> dict[str, Counted]:
    """What each instance takes with all inside it, by its own name; the design is the first.

    A name that occurs again further inside stands for the outermost.
    """
    found: dict[str, Counted] = {}
    columns: list[str] | None = None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0] == "Instance":
            columns = cells
        elif columns and len(cells) == len(columns) and not cells[0].startswith("("):
            row = dict(zip(columns, cells, strict=True))
            found.setdefault(row["Instance"], _resources(row))
    if not found:
        raise FlowError("the utilization report has no table with the column Instance")
    return found


def _resources(row: dict[str, str]) -> Counted:
    return Counted(
        lut=int(row["Total LUTs"]),
        ff=int(row["FFs"]),
        bram36=int(row["RAMB36"]) + int(row["RAMB18"]) / 2,
        uram=int(row.get("URAM", 0)),
        dsp=int(next(value for name, value in row.items() if name.startswith("DSP"))),
        lutram=int(row["LUTRAMs"]) + int(row["SRLs"]),
    )


def read_timing(text: str, clock_mhz: float) -> Timing:
    """The timing of a design whose kernels were asked to run at `clock_mhz`."""
    header = r"Design Timing Summary.*?WNS\(ns\).*?\n[ -]+\n\s+(-?[\d.]+) "
    wns = float(_one(header, text, "a design timing summary")[1])
    periods = dict(re.findall(r"^\s*(\S+)\s+\{[\d. ]+\}\s+([\d.]+)\s+[\d.]+\s*$", text, re.M))
    intra = _one(r"\| Intra Clock Table(.*?)\| Inter Clock Table", text, "an intra clock table")[1]
    slacks = _slacks(intra.splitlines())
    rates = [
        1000 / (float(period) - slacks[name])
        for name, period in periods.items()
        if name in slacks and abs(1000 / float(period) - clock_mhz) < 0.02 * clock_mhz
    ]
    if not rates:
        raise FlowError(f"the timing report has paths on no clock of {clock_mhz:g} MHz")
    return Timing(wns, "All user specified timing constraints are met" in text, min(rates))


def _slacks(table: list[str]) -> dict[str, float]:
    """WNS by clock; a clock without paths has blanks there, so only the place of a word counts."""
    end = next(line.index("WNS(ns)") + len("WNS(ns)") for line in table if "WNS(ns)" in line)
    rows = [line[:end].split() for line in table]
    return {
        row[0]: float(row[1]) for row in rows if len(row) == 2 and row[1].strip("-")[:1].isdigit()
    }


def read_power(text: str) -> float:
    """Watts on the chip, as Vivado estimates them."""
    return float(_one(r"Total On-Chip Power \(W\)\s*\|\s*([\d.]+)", text, "a total power")[1])


def read_achieved_mhz(text: str) -> float:
    """The kernel clock that v++ gave an xclbin, which is lower than asked for if it must be."""
    return float(_one(r"Achieved Freq:\s*([\d.]+) MHz", text, "an achieved frequency")[1])


def read_csynth(text: str) -> HlsKernel:
    """The estimate in a csynth.xml."""
    root = ElementTree.fromstring(text)
    items = root.iterfind("AreaEstimates/Resources/*")
    area = {item.tag: int(item.text) for item in items if item.text}
    interval = root.findtext("PerformanceEstimates/SummaryOfOverallLatency/Interval-max", "")
    return HlsKernel(
        name=root.findtext("UserAssignments/TopModelName", ""),
        clock_ns=float(
            root.findtext("PerformanceEstimates/SummaryOfTimingAnalysis/EstimatedClockPeriod", "0")
        ),
        interval=int(interval) if interval.isdigit() else None,
        lut=area["LUT"],
        ff=area["FF"],
        bram36=area["BRAM_18K"] / 2,
        uram=area.get("URAM", 0),
        dsp=area["DSP"],
    )


def _one(pattern: str, text: str, what: str) -> re.Match[str]:
    if found := re.search(pattern, text, re.DOTALL):
        return found
    raise FlowError(f"the report of AMD's tool holds no {what}; is its version known?")
