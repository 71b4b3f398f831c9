# SPDX-License-Identifier: MIT
"""The registers of the video shell, all from video.rdl: the hardware, and what hosts read of it.

SystemRDL 2.0, compiled by systemrdl-compiler; the SystemVerilog is PeakRDL-regblock's.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tarsier_fpga.hls.base.templates import render

if TYPE_CHECKING:  # it takes longer to load than others should wait
    from systemrdl.node import AddrmapNode

__all__ = [
    "MODULE",
    "REGISTER_MODULE",
    "Field",
    "Register",
    "register_class",
    "register_files",
    "register_map",
    "register_module",
    "register_sources",
]

MODULE = "tarsier_video_registers"
REGISTER_MODULE = "video_registers.py"  # the file with the class for hosts
_DESCRIPTION = Path(__file__).with_name("video.rdl")


@dataclass(frozen=True, slots=True)
class Field:
    """Bits `low` .. `high` of a register; `reset` is None where the hardware gives the value."""

    name: str
    low: int
    high: int
    writable: bool
    reset: int | None
    what: str

    @property
    def mask(self) -> int:
        """The bits of the register that it takes.

        >>> hex(Field("height", 16, 31, True, 0, "").mask)
        '0xffff0000'
        """
        return (1 << self.high + 1) - (1 << self.low)


@dataclass(frozen=True, slots=True)
class Register:
    """32 bits at byte `offset`."""

    name: str
    offset: int
    title: str
    unit: str
    what: str
    fields: tuple[Field, ...]

    @property
    def reset(self) -> int:
        """What it holds behind reset, as far as that is its own."""
        return sum((field.reset or 0) << field.low for field in self.fields)

    @property
    def fixed(self) -> bool:
        """Whether it always holds what it holds behind reset."""
        return not self.writable and all(field.reset is not None for field in self.fields)

    @property
    def writable(self) -> bool:
        """Whether the host sets a field of it."""
        return any(field.writable for field in self.fields)


def register_map(values: Mapping[str, int]) -> tuple[Register, ...]:
    """All registers in the order of their addresses; `values` are the parameters of video.rdl."""
    from systemrdl.node import RegNode

    root = _compiled(values)
    found = [child for child in root.children(unroll=True) if isinstance(child, RegNode)]
    return tuple(
        Register(
            name=node.inst_name,
            offset=node.absolute_address,
            title=node.get_property("name"),
            unit=node.get_property("unit") or "",
            what=node.get_property("desc") or "",
            fields=tuple(
                Field(
                    field.inst_name,
                    field.low,
                    field.high,
                    field.is_sw_writable,
                    _number(field.get_property("reset")),
                    field.get_property("desc") or "",
                )
                for field in node.fields()
            ),
        )
        for node in found
    )


def register_sources(values: Mapping[str, int]) -> dict[str, str]:
    """The SystemVerilog of the registers by file name, the package first: module MODULE.

    Its bus is AXI4-Lite, `s_axil_*`; its reset `rst_n` is synchronous.
    """
    from peakrdl_regblock import RegblockExporter
    from peakrdl_regblock.cpuif.axi4lite import AXI4Lite_Cpuif_flattened

    with tempfile.TemporaryDirectory(prefix="tarsier-registers-") as name:
        RegblockExporter().export(
            _compiled(values),
            name,
            cpuif_cls=AXI4Lite_Cpuif_flattened,
            module_name=MODULE,
            package_name=f"{MODULE}_pkg",
            default_reset_activelow=True,
        )
        order = (f"{MODULE}_pkg.sv", f"{MODULE}.sv")
        return {file: (Path(name) / file).read_text() for file in order}


def register_files(values: Mapping[str, int]) -> dict[str, str]:
    """What hosts read, by file name: a header of C, a module of Python, and a table for people."""
    registers = register_map(values)
    files = {"video_registers.h": "h", REGISTER_MODULE: "py", "video_registers.md": "md"}
    return {name: _rendered(kind, registers) for name, kind in files.items()}


def register_class(values: Mapping[str, int]) -> Callable[[Any], Any]:
    """The class VideoRegisters of that module of Python, of a bus that reads and writes words."""
    return register_module(_rendered("py", register_map(values)))["VideoRegisters"]


def register_module(text: str) -> dict[str, Any]:
    """What the text of a generated module defines, by name."""
    module: dict[str, Any] = {}
    exec(text, module)
    return module


def _rendered(kind: str, registers: tuple[Register, ...]) -> str:
    return render(
        Path(__file__).with_name(f"registers.{kind}.j2"),
        {"hex": "0x{:02X}".format, "hex32": "0x{:08X}".format},
        registers=registers,
    )


def _number(reset: object) -> int | None:
    return reset if isinstance(reset, int) else None


def _compiled(values: Mapping[str, int]) -> "AddrmapNode":
    from peakrdl_regblock.udps import ALL_UDPS
    from systemrdl import RDLCompiler

    compiler = RDLCompiler()
    for definition in ALL_UDPS:
        compiler.register_udp(definition)
    compiler.compile_file(str(_DESCRIPTION))
    return compiler.elaborate(parameters=dict(values)).top
