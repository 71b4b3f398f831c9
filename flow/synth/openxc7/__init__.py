# SPDX-License-Identifier: MIT
"""A bitstream for a Zynq-7000 board, made with open tools only.

The network of a design in the shell of flow/shell/zynq.py, without anything of the vendor's: Yosys
synthesizes it, nextpnr of openXC7 places and routes it, and prjxray's tools or fpga-as pack the
bitstream. Yosys comes with Tarsier, the rest is the user's own installation of openXC7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.flow.board import Board, Platform
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.findings import Finding
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.hls.cost.family import Family

__all__ = ["BACKENDS", "OpenXc7Backend"]


@dataclass(frozen=True, slots=True)
class OpenXc7Backend:
    """`tarsier run --accel pynq` drives what it makes."""

    name: str = "openxc7"
    purpose: str = "makes bitstreams for Zynq-7000 boards with open tools"
    families: tuple[Family, ...] = (Family.SERIES7,)
    platforms: tuple[Platform, ...] = (Platform.ZYNQ,)
    writes_project: bool = False
    deploys: str | None = None

    def needs(self) -> Sequence[Finding]:
        from tarsier_fpga.flow.synth.openxc7.install import findings

        return findings()

    def project(self, folder: Path, board: Board, out: Path, show: Show) -> None:
        raise FlowError("openxc7 has no project: it is run where openXC7 is installed")

    def run(self, folder: Path, board: Board, out: Path, show: Show) -> Synthesis:
        from tarsier_fpga.flow.synth.openxc7.bitstream import build

        return build(folder, board, out, show)


BACKENDS = (OpenXc7Backend(),)
