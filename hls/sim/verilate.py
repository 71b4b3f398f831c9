# SPDX-License-Identifier: MIT
"""Compile a netlist, or one kernel, to a simulation model; once for each content.

Verilator is two-state, so what X would show in other simulators is shown by random initial values:
every register without reset, and every memory, starts with random contents.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.netlist.beats import words
from tarsier_fpga.hls.netlist.instance import Instance, Stream, rtl_sources
from tarsier_fpga.hls.netlist.netlist import Netlist, single
from tarsier_fpga.hls.netlist.rtl_top import rtl_top
from tarsier_fpga.hls.sim.toolchain import (
    compile_objects,
    cxx,
    machine,
    run_tool,
    verilator,
    verilator_fst,
    verilator_include,
    verilator_runtime,
)
from tarsier_fpga.hls.sim.verilated import Model

__all__ = ["MEMORY_MODEL", "VERILATE", "Part", "build", "build_sources", "link"]

_HARNESS = Path(__file__).with_name("harness.cpp")
MEMORY_MODEL = Path(__file__).with_name("tarsier_axi_memory_model.sv")
VERILATE = ["--cc", "--prefix", "Vtop", "-O3", "--flatten", "--no-timing"]
VERILATE += ["-Wno-fatal", "-Werror-USERERROR"]
VERILATE += ["--x-assign", "fast", "--x-initial", "unique", "--output-split", "20000"]
VERILATE += ["--max-num-width", "1048576"]  # tables travel as one literal
_CXX = ["-march=native", "-fPIC", "-std=c++17"]
_CXX += ["-DVERILATOR=1", "-DVM_COVERAGE=0"]
# liblz4's header is rarely installed, zlib's nearly always: fst/ stands in for the first.
_FST = ["-DVM_TRACE_FST=1", f"-idirafter{Path(__file__).with_name('fst')}"]
_SMALL = 500_000  # bytes of C++ that compile faster as one unit than in parallel
_FAST, _SLOW = "-O2", "-O0"  # what runs every cycle, and what runs once at the start


@dataclass(frozen=True, slots=True)
class Part:
    """The instance of a module within the top."""

    instance: str
    module: str


def build(
    design: Netlist | Instance,
    probes: Mapping[str, str] | None = None,
    knobs: Mapping[str, str] | None = None,
    watched: Sequence[Stream] = (),
) -> Model:
    """A model of `design`, compiled or taken from the cache.

    `probes` maps names of your choice to registers inside, written `cell.register`, whose values
    are in the result of a run; `knobs` likewise names variables that a run can set. `watched` the
    streams inside whose every cycle is counted.

    Raises:
        ToolError: a tool is missing, or Verilator refuses the design (its message is passed on).
    """
    netlist = single(design) if isinstance(design, Instance) else design
    sources: dict[str, str] = {}
    for kernel in netlist.kernels:
        sources |= _sources(kernel)
    if any(cell.instance.memory for cell in netlist.cells):
        sources[MEMORY_MODEL.name] = MEMORY_MODEL.read_text()
    sources[f"{netlist.name}.sv"] = rtl_top(netlist, simulated=True)
    return build_sources(
        netlist.name, sources, netlist.inputs, netlist.outputs, probes or {}, knobs or {}, watched
    )


def build_sources(
    top: str,
    sources: Mapping[str, str],
    inputs: tuple[Stream, ...],
    outputs: tuple[Stream, ...],
    probes: Mapping[str, str],
    knobs: Mapping[str, str],
    watched: Sequence[Stream] = (),
    traced: bool = False,
    threads: int = 1,
    options: Sequence[str] = (),
    within: Part | None = None,
) -> Model:
    """As `build`, from SystemVerilog texts by file name and the streams of module `top`.

    A `traced` model can write waves of what happens between two beats of `watched` streams, which
    are `within` a part of the top, if not in itself.
    `threads` is how many share a cycle's work; they pay in large designs only.
    """
    texts = {
        **sources,
        "ports.hpp": _ports(top, inputs, outputs, probes, knobs, watched, within),
        "public.vlt": _public(within.module if within else top, probes, knobs, watched),
    }
    waves = ["--trace-fst", "--trace-structs", "--no-trace-params"] if traced else []
    key = content_key(
        [
            *(part for item in sorted(texts.items()) for part in item),
            _HARNESS.read_bytes(),
            f"{VERILATE} {_CXX} {_SMALL} {_FAST} {_SLOW}",  # how, but not its comments
            f"{verilator()} {verilator().stat().st_size}",
            machine(),
            f"{traced} {threads} {options}",
        ]
    )

    def make(folder: Path) -> None:
        for name, text in texts.items():
            (folder / name).write_text(text)
        wanted: list[str | Path] = [
            *VERILATE,
            *options,
            *waves,
            "--threads",
            str(threads),
            "--top-module",
            top,
            "--Mdir",
            "cpp",
        ]
        run_tool([verilator(), *wanted, "public.vlt", *sources.keys()], folder)
        link(folder, _HARNESS, trace=traced, fst=traced)

    library = made_once("verilated", key, make) / "model.so"
    names = tuple(probes), tuple(knobs), tuple(stream.name for stream in watched)
    scope = f"{top}.{within.instance}" if within else top
    return Model(inputs, outputs, *names, scope if traced else "", library)


def link(folder: Path, harness: Path, trace: bool = False, fst: bool = False) -> None:
    """Compile the C++ in `folder`/cpp, then removed, and `harness` to `folder`/model.so.

    `trace` is for models that were Verilated with waves, `fst` for those with FST ones.
    """
    include = [f"-I{folder}", f"-I{folder}/cpp", *verilator_include()]
    flags = [*_CXX, f"-DVM_TRACE={int(trace)}", *(_FST if fst else []), *include]
    units = _units(folder / "cpp", harness) + ([(verilator_fst(), _FAST)] if fst else [])
    objects = compile_objects([(path, [level, *flags]) for path, level in units], folder / "cpp")
    parts: list[str | Path] = [*objects, *_runtime(), "-pthread", *(["-lz"] if fst else [])]
    run_tool([cxx(), "-shared", *parts, "-o", folder / "model.so"], folder)
    shutil.rmtree(folder / "cpp")


def _sources(kernel: Instance) -> dict[str, str]:
    beside = Path(__file__).with_name(f"{kernel.sv_module}.sv")
    if beside.is_file():
        return {beside.name: beside.read_text(), **kernel.sources}
    return rtl_sources(kernel)


def _units(folder: Path, harness: Path) -> list[tuple[Path, str]]:
    """The generated C++ and the harness as few translation units, each with its optimization.

    Most of the time to compile a small design goes into reading Verilator's headers, once a unit.
    """
    generated = sorted(folder.glob("*.cpp"))
    slow = [path for path in generated if "__Slow" in path.name]
    fast = [path for path in generated if path not in slow] + [harness]
    if sum(path.stat().st_size for path in generated) < _SMALL:
        return [(_unit(folder / "all.cpp", fast + slow), _FAST)]
    halves = [(_unit(folder / f"fast{n}.cpp", fast[n::2]), _FAST) for n in range(2)]
    return [*halves, (_unit(folder / "slow.cpp", slow), _SLOW)]


def _unit(path: Path, parts: list[Path]) -> Path:
    path.write_text("".join(f'#include "{part}"\n' for part in parts))
    return path


@cache
def _runtime() -> tuple[Path, ...]:
    """Verilator's own C++, compiled once for all designs."""
    sources = verilator_runtime()
    flags = [_FAST, *_CXX, "-DVM_TRACE=0", *verilator_include()]
    key = content_key([*(source.read_bytes() for source in sources), *flags, machine()])
    folder = made_once("runtime", key, lambda work: _compile(sources, flags, work))
    return tuple(sorted(folder.glob("*.o")))


