# SPDX-License-Identifier: MIT
"""The reports of a finished project as the facts of synth.json."""

from pathlib import Path

from tarsier_fpga.flow.board import Board, Platform
from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.synth.amd.project import Project
from tarsier_fpga.flow.synth.amd.reports import (
    read_achieved_mhz,
    read_csynth,
    read_hierarchy,
    read_power,
    read_timing,
    read_tool,
)
from tarsier_fpga.flow.synth.counted import Counted, amounts
from tarsier_fpga.flow.synth.synth_facts import Part, Synthesis

__all__ = ["read_results"]

_CSYNTH = "finn/*/project_*/sol1/syn/report/csynth.xml"


def read_results(
    folder: Path, project: Project, design: Design, board: Board, seconds: float
) -> Synthesis:
    """What the tools made of the project in `folder`.

    The whole device is counted on a Zynq, and without the shell on an Alveo.

    Raises:
        FlowError: a report has another form than expected.
    """
    hierarchy_text = (folder / "reports" / "hierarchy.rpt").read_text()
    hierarchy = read_hierarchy(hierarchy_text)
    used = _used(hierarchy, board)
    timing = read_timing((folder / "reports" / "timing.rpt").read_text(), project.clock_mhz)
    clocks = [read_achieved_mhz(path.read_text()) for path in folder.glob("finn/*/a.xclbin.info")]
    shares = used.shares(board.resources)
    stages = {layer.name: layer.stage for layer in design.layers}
    return Synthesis(
        tool=read_tool(hierarchy_text),
        board=board.name,
        part=board.part,
        clock_mhz=project.clock_mhz,
        fmax_mhz=round(timing.fmax_mhz, 1),
        wns_ns=timing.wns_ns,
        power_w=read_power((folder / "reports" / "power.rpt").read_text()),
        **amounts(used),
        utilisation=shares,
        fits=max(shares.values()) <= 1
        and timing.met
        and min(clocks, default=project.clock_mhz) >= 0.99 * project.clock_mhz,
        layers=tuple(
            Part(name=name, stage=stages.get(name, ""), **amounts(hierarchy[cell]))
            for cell, name in project.cells.items()
            if name and cell in hierarchy
        ),
        hls=tuple(read_csynth(path.read_text()) for path in sorted(folder.glob(_CSYNTH))),
        seconds=round(seconds, 1),
        files=tuple(
            str(path.relative_to(folder.parent)) for path in sorted(folder.glob("deploy/bitfile/*"))
        ),
    )


def _used(hierarchy: dict[str, Counted], board: Board) -> Counted:
    if board.platform is Platform.ZYNQ:
        return next(iter(hierarchy.values()))
    ours = ("StreamingDataflowPartition_", "idma_", "odma_")  # the compute units FINN names
    units = [name for name in hierarchy if name.startswith(ours) and "_rtl_" not in name]
    return sum((hierarchy[name] for name in units), Counted())
