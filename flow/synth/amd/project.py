# SPDX-License-Identifier: MIT
"""Write the project of a design for Vivado or Vitis, complete and movable, without either."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from tarsier_fpga import hls
from tarsier_fpga.flow.board import Board, Platform
from tarsier_fpga.flow.design.design_facts import GRAPH, Design
from tarsier_fpga.flow.ops.register import VERSIONS
from tarsier_fpga.flow.synth.amd.generate import generate
from tarsier_fpga.flow.synth.amd.settle import Step
from tarsier_fpga.flow.synth.amd.target import (
    Source,
    board_files,
    finn_board,
    finn_folder,
    hls_library,
)
from tarsier_fpga.flow.synth.amd.tool import Tool
from tarsier_fpga.hls.base.cache import content_key
from tarsier_fpga.hls.base.code_key import code_of
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.facts import Facts
from tarsier_fpga.hls.base.files import replacing_folder
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.base.templates import render

__all__ = ["MemoryPort", "Project", "is_finished", "read_project", "write_project"]

_HERE = Path(__file__).parent
# What is found by its name, and so by no import, is named beside what writes the project.
_CODE = ("tarsier_fpga.flow.synth.amd.project", "tarsier_fpga.flow.ops", "tarsier_fpga.hls.kernels")
_LAST = "logs/deploy.done"  # of the last step
_LINKED = {  # the routed Vivado project, from the folder of the last step
    Platform.ZYNQ: "finn_zynq_link.xpr",
    Platform.ALVEO: "_x/link/vivado/vpl/prj/prj.xpr",
}


class MemoryPort(Facts):
    """How frames of the stream `name` reach memory: through `dma`, by a port of `bits` bits."""

    name: str
    dma: str
    bits: int


class Project(Facts):
    """What project.json in the folder of a project says.

    Attributes:
        key: content key of all that it was made from
        steps: names of the runs of tools, in order
        cells: FINN's name of each cell -> ours, "" where it has none
        ports: of the design, inputs first
    """

    key: str
    tool: Tool
    board: str
    clock_mhz: float
    steps: tuple[str, ...]
    cells: dict[str, str]
    ports: tuple[MemoryPort, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """What the README says of a stream outside; `cycles` of a frame in its memory port."""

    name: str
    frame: str
    pixel: str
    dma: str
    bits: int
    cycles: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the README says of a state: its two streams, their DMAs, and its first code."""

    read: str
    read_dma: str
    written: str
    written_dma: str
    first: int


def read_project(folder: Path) -> Project | None:
    """The project in `folder`, None if there is none of ours."""
    try:
        return Project.model_validate_json((folder / "project.json").read_text())
    except (OSError, ValidationError):
        return None


def is_finished(out: Path, design_folder: Path, design: Design, board: Board, tool: Tool) -> bool:
    """Whether `out` holds the project of this design, run to its end, here or elsewhere."""
    project = read_project(out)
    if project is None or not (out / _LAST).is_file():
        return False
    return project.key == _key(design_folder, design, board, tool)


def write_project(
    design_folder: Path, design: Design, board: Board, tool: Tool, out: Path, show: Show
) -> Project:
    """Write the project into the folder `out`, whole or not at all; nothing if it is there.

    Raises:
        FlowError: FINN does not know the board, the design needs more than FINN's shell offers, or
            `out` holds something else.
    """
    name = finn_board(board)
    if memories := [layer.name for layer in design.layers if "FrameFifo" in layer.op]:
        raise FlowError(f"{memories[0]} needs a memory, which FINN's shells give to no kernel")
    key = _key(design_folder, design, board, tool)
    before = read_project(out)
    if before and before.key == key:
        return before
    if before is None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FlowError(f"{out} exists and is no project of tarsier synth; move it away")
    if before and (out / _LAST).is_file():
        raise FlowError(f"{out} holds what the tools made of another design; move it away")
    with replacing_folder(out) as work:
        show("FINN writes the project", 0.0)
        made = generate(design_folder / GRAPH, name, board, work)
        streams = [port.name for port in _outside(design)]
        project = Project(
            key=key,
            tool=tool,
            board=board.name,
            clock_mhz=board.clock_mhz,
            steps=tuple(step.label for step in made.steps),
            cells=made.cells,
            ports=tuple(
                MemoryPort(name=stream, dma=dma, bits=bits)
                for stream, (dma, bits) in zip(streams, made.dmas, strict=True)
            ),
        )
        fetched = [hls_library(), *board_files(board, name)]
        _complete(work, design, board, project, made.steps, fetched)
    return project


