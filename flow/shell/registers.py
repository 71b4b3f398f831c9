# SPDX-License-Identifier: MIT
"""The registers of a shell, all from its .rdl: the hardware, and what hosts read of it.

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
    "VIDEO",
    "ZYNQ",
    "Description",
    "Field",
    "Register",
    "register_class",
    "register_files",
    "register_map",
    "register_module",
    "register_sources",
]


@dataclass(frozen=True, slots=True)
class Description:
    """The registers of a kind of shell.

    Attributes:
        stem: of its .rdl, and of the names of all that is made from it
        title: the shell as people call it
        rule: what its table says of all registers
        example: a field that a host may set to 1
    """

    stem: str
    title: str
    rule: str
    example: str

    @property
    def path(self) -> Path:
        """The SystemRDL that all is made from."""
        return Path(__file__).with_name(f"{self.stem}.rdl")

    @property
    def module(self) -> str:
        """Of the SystemVerilog."""
        return f"tarsier_{self.stem}_registers"

    @property
    def python(self) -> str:
        """The file with the class for hosts."""
        return f"{self.stem}_registers.py"

    @property
    def python_class(self) -> str:
        """That class.

        >>> VIDEO.python_class, ZYNQ.python_class
        ('VideoRegisters', 'ZynqRegisters')
        """
        return f"{self.stem.capitalize()}Registers"


VIDEO = Description(
    "video",
    "video shell",
    "What the host sets takes effect with the next frame, unless `control.hold` is 1 or it says"
    "\notherwise.",
    "control.bypass",
)
ZYNQ = Description(
    "zynq",
    "Zynq shell",
    "What the host sets takes effect with the next `start`.",
    "interrupt",
)


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


def register_map(values: Mapping[str, int], described: Description = VIDEO) -> tuple[Register, ...]:
    """All registers in the order of their addresses; `values` are the parameters of the .rdl."""
    from systemrdl.node import RegNode

    root = _compiled(values, described)
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


def register_sources(values: Mapping[str, int], described: Description = VIDEO) -> dict[str, str]:
    """The SystemVerilog of the registers by file name, the package first.

    Its bus is AXI4-Lite, `s_axil_*`; its reset `rst_n` is synchronous.
    """
    from peakrdl_regblock import RegblockExporter
    from peakrdl_regblock.cpuif.axi4lite import AXI4Lite_Cpuif_flattened

    with tempfile.TemporaryDirectory(prefix="tarsier-registers-") as name:
        RegblockExporter().export(
            _compiled(values, described),
            name,
            cpuif_cls=AXI4Lite_Cpuif_flattened,
            module_name=described.module,
            package_name=f"{described.module}_pkg",
            default_reset_activelow=True,
        )
        order = (f"{described.module}_pkg.sv", f"{described.module}.sv")
        return {file: (Path(name) / file).read_text() for file in order}


def register_files(values: Mapping[str, int], described: Description = VIDEO) -> dict[str, str]:
    """What hosts read, by file name: a header of C, a module of Python, and a table for people."""
    registers, stem = register_map(values, described), described.stem
    files = {f"{stem}_registers.h": "h", described.python: "py", f"{stem}_registers.md": "md"}
    return {name: _rendered(kind, registers, described) for name, kind in files.items()}


def register_class(
    values: Mapping[str, int], described: Description = VIDEO
) -> Callable[[Any], Any]:
    """The class of that module of Python, of a bus that reads and writes words."""
    text = _rendered("py", register_map(values, described), described)
    made: Callable[[Any], Any] = register_module(text)[described.python_class]
    return made


def register_module(text: str) -> dict[str, Any]:
    """What the text of a generated module defines, by name."""
    module: dict[str, Any] = {}
    exec(text, module)
    return module


def _rendered(kind: str, registers: tuple[Register, ...], described: Description) -> str:
    return render(
        Path(__file__).with_name(f"registers.{kind}.j2"),
        {"hex": "0x{:02X}".format, "hex32": "0x{:08X}".format},
        registers=registers,
        shell=described,
        prefix=f"TARSIER_{described.stem.upper()}",
    )


def _number(reset: object) -> int | None:
    return reset if isinstance(reset, int) else None


def _compiled(values: Mapping[str, int], described: Description) -> "AddrmapNode":
    from peakrdl_regblock.udps import ALL_UDPS
    from systemrdl import RDLCompiler

    compiler = RDLCompiler()
    for definition in ALL_UDPS:
        compiler.register_udp(definition)
    compiler.compile_file(str(described.path))
    return compiler.elaborate(parameters=dict(values)).top
