# SPDX-License-Identifier: MIT
"""A configured kernel as plain facts: module, parameters, streams, and its C++ twin."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "Bits",
    "Instance",
    "Memory",
    "Stream",
    "Table",
    "cpp_paths",
    "cpp_sources",
    "pack_bits",
    "rtl_path",
    "rtl_paths",
    "rtl_sources",
    "sv_literal",
    "sv_name",
]

_HERE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Bits:
    """An unsigned vector of exactly `width` bits."""

    width: int
    value: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A valid/ready/data port group `<name>_*` that carries `width` bits a beat.

    They are `lanes` integers of equal width, lane 0 in the lowest bits.
    """

    name: str
    width: int
    lanes: int = 1
    signed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A C++ constant array of `width`-bit integers, in the shape of `values`."""

    name: str
    width: int
    signed: bool
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class Memory:
    """An AXI4 master port `m_axi_*` to `words` words of `width` bits from byte `base` on."""

    address_width: int
    width: int
    words: int
    base: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One kernel with its parameters: what a netlist, a test bench or a C++ call is made from."""

    module: str
    params: Mapping[str, int | StrEnum | Bits]
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]
    function: str = ""  # the C++ twin in namespace bnn; empty where there is none
    template: tuple[int, ...] = ()
    tables: tuple[Table, ...] = ()
    memory: Memory | None = None
    primed: bool = False  # the twin is told whether it has given what it holds at the start
    # Further ports: inputs `<name>_i`, in simulation held at a value, and outputs `<name>_o`.
    held: Mapping[str, Bits] = field(default_factory=dict)
    reported: Mapping[str, int] = field(default_factory=dict)  # bits
    beats_per_count: int = 1  # of the first input, for each unit of the twin's last argument
    # Where hls/rtl has no such module: the files with it and with what it needs, by name, and what
    # it is said to take.
    sources: Mapping[str, str] = field(default_factory=dict)
    area: Mapping[str, int] = field(default_factory=dict)  # lut, ff
    latency: int = 0  # cycles from x to y

    @property
    def kernel(self) -> str:
        """The kernel's name, without the content hash of a generated module.

        >>> Instance("int_dot_const_0123456789ab", {}, (), ()).kernel
        'int_dot_const'
        """
        return re.sub(r"_[0-9a-f]{12}$", "", self.module)

    def number(self, name: str) -> int:
        """The parameter `name`, an integer.

        Raises:
            KernelError: there is no such parameter, or it is something else.
        """
        value = self.params.get(name)
        if not isinstance(value, int):
            raise KernelError(f"{self.kernel}: {name}={value} must be an integer parameter")
        return value

    def simulate(
        self,
        x: "ArrayLike | Mapping[str, ArrayLike]",
        *,
        stalls: float | Mapping[str, float] = 0.0,
        seed: int = 0,
    ) -> Any:
        """What the SystemVerilog makes of `x` in Verilator; compiled once, seconds.

        Args:
            x: integers, (beats, lanes) or of any shape that these are the last axes of; by stream
                name where there are several inputs
            stalls: the chance, in each cycle, that a stream does not offer or accept a beat; one
                for all, or by stream name

        Returns:
            (beats, lanes) integers; by stream name where there are several outputs.

        Raises:
            KernelError: an integer does not fit in its lane, or the lanes are not that many.
            SimError: the kernel stands still before it has taken all of `x`.
            ToolError: a tool is missing.

        >>> from tarsier_fpga import hls
        >>> hls.requant(lanes=2, x_width=8, shift=2, y_width=4, y_min=-8, y_max=7).simulate(
        ...     [[10, -10], [100, -1]]
        ... ).tolist()
        [[2, -2], [7, 0]]
        """
        # by the front door, since the simulator stands on netlists
        from tarsier_fpga import hls

        return hls.simulate(self, x, stalls, seed)

    def bits(self, name: str) -> Bits:
        """The parameter `name`, a vector of bits.

        Raises:
            KernelError: there is no such parameter, or it is something else.
        """
        value = self.params.get(name)
        if not isinstance(value, Bits):
            raise KernelError(f"{self.kernel}: {name}={value} must be a parameter of bits")
        return value

    @property
    def sv_module(self) -> str:
        """The name of its SystemVerilog module: with our prefix, unless `sources` of another
        package have it without.

        >>> Instance("fifo", {}, (), ()).sv_module
        'tarsier_fifo'
        """
        return self.module if f"{self.module}.sv" in self.sources else sv_name(self.module)


