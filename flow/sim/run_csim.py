# SPDX-License-Identifier: MIT
"""C simulation: the HLS twins of a netlist, compiled by g++ with the open ap_types headers."""

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from flow.cache import content_key, made_once
from flow.csim_top import csim_top
from flow.netlist import Netlist, single
from flow.sim.errors import SimError
from flow.sim.toolchain import ap_types, cxx, machine, run_tool
from hls.beats import words
from hls.instance import Instance, cpp_path

__all__ = ["run"]

_CXX = ["-O1", "-std=c++17", "-Wno-unknown-pragmas", "-Wno-attributes"]


def run(design: Netlist | Instance, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the twins make of `inputs`: stream name -> (beats, words) uint32, as for Model.run.

    Raises:
        ToolError: no compiler, or the C++ does not compile.
        SimError: the program fails.
    """
    netlist = single(design) if isinstance(design, Instance) else design
    program = _program(netlist)
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
    text = csim_top(netlist)
    headers = [cpp_path(module) for module in netlist.modules]
    # ap_types refuses wider integers than this; a beat is padded to 32-bit words on its way in.
    widest = max(1024, *(stream.width + 31 for stream in netlist.streams))
    flags = [*_CXX, f"-DAP_INT_MAX_W={widest}"]
    contents = [path.read_bytes() for path in sorted(_siblings(headers))]
    key = content_key([text, *contents, *flags, machine()])

    def make(folder: Path) -> None:
        source = folder / "csim.cpp"
        source.write_text(text)
        include = [f"-I{ap_types()}", *(f"-I{path}" for path in {h.parent for h in headers})]
        run_tool([cxx(), *flags, *include, source, "-o", folder / "csim"], folder)

    return made_once("csim", key, make) / "csim"


def _siblings(headers: list[Path]) -> set[Path]:
    # Twins include small common headers beside them, so all of the folder counts as content.
    return {path for header in headers for path in header.parent.glob("*.hpp")}
