# SPDX-License-Identifier: MIT
"""What synth.json holds, whichever tool found it."""

from pathlib import Path

from tarsier_fpga.hls.base.facts import Facts, read_facts
from tarsier_fpga.hls.cost.resources import Resources

__all__ = ["HlsKernel", "Part", "Synthesis", "Timing", "read_synthesis"]


class Part(Resources):
    """What one kernel of a design takes; `stage` as in design.json, "" where a tool tells none.

    `estimate` is by formula, where it was compared. `delay_ns` and `levels` are as in Timing, of
    the kernel alone with a register at every port; None where no netlist was timed.
    """

    name: str
    stage: str
    estimate: Resources | None = None
    delay_ns: float | None = None
    levels: int | None = None


class Timing(Facts):
    """The longest path between two registers, before place and route: logic without its wires.

    Attributes:
        delay_ns: of the slowest path
        levels: LUTs on the path that has most of them
        adders: carry chains likewise
        path: the kernels that the slowest path leads through
        deepest: those that the path with the most LUTs leads through
        untimed: cells without a delay, where paths end as in registers
        delays: whose they are
    """

    delay_ns: float
    levels: int
    adders: int
    path: tuple[str, ...]
    deepest: tuple[str, ...] = ()
    untimed: tuple[str, ...] = ()
    delays: str


class HlsKernel(Resources):
    """What Vitis HLS expects of a kernel, before Vivado has seen it.

    `interval` is in cycles, None where it depends on the data.
    """

    name: str
    clock_ns: float
    interval: int | None


class Synthesis(Resources):
    """What a tool made of a design.

    Attributes:
        tool: its name and version
        clock_mhz: the clock asked for
        fmax_mhz: the clock that place and route reached; None where nothing was placed
        wns_ns: the worst slack of all clocks, negative where one is missed; None likewise
        timing: what the mapped netlist lets expect; None where none was timed
        power_w: watts on the chip, as a tool estimates them for the routed design; None likewise
        utilisation: the share of what the board offers, of each resource
        fits: no share is above 1, and the clock asked for was reached where one was
        layers: the kernels, in the order of the design; empty where a tool does not tell them apart
        hls: estimates of the kernels that were C++
        estimate: that of design.json, where it was compared
        seconds: that the tool took now, short where results were kept
        files: what else was written, from the design folder
    """

    tool: str
    board: str
    part: str
    clock_mhz: float
    fmax_mhz: float | None = None
    wns_ns: float | None = None
    timing: Timing | None = None
    power_w: float | None = None
    utilisation: dict[str, float]
    fits: bool
    layers: tuple[Part, ...] = ()
    hls: tuple[HlsKernel, ...] = ()
    estimate: Resources | None = None
    seconds: float
    files: tuple[str, ...] = ()


def read_synthesis(folder: Path, board: str) -> Synthesis | None:
    """What `tarsier synth` found of the design in `folder` on `board`, if it was asked.

    Raises:
        FlowError: the file is damaged or of another version.
    """
    path = folder / "synth.json"
    if not path.is_file():
        return None
    found = read_facts(path, Synthesis, "synthesize again")
    return found if found.board == board else None
