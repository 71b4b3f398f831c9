# SPDX-License-Identifier: MIT
"""Let FINN write what it would run: its build in a process of its own, the tools stood for."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.synth.amd.settle import Step, read_calls, settle
from tarsier_fpga.flow.synth.amd.target import finn_folder
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["Generated", "generate"]

_HERE = Path(__file__).parent
_TOOLS = ("vivado", "vitis_hls", "vitis-run", "v++", "kernelinfo")  # that FINN may call


@dataclass(frozen=True, slots=True)
class Generated:
    """What FINN would have run, and what it made.

    Attributes:
        cells: FINN's name of each cell -> ours, "" where it has none
        dmas: name and memory port in bits of the DMA of each stream outside, inputs first
    """

    steps: list[Step]
    cells: dict[str, str]
    dmas: list[tuple[str, int]]


def generate(graph: Path, name: str, board: Board, work: Path) -> Generated:
    """Let FINN build `graph` into `work`/finn for the board it calls `name`.

    Raises:
        FlowError: FINN refuses.
    """
    build, tools, calls = work / "finn", work / "tools", work / "calls"
    for folder in (build, tools):
        folder.mkdir()
    for program in _TOOLS:
        shutil.copy(_HERE / "elsewhere.py", tools / program)
        (tools / program).chmod(0o755)
    shell = board.shell.name if board.shell else ""
    request = {
        "platform": board.platform,
        "board": name,
        "part": board.part,
        "shell": shell,
        "period_ns": 1000 / board.clock_mhz,
    }
    places = {  # by the names that run.sh gives them
        "FINN_BUILD_DIR": str(build),
        "FINN_DEPS": str(work / "finn_deps"),
        "FINN_RTLLIB": str(finn_folder() / "finn-rtllib"),
    }
    elsewhere = {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "FINN_TOOL_DIR_OVERRIDE": str(tools),
        "NUM_DEFAULT_WORKERS": "1",
        "TARSIER_CALLS": str(calls),
        # FINN asks whether these are set, and how a Vivado of this version calls HLS.
        "XILINX_VIVADO": "/elsewhere/Vivado/2022.2",
        "XILINX_VITIS": "/elsewhere",
        "XILINX_XRT": "/elsewhere",
        "PLATFORM_REPO_PATHS": "/elsewhere",
    }
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "tarsier_fpga.flow.synth.amd.finn_build",
        graph,
        json.dumps(request),
        build,
    ]
    done = subprocess.run(
        command, env=os.environ | places | elsewhere, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise FlowError(f"FINN cannot build this design for {board.name}: {last[0]}")
    made = json.loads((build / "made.json").read_text())
    (build / "made.json").unlink()
    steps = settle(build, read_calls(calls), places)
    shutil.rmtree(tools)
    calls.unlink()
    return Generated(steps, made["layers"], [(dma, bits) for dma, bits in made["dmas"]])
