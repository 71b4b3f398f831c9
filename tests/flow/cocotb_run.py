# SPDX-License-Identifier: MIT
"""Compile a kernel or a design behind its FINN shell for cocotb on Verilator, and run it."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

from cocotb_tools.runner import get_runner

from tarsier_fpga.flow.ops.shell import shell
from tarsier_fpga.hls.netlist.instance import Instance, Stream
from tarsier_fpga.hls.sim.toolchain import cxx, verilator
from tests.hls.grid import Beats

__all__ = ["CLOCK_NS", "cocotb_run", "plan", "run_bench"]

CLOCK_NS = 4
_HERE = str(Path(__file__).parent)
# The wheel's verilated.mk names the tools that it was configured for.
_MAKE = f"CXX={cxx()} LINK={cxx()} AR=ar PYTHON3={sys.executable}"
_MAKE += " CFG_CXXFLAGS_PCH_I=-include CFG_GCH_IF_CLANG="


def plan(kernel: Instance, inputs: Beats, outputs: Beats, pause: float) -> dict:
    """What cocotb_bench.py shall send and expect."""
    return {
        "inputs": _hex_beats("in", kernel.inputs, inputs),
        "outputs": _hex_beats("out", kernel.outputs, outputs),
        "pause": pause,
        "seed": 1,
        "clock_ns": CLOCK_NS,
    }


def cocotb_run(
    folder: Path, kernel: Instance, sources: Mapping[str, str], todo: dict, optimize: str
) -> Path:
    """As `run_bench`, of `kernel` behind its FINN shell."""
    texts = {**sources, "bench.v": shell("bench", kernel)}
    return run_bench(folder, texts, "bench", "cocotb_bench", _HERE, todo, optimize)


def run_bench(
    folder: Path,
    sources: Mapping[str, str],
    top: str,
    module: str,
    place: str,
    todo: dict,
    optimize: str,
) -> Path:
    """results.xml of a run in `folder`; `optimize` is a level of g++.

    The Python `module` in the folder `place` drives module `top` as `todo` says.

    Raises:
        RuntimeError: the simulator failed; with the end of its log.
    """
    for name, text in sources.items():
        (folder / name).write_text(text)
    (folder / "plan.json").write_text(json.dumps(todo))
    environment = {
        "VERILATOR_ROOT": str(verilator().parents[1]),
        "PATH": f"{verilator().parent}:/usr/bin:/bin",
        "MAKEFLAGS": f"-- {_MAKE} OPT_FAST={optimize} OPT_GLOBAL={optimize}",
    }
    runner, results = get_runner("verilator"), folder / "results.xml"
    with patch.dict(os.environ, environment), patch.object(sys, "path", [place, *sys.path]):
        runner.build(
            sources=[folder / name for name in sources],
            hdl_toplevel=top,
            build_dir=folder / "sim",
            always=True,
            build_args=["--no-timing", "-Wno-fatal", "--max-num-width", "1048576"],
            timescale=("1ns", "1ps"),
            log_file=folder / "build.log",
        )
        try:
            runner.test(
                test_module=module,
                hdl_toplevel=top,
                build_dir=folder / "sim",
                test_dir=folder,
                results_xml=str(results),
                extra_env={"BENCH_PLAN": str(folder / "plan.json")},
                log_file=folder / "test.log",
            )
        except SystemExit:
            raise RuntimeError((folder / "test.log").read_text()[-3000:]) from None
    return results


def _hex_beats(prefix: str, streams: tuple[Stream, ...], beats: Beats) -> dict[str, list[str]]:
    """The beats of each AXI port as the hex digits of its whole bytes, lowest byte first."""
    return {
        f"{prefix}{number}_V": [beat.tobytes()[: -(-s.width // 8)].hex() for beat in beats[s.name]]
        for number, s in enumerate(streams)
    }
