# SPDX-License-Identifier: MIT
"""Bitstreams for Zynq and xclbins for Alveo, by FINN's own builds with our operators in them.

FINN runs here to its end with stand-ins for Vivado and Vitis; what it would have run becomes a
project that can be moved, and run.sh in it is what runs the tools, here or on another machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.flow.board import Board, Platform
from tarsier_fpga.flow.synth.amd.tool import Tool
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.findings import Finding, program
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.cost.family import AMD, Family

__all__ = ["BACKENDS", "VendorBackend"]


@dataclass(frozen=True, slots=True)
class VendorBackend:
    """FINN's build for the boards of one tool."""

    tool: Tool
    families: tuple[Family, ...] = AMD
    writes_project: bool = True
    deploys: str | None = "deploy"

    @property
    def name(self) -> str:
        return self.tool.value

    @property
    def purpose(self) -> str:
        return self.tool.purpose

    @property
    def platforms(self) -> tuple[Platform, ...]:
        return (self.tool.platform,)

    def needs(self) -> Sequence[Finding]:
        return [
            Finding(need.title, next(filter(None, map(program, need.names)), None), need.unlocks)
            for need in self.tool.programs
        ]

    def project(self, folder: Path, board: Board, out: Path, show: Show) -> None:
        from tarsier_fpga.flow.synth.amd.vendor_build import write

        write(folder, board, out, show, self.tool)

    def run(self, folder: Path, board: Board, out: Path, show: Show) -> Synthesis:
        from tarsier_fpga.flow.synth.amd.vendor_build import build

        return build(folder, board, out, show, self.tool)


BACKENDS = tuple(VendorBackend(tool) for tool in Tool)