def _complete(
    work: Path,
    design: Design,
    board: Board,
    project: Project,
    steps: list[Step],
    sources: list[Source],
) -> None:
    """Add what the generated scripts name and what runs them."""
    (work / "deploy").mkdir()
    design.write(work / "deploy")  # by which the host knows whose bitstream it is
    (work / "finn" / "driver").rename(work / "deploy" / "driver")
    scripts = [path.read_text() for path in sorted((work / "finn").rglob("*.tcl"))]
    for part in sorted({name for text in scripts for name in re.findall(r"RTLLIB\)/(\w+)", text)}):
        _copy(finn_folder() / "finn-rtllib" / part, work / "finn-rtllib" / part)
    _copy(finn_folder() / "custom_hls", work / "custom_hls")
    shutil.copy(_HERE / "reports.tcl", work)
    zynq = board.platform is Platform.ZYNQ
    ports = _ports(design, project)
    facts = {
        "design": f"{design.net}, {design.width} x {design.height}",
        "board": board.title,
        "shell": board.shell.name if board.shell else "",
        "tool": project.tool.value,
        "zynq": zynq,
        "clock_mhz": board.clock_mhz,
        "steps": steps,
        "link": f"{steps[-1].folder}/{_LINKED[board.platform]}",
        "sources": sources,
        "ports": ports,
        "states": _states(design, project),
        "ideal": design.ideal_cycles,
        "slow": [port.name for port in ports if port.cycles > design.ideal_cycles],
    }
    for name in ("run.sh", "README.md"):
        (work / name).write_text(render(_HERE / f"{name}.j2", {}, **facts))
    (work / "project.json").write_text(project.model_dump_json(indent=1) + "\n")
    names = sorted(str(path.relative_to(work)) for path in work.rglob("*") if path.is_file())
    (work / "files.txt").write_text("".join(f"{name}\n" for name in names))


def _outside(design: Design) -> list[Port]:
    """The streams that have a DMA, in its order. States are such here: FINN's shells give kernels
    no memory, so that their host hands each on from one frame to the next.
    """
    states = [loop.state for loop in design.states]
    reads, writes = [state.read for state in states], [state.written for state in states]
    return [*design.inputs, *reads, *design.outputs, *writes]


def _ports(design: Design, project: Project) -> list[_Row]:
    beats = {wire.name: wire.beats for wire in design.streams}
    rows = []
    for port, memory in zip(_outside(design), project.ports, strict=True):
        height, width = design.frames[port.name]
        size, sign = -(-port.width // 8), " signed" if port.signed else ""
        rows.append(
            _Row(
                name=port.name,
                frame=f"{width} x {height}",
                pixel=f"{port.channels} x {port.bits} bits{sign}, {size} bytes",
                dma=memory.dma,
                bits=memory.bits,
                cycles=beats[port.name] * 8 * size // memory.bits,
            )
        )
    return rows


def _states(design: Design, project: Project) -> list[_Kept]:
    dmas = {port.name: port.dma for port in project.ports}
    return [
        _Kept(s.read.name, dmas[s.read.name], s.written.name, dmas[s.written.name], s.first)
        for s in (loop.state for loop in design.states)
    ]


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


def _key(design_folder: Path, design: Design, board: Board, tool: Tool) -> str:
    kernels = Path(hls.__file__).parent
    code = code_of(*_CODE, beside=[kernels / "rtl", kernels / "cpp"])
    graph = (design_folder / GRAPH).read_bytes()
    request = [design.key, board.model_dump_json(), tool.value, VERSIONS]
    return content_key([graph, *request, *code])
