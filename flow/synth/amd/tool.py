# SPDX-License-Identifier: MIT
"""AMD's two tools: what they end in, for which boards, and what they need on the PATH."""

import shutil
from dataclasses import dataclass
from enum import StrEnum

from tarsier_fpga.flow.board import Platform

__all__ = ["Program", "Tool", "missing"]


@dataclass(frozen=True, slots=True)
class Program:
    """What a tool needs on the PATH: one of `names`."""

    title: str
    names: tuple[str, ...]
    unlocks: str


_VIVADO = Program("Vivado", ("vivado",), "synth: bitstreams for Zynq boards")
_HLS = Program(
    "Vitis HLS",
    ("vitis-run", "vitis_hls"),
    "synth: kernels in C++, as FINN's memory ports are",
)
_VITIS = Program("Vitis", ("v++",), "synth: xclbins for Alveo cards")


class Tool(StrEnum):
    """What ends in a bitstream for a Zynq, or in an xclbin for an Alveo."""

    VIVADO = "vivado"
    VITIS = "vitis"

    @property
    def purpose(self) -> str:
        return {
            Tool.VIVADO: "makes bitstreams for Zynq boards",
            Tool.VITIS: "makes xclbins for Alveo cards",
        }[self]

    @property
    def platform(self) -> Platform:
        return Platform.ZYNQ if self is Tool.VIVADO else Platform.ALVEO

    @property
    def programs(self) -> tuple[Program, ...]:
        common = (_VIVADO, _HLS)
        return common if self is Tool.VIVADO else (*common, _VITIS)


def missing(tool: Tool) -> list[str]:
    """What `tool` needs that is not on the PATH."""
    return [
        " or ".join(need.names) for need in tool.programs if not any(map(shutil.which, need.names))
    ]
