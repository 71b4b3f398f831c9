# SPDX-License-Identifier: MIT
"""What nextpnr reports, as facts."""

import json
import re
from pathlib import Path

from pydantic import BaseModel

from tarsier_fpga.flow.synth.counted import Counted
from tarsier_fpga.hls.cost.family import Family

__all__ = ["Report", "overflow", "read_report"]

# Its names of what we count, and how many of them are one of ours.
_CELLS = {
    "lut": ("TRELLIS_COMB", 1),
    "ff": ("TRELLIS_FF", 1),
    "bram36": ("DP16KD", 2),
    "dsp": ("MULT18X18D", 1),
}


class _Use(BaseModel):
    used: int
    available: int


class _Clock(BaseModel):
    achieved: float
    constraint: float

    @property
    def reached(self) -> bool:
        return self.achieved >= self.constraint


class _End(BaseModel):
    cell: str


class _Step(BaseModel):
    delay: float  # ns
    to: _End
    type: str


class _Path(BaseModel):
    path: list[_Step]


class Report(BaseModel):
    """nextpnr's report.json, as far as it is read here."""

    fmax: dict[str, _Clock]
    utilization: dict[str, _Use]
    critical_paths: list[_Path]

    @property
    def clock(self) -> _Clock:
        """The clock that all of the system runs at, but for the PLL's own input."""
        return min(self.fmax.values(), key=lambda clock: clock.achieved / clock.constraint)

    @property
    def resources(self) -> Counted:
        """What was placed."""
        uses = {name: self.utilization[cell].used / per for name, (cell, per) in _CELLS.items()}
        return Counted(**uses)

    @property
    def slowest(self) -> str:
        """Where the slowest path ends."""
        return self.critical_paths[0].path[-1].to.cell

    @property
    def wires_ns(self) -> float:
        """How long its wires take."""
        steps = self.critical_paths[0].path
        return sum(step.delay for step in steps if step.type == "routing")


def read_report(path: Path) -> Report:
    """The report in the file `path`."""
    return Report.model_validate(json.loads(path.read_text()))


def overflow(log: str, family: Family) -> str:
    """What the device has too few of, by nextpnr's log; empty if there is enough of everything.

    >>> overflow("Info:   MULT18X18D:   160/   156   102%", Family.ECP5)
    '160 of 156 MULT18X18D'
    """
    found = dict.fromkeys(_CELLS)
    for name, (cell, per) in _CELLS.items():
        if match := re.search(rf"\b{cell}: +(\d+)/ *(\d+)", log):
            found[name] = int(match[1]) / per, int(match[2]) / per
    return ", ".join(
        family.amounts(name, *amounts)
        for name, amounts in found.items()
        if amounts and amounts[0] > amounts[1]
    )
