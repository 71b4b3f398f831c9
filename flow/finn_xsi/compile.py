# SPDX-License-Identifier: MIT
"""Compile FINN's sources to a shared library that `xsi.Design` opens."""

import re
from pathlib import Path

from finn_xsi.srcutil import order_pkg_first

from tarsier_fpga.flow.finn_xsi.sources import read_source
from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.base.errors import SimError
from tarsier_fpga.hls.sim.toolchain import machine, run_tool, verilator
from tarsier_fpga.hls.sim.verilate import VERILATE, link

__all__ = ["compile_sim_obj"]

_HARNESS = Path(__file__).with_name("xsi.cpp")
_HEADERS = (".vh", ".svh")
_SOURCES = (".v", ".sv")
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
    contents = [(path.name, read_source(path)) for path in paths]
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
        if trace:  # what the runtime of all designs lacks, by a name that is compiled before Vtop
            (folder / "cpp" / "VCD.cpp").write_text('#include "verilated_vcd_c.cpp"\n')
        link(folder, _HARNESS, trace)

    return made_once("finn_xsi", key, make) / "model.so"


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