def _compile(sources: Sequence[Path], flags: list[str], folder: Path) -> None:
    compile_objects([(path, flags) for path in sources], folder)


def _ports(
    top: str,
    inputs: tuple[Stream, ...],
    outputs: tuple[Stream, ...],
    probes: Mapping[str, str],
    knobs: Mapping[str, str],
    watched: Sequence[Stream],
    within: Part | None,
) -> str:
    def streams(name: str, ports: tuple[Stream, ...]) -> str:
        rows = " ".join(f"PORT({port.name}, {words(port.width)})" for port in ports)
        return f"#define {name}(PORT) {rows}"

    def registers(name: str, targets: Mapping[str, str]) -> str:
        rows = " ".join(
            f"ITEM({top}__DOT__{target.replace('.', '__DOT__')})" for target in targets.values()
        )
        return f"#define {name}(ITEM) {rows}"

    place = f"{top}__DOT__{within.instance}" if within else top
    wires = " ".join(f"WIRE({place}__DOT__{s.name}, {words(s.width)})" for s in watched)
    return "\n".join(
        [
            "#pragma once",
            streams("TOP_INPUTS", inputs),
            streams("TOP_OUTPUTS", outputs),
            registers("TOP_PROBES", probes),
            registers("TOP_KNOBS", knobs),
            f"#define TOP_WATCHED(WIRE) {wires}",
            "",
        ]
    )


def _public(
    module: str, probes: Mapping[str, str], knobs: Mapping[str, str], watched: Sequence[Stream]
) -> str:
    def rows(access: str, targets: Mapping[str, str]) -> list[str]:
        registers = sorted({target.rsplit(".", 1)[1] for target in targets.values()})
        return [f'{access} -module "*" -var "{register}"' for register in registers]

    wires = [
        f'public_flat_rd -module "{module}" -var "{stream.name}_{wire}"'
        for stream in watched
        for wire in ("valid", "ready", "data")
    ]
    marks = [*rows("public_flat_rd", probes), *rows("public_flat_rw", knobs), *wires]
    return "\n".join(["`verilator_config", *marks, ""])
