# SPDX-License-Identifier: MIT
"""C simulation: the HLS twins of a netlist, compiled by g++ with the open ap_types headers."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.base.errors import SimError
from tarsier_fpga.hls.netlist.beats import words
from tarsier_fpga.hls.netlist.csim_top import csim_top
from tarsier_fpga.hls.netlist.instance import Instance, cpp_sources
from tarsier_fpga.hls.netlist.netlist import Netlist, single
from tarsier_fpga.hls.sim.toolchain import ap_types, cxx, machine, run_tool

__all__ = ["PROGRAM", "compile_program", "execute", "run", "sources"]

PROGRAM = "csim.cpp"
_FLAGS = ["-O1", "-std=c++17", "-Wno-unknown-pragmas", "-Wno-attributes"]
_IO = Path(__file__).parents[1] / "netlist" / "csim_io.hpp"


def run(design: Netlist | Instance, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the twins make of `inputs`: stream name -> (beats, words) uint32, as for Model.run.

    Raises:
        ToolError: no compiler, or the C++ does not compile.
        SimError: the program fails.
    """
    netlist = single(design) if isinstance(design, Instance) else design
    return execute(_program(netlist), netlist, inputs)


def sources(netlist: Netlist) -> dict[str, str]:
    """Texts by file name: the program, PROGRAM, and every header it includes from its folder."""
    texts = {_IO.name: _IO.read_text(), PROGRAM: csim_top(netlist)}
    for kernel in netlist.kernels:
        texts |= cpp_sources(kernel)
    return texts


def compile_program(source: Path, program: Path, flags: tuple[str, ...] = ()) -> None:
    """Compile `source`, with the headers beside it and the open ap_types, to `program`."""
    run_tool([cxx(), *_FLAGS, *flags, f"-I{ap_types()}", source, "-o", program], source.parent)


def execute(
    program: Path, netlist: Netlist, inputs: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """As `run`, by a compiled program that has the streams of `netlist`."""
    with tempfile.TemporaryDirectory(prefix="tarsier-csim-") as name:
        folder = Path(name)
        for stream in netlist.inputs:
            (folder / f"{stream.name}.in").write_bytes(
                np.ascontiguousarray(inputs[stream.name], "<u4").tobytes()
            )
        done = subprocess.run([program, folder], capture_output=True, text=True)
        if done.returncode:
            raise SimError(f"{netlist.name}: C simulation failed: {done.stderr.strip()[-300:]}")
        return {
            stream.name: np.frombuffer((folder / f"{stream.name}.out").read_bytes(), "<u4").reshape(
                -1, words(stream.width)
            )
            for stream in netlist.outputs
        }


def _program(netlist: Netlist) -> Path:
    texts = sources(netlist)
    key = content_key([part for item in texts.items() for part in item] + [*_FLAGS, machine()])

    def make(folder: Path) -> None:
        for name, text in texts.items():
            (folder / name).write_text(text)
        compile_program(folder / PROGRAM, folder / "csim")

    return made_once("csim", key, make) / "csim"