def sv_name(module: str) -> str:
    """The SystemVerilog name of kernel or part `module`: SystemVerilog has one space of names,
    and FINN's library, for one, has a fifo and a requant too.
    """
    return f"tarsier_{module}"


def pack_bits(values: np.ndarray, width: int) -> Bits:
    """All items of `values`, row-major, as two's complement of `width` bits, item 0 lowest.

    Raises:
        KernelError: an item needs more than `width` bits, or `width` is not in 1..63.

    >>> hex(pack_bits(np.array([[1, 2], [-1, 0]]), 4).value)
    '0xf21'
    """
    items = np.asarray(values).astype(np.int64).ravel()
    if not 1 <= width <= 63:
        raise KernelError(f"pack_bits: width={width} must be in 1..63")
    if items.size and (items.min() < -(1 << (width - 1)) or items.max() >= 1 << width):
        raise KernelError(
            f"pack_bits: items {items.min()}..{items.max()} do not fit in width={width} bits"
        )
    bits = (items[:, None] >> np.arange(width)) & 1
    packed = np.packbits(bits.astype(np.uint8), bitorder="little")
    return Bits(items.size * width, int.from_bytes(packed.tobytes(), "little"))


def sv_literal(value: int | StrEnum | Bits) -> str:
    """`value` as a literal of SystemVerilog, and of Verilog; a choice is its place in its enum.

    >>> sv_literal(Bits(9, 0x1A)), sv_literal(-3)
    ("9'h1a", '-3')
    >>> sv_literal(StrEnum("Colour", ["RED", "GREEN"]).GREEN)
    '1 /* green */'
    """
    match value:
        case Bits(width, number):
            return f"{width}'h{number:x}"
        case StrEnum():
            return f"{list(type(value)).index(value)} /* {value} */"
        case _:
            return str(value)


def rtl_path(module: str) -> Path:
    """The SystemVerilog file that defines kernel or part `module`."""
    found = _rtl_files().get(sv_name(module))
    return found or _existing(_HERE / "rtl" / f"{sv_name(module)}.sv", module)


def rtl_paths(module: str) -> list[Path]:
    """The SystemVerilog files of `module`: its own, then those of all that they name.

    >>> [path.name for path in rtl_paths("residual_add")]
    ['tarsier_residual_add.sv', 'tarsier_clamp.sv']
    """
    files = _rtl_files()
    paths = [rtl_path(module)]
    for path in paths:  # grows on the way
        needed = [files[name] for name in _named(path.read_text()) if name in files]
        paths += [other for other in dict.fromkeys(needed) if other not in paths]
    return paths


def cpp_paths(module: str) -> list[Path]:
    """The header with the HLS C++ twin of `module`, and those it includes from its folder.

    >>> [path.name for path in cpp_paths("residual_add")]
    ['residual_add.hpp', 'lanes.hpp']
    """
    paths = [_existing(_HERE / "cpp" / f"{module}.hpp", module)]
    for path in paths:  # grows on the way
        for name in re.findall(r'^#include "(.+)"', path.read_text(), re.MULTILINE):
            if path.with_name(name) not in paths:
                paths.append(path.with_name(name))
    return paths


def rtl_sources(kernel: Instance) -> dict[str, str]:
    """The SystemVerilog of `kernel` by file name, generated or from hls/rtl."""
    return _generated(kernel, ".sv") or _texts(rtl_paths(kernel.module))


def cpp_sources(kernel: Instance) -> dict[str, str]:
    """The headers of the HLS twin of `kernel` by file name, generated or from hls/cpp."""
    return _generated(kernel, ".hpp") or _texts(cpp_paths(kernel.module))


def _rtl_files() -> dict[str, Path]:
    """The files of hls/rtl by the modules that they are named after."""
    return {path.stem: path for path in (_HERE / "rtl").rglob("*.sv")}


def _named(text: str) -> list[str]:
    """All of our modules that `text` names outside of its comments."""
    return re.findall(r"\btarsier_\w+", re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL))


def _generated(kernel: Instance, suffix: str) -> dict[str, str]:
    return {name: text for name, text in kernel.sources.items() if name.endswith(suffix)}


def _texts(paths: list[Path]) -> dict[str, str]:
    return {path.name: path.read_text() for path in paths}


def _existing(path: Path, module: str) -> Path:
    if not path.is_file():
        stems = sorted(p.stem for p in path.parent.glob(f"*{path.suffix}"))
        known = ", ".join(stem.removeprefix(sv_name("")) for stem in stems)
        raise KernelError(f"{module}: no {path.parent.name}/{path.name}; there are {known}")
    return path
