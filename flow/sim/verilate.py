# SPDX-License-Identifier: MIT
"""Compile a netlist, or one kernel, to a simulation model; once for each content.

Verilator is two-state, so what X would show in other simulators is shown by random initial values:
every register without reset, and every memory, starts with random contents.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from flow.cache import content_key, made_once
from flow.netlist import Netlist, single
from flow.rtl_top import rtl_top
from flow.sim.model import Model
from flow.sim.toolchain import compile_objects, cxx, run_tool, verilator, verilator_include
from hls.instance import Instance, Stream, rtl_path

__all__ = ["build"]

_HARNESS = Path(__file__).with_name("harness.cpp")
_VERILATE = (
    "--cc --prefix Vtop -O3 --flatten --x-assign fast --x-initial unique "
    "--no-timing --output-split 20000 -Wno-fatal"
).split()
_CXX = "-O2 -march=native -fPIC -std=c++17 -DVERILATOR=1 -DVM_TRACE=0 -DVM_COVERAGE=0".split()
_RUNTIME = ("verilated.cpp", "verilated_threads.cpp", "verilated_random.cpp")


def build(design: Netlist | Instance, probes: Mapping[str, str] | None = None) -> Model:
    """A model of `design`, compiled or taken from the cache.

    `probes` maps names of your choice to registers inside, written `cell.register`; their values
    are in the result of a run.

    Raises:
        ToolError: a tool is missing, or Verilator refuses the design (its message is passed on).
    """
    netlist = single(design) if isinstance(design, Instance) else design
    probes = dict(probes or {})
    top = rtl_top(netlist)
    sources = [rtl_path(module) for module in netlist.modules]
    ports = _ports(netlist, probes)
    config = _public(probes)
    key = content_key(
        [
            top,
            ports,
            config,
            *(source.read_bytes() for source in sources),
            _HARNESS.read_bytes(),
            " ".join(_VERILATE + _CXX),
            verilator().read_bytes()[-4096:],
            cxx(),
        ]
    )

    def make(folder: Path) -> None:
        (folder / f"{netlist.name}.sv").write_text(top)
        (folder / "ports.hpp").write_text(ports)
        (folder / "public.vlt").write_text(config)
        files = [folder / "public.vlt", *sources, folder / f"{netlist.name}.sv"]
        run_tool(
            [verilator(), *_VERILATE, "--top-module", netlist.name, "--Mdir", folder, *files],
            folder,
        )
        include = [f"-I{folder}", f"-I{verilator_include()}", f"-I{verilator_include()}/vltstd"]
        generated = sorted(folder.glob("Vtop*.cpp"))
        objects = compile_objects([*generated, _HARNESS], [*_CXX, *include], folder)
        model = folder / "model.so"
        run_tool([cxx(), "-shared", *objects, *_runtime(), "-pthread", "-o", model], folder)
        for leftover in [*objects, *generated, *folder.glob("Vtop*")]:
            leftover.unlink(missing_ok=True)

    library = made_once("verilated", key, make) / "model.so"
    return Model(netlist.inputs, netlist.outputs, tuple(probes), library)


@cache
def _runtime() -> tuple[Path, ...]:
    """Verilator's own C++, compiled once for all designs."""
    sources = [verilator_include() / name for name in _RUNTIME]
    include = [f"-I{verilator_include()}", f"-I{verilator_include()}/vltstd"]
    key = content_key([*(source.read_bytes() for source in sources), " ".join(_CXX), cxx()])
    folder = made_once(
        "runtime", key, lambda work: compile_objects(sources, [*_CXX, *include], work)
    )
    return tuple(sorted(folder.glob("*.o")))


def _ports(netlist: Netlist, probes: Mapping[str, str]) -> str:
    def table(name: str, streams: tuple[Stream, ...]) -> str:
        rows = " ".join(f"PORT({s.name}, {-(-s.width // 32)})" for s in streams)
        return f"#define {name}(PORT) {rows}"

    path = " ".join(
        f"PROBE({netlist.name}__DOT__{target.replace('.', '__DOT__')})"
        for target in probes.values()
    )
    return "\n".join(
        [
            "#pragma once",
            table("TOP_INPUTS", netlist.inputs),
            table("TOP_OUTPUTS", netlist.outputs),
            f"#define TOP_PROBES(PROBE) {path}",
            "",
        ]
    )


def _public(probes: Mapping[str, str]) -> str:
    registers = sorted({target.rsplit(".", 1)[1] for target in probes.values()})
    rows = [f'public_flat_rd -module "*" -var "{register}"' for register in registers]
    return "\n".join(["`verilator_config", *rows, ""])
