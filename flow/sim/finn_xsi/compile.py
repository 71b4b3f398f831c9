# SPDX-License-Identifier: MIT
"""Compile FINN's sources to a shared library that `xsi.Design` opens.

FINN generates code into a new folder every time, and names its data files by absolute path. The
sources are taken with those files copied to a folder named by their content, so the same node
compiles once however often it is generated.
"""

import re
import shutil
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from finn_xsi.srcutil import order_pkg_first

from flow.cache import content_key, made_once
from flow.sim.errors import SimError
from flow.sim.toolchain import machine, run_tool, verilator
from flow.sim.verilate import VERILATE, link

__all__ = ["compile_sim_obj"]

_HARNESS = Path(__file__).with_name("xsi.cpp")
_OURS = Path(__file__).with_name("rtl")
_HEADERS = (".vh", ".svh")
_SOURCES = (".v", ".sv")
_DATA = (".dat", ".mem", ".hex", ".mif")
# FINN's sources are not ours to lint; -Wno-fatal lets them pass, these keep the log short.
_FLAGS = [*VERILATE, "-Wno-lint", "-Wno-style", "-Wno-MODDUP", "--no-assert"]


def compile_sim_obj(
    top_module_name: str,
    source_list: list[str],
    sim_out_dir: Path,
    debug: bool = False,
    behav: bool = False,
    fifosim: bool = False,
) -> tuple[Path, Path]:
    """As FINN's: `sim_out_dir` and the path of the library in it.

    `debug` lets a simulation record waveforms, `behav` defines FINN_SIMULATION, and `fifosim`
    is for FINN's wrapper of a node for FIFO sizing, which is not needed here.

    Raises:
        SimError: a source is missing, or is not Verilog.
        ToolError: Verilator refuses the sources (its message is passed on).
    """
    if fifosim:
        top_module_name = "finn_design_wrapper"
    paths = [Path(source) for source in dict.fromkeys(order_pkg_first(source_list))]
    for path in paths:
        if not path.is_file():
            raise SimError(f"{top_module_name}: source {path} is missing; was its code generated?")
        if path.suffix not in _SOURCES + _HEADERS:
            raise SimError(
                f"{top_module_name}: {path.name} is not Verilog, Verilator takes no other"
            )
    contents = [(path.name, _with_frozen_data(_ours_or(path).read_text())) for path in paths]
    # Nodes of a kind share files, and FINN copies some of them into every node's folder.
    texts = {
        name if name.endswith(_HEADERS) else f"{n:03d}_{name}": text
        for n, (name, text) in enumerate(dict.fromkeys(contents))
    }
    flags = [*_FLAGS, *(["--trace-vcd"] if debug else [])]
    flags += ["+define+FINN_SIMULATION"] if behav else []
    library = _library(top_module_name, texts, flags, trace=debug)
    relative = Path("xsim.dir") / top_module_name / "xsimk.so"
    target = Path(sim_out_dir) / relative
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.symlink_to(library)
    return Path(sim_out_dir), relative


def _library(top: str, texts: dict[str, str], flags: list[str], trace: bool) -> Path:
    key = content_key(
        [
            top,
            *(part for item in texts.items() for part in item),
            *flags,
            _HARNESS.read_bytes(),
            Path(__file__).read_bytes(),
            f"{verilator()} {verilator().stat().st_size}",
            machine(),
        ]
    )

    def make(folder: Path) -> None:
        for name, text in texts.items():
            (folder / name).write_text(text)
        sources = [name for name in texts if not name.endswith(_HEADERS)]
        run_tool(
            [verilator(), *flags, "--top-module", top, "--Mdir", "cpp", "+incdir+.", *sources],
            folder,
        )
        (folder / "ports.hpp").write_text(_ports(top, (folder / "cpp" / "Vtop.h").read_text()))
        link(folder, _HARNESS, trace)

    return made_once("finn_xsi", key, make) / "model.so"


def _ours_or(path: Path) -> Path:
    """`path`, or the module of ours that stands for a file of FINN's Verilator cannot elaborate."""
    ours = _OURS / path.name
    if ours.is_file() and path.read_bytes() in _finn_files(path.name):
        return ours
    return path


@cache
def _finn_files(name: str) -> frozenset[bytes]:
    """Contents of the files called `name` in FINN's library."""
    spec = find_spec("finn")
    assert spec is not None and spec.submodule_search_locations is not None
    library = Path(next(iter(spec.submodule_search_locations))) / "finn-rtllib"
    return frozenset(path.read_bytes() for path in library.rglob(name))


def _with_frozen_data(text: str) -> str:
    """`text` with the folders of its data files replaced by copies named by their content."""

    def frozen(match: re.Match[str]) -> str:
        folder = Path(match[1])
        files = sorted(path for path in folder.glob("*") if path.suffix in _DATA)
        return f'"{_frozen(files)}/' if files else match[0]

    return re.sub(r'"(/[^"\n]+)/(?=[^"/\n]*")', frozen, text)


def _frozen(files: Iterable[Path]) -> Path:
    files = list(files)
    key = content_key([part for path in files for part in (path.name, path.read_bytes())])

    def make(folder: Path) -> None:
        for path in files:
            shutil.copy(path, folder)

    return made_once("finn_data", key, make)


def _ports(top: str, header: str) -> str:
    """The text of ports.hpp, from the ports that the generated class declares."""
    rows = re.findall(r"VL_(IN|OUT)(?:8|16|64|W)?\(&?(\w+),(\d+),(\d+)(?:,\d+)?\);", header)
    names = {_decoded(member): member for _, member, _, _ in rows}
    if "ap_clk" not in names:
        raise SimError(f"{top} has no port ap_clk, so it is not a design FINN simulates")
    ports = " ".join(
        f'PORT({member}, "{_decoded(member)}", {int(high) - int(low) + 1}, {int(way == "IN")})'
        for way, member, high, low in rows
    )
    clocks = [
        f"#define {macro} {names[clock]}"
        for macro, clock in (("TOP_CLOCK", "ap_clk"), ("TOP_CLOCK2X", "ap_clk2x"))
        if clock in names
    ]
    return "\n".join(["#pragma once", f"#define TOP_PORTS(PORT) {ports}", *clocks, ""])


def _decoded(member: str) -> str:
    """The port that Verilator calls `member`.

    >>> _decoded("a___05Fb")
    'a__b'
    """
    return re.sub(r"__0([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), member)
