# SPDX-License-Identifier: MIT
"""What FINN imports as `xsi`, the simulator's binding: a Verilated design and its ports.

Verilator knows no X and no Z, so no port ever has an unknown value, and any number of designs may
be open at once.
"""

import ctypes
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path

__all__ = ["Design", "Kernel", "Port"]

_SEED = 1  # of the values that registers without an initial one start with


class Direction(IntEnum):
    """Values of Port.dir, as in Vivado's header."""

    INPUT = 1
    OUTPUT = 2


class _Port(ctypes.Structure):
    """Twin of `Port` in xsi.cpp."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("width", ctypes.c_uint64),
        ("is_input", ctypes.c_uint64),
    ]


class Kernel:
    """The simulator; Verilator's is part of every design."""

    def __init__(self, name: str) -> None:
        self.name = name


class Port:
    """A port of an open design, with a buffer that `read` fills and `write_back` writes.

    Attributes:
        address: where the model keeps the port, `size` bytes in little endian order
    """

    def __init__(self, design: "Design", row: _Port) -> None:
        self._design = design
        self._name = row.name.decode()
        self._width = row.width
        self._input = bool(row.is_input)
        self._value = 0
        self.address = row.data
        self.size = storage_bytes(row.width)

    def name(self) -> str:
        return self._name

    def width(self) -> int:
        return self._width

    def dir(self) -> int:
        return Direction.INPUT if self._input else Direction.OUTPUT

    def isInput(self) -> bool:
        return self._input

    def isOutput(self) -> bool:
        return not self._input

    def isInout(self) -> bool:
        return False

    def read(self) -> "Port":
        self._design.check_open()
        self._value = int.from_bytes(ctypes.string_at(self.address, self.size), "little")
        return self

    def write_back(self) -> None:
        self._design.check_open()
        ctypes.memmove(self.address, self._value.to_bytes(self.size, "little"), self.size)
        self._design.dirty = True

    def hasUnknown(self) -> bool:
        return False

    def isZero(self) -> bool:
        return self._value == 0

    def as_bool(self) -> bool:
        return bool(self._value & 1)

    def as_unsigned(self) -> int:
        return self._value & 0xFFFFFFFF

    def as_binstr(self) -> str:
        return f"{self._value:0{self._width}b}"

    def as_hexstr(self) -> str:
        return f"{self._value:0{-(-self._width // 4)}x}"

    as_hexstr_2state = as_hexstr

    def clear(self) -> "Port":
        return self.set(0)

    def set(self, value: int) -> "Port":
        self._value = value & ((1 << self._width) - 1)
        return self

    def set_binstr(self, value: str) -> "Port":
        return self.set(int(value or "0", 2))

    def set_hexstr(self, value: str) -> "Port":
        return self.set(int(value or "0", 16))


class Design:
    """A compiled design, open until `close`.

    `run` settles it after ports were written; time has no meaning without a clock of its own.
    """

    def __init__(
        self, kernel: Kernel, design_lib: str, log_file: str | None, wdb_file: str | None
    ) -> None:
        self.library = _load(Path(design_lib).resolve())
        waves = str(Path(wdb_file).with_suffix(".vcd")).encode() if wdb_file else None
        self.handle: int | None = self.library.xsi_open(_SEED, waves)
        self.dirty = True
        self._ports = {row.name.decode(): Port(self, row) for row in self._rows()}

    def _rows(self) -> ctypes.Array:
        rows = (_Port * self.library.xsi_ports(self.handle, None))()
        self.library.xsi_ports(self.handle, rows)
        return rows

    def check_open(self) -> None:
        if self.handle is None:
            raise RuntimeError("Operation on a closed design")

    def is_open(self) -> bool:
        return self.handle is not None

    def close(self) -> None:
        if self.handle is not None:
            self.library.xsi_close(self.handle)
            self.handle = None

    def restart(self) -> None:
        """Begin again at time zero, as after opening; a waveform is begun again too."""
        self.check_open()
        self.library.xsi_restart(self.handle)
        self.dirty = True
        for row in self._rows():
            self._ports[row.name.decode()].address = row.data

    def run(self, step: int) -> None:
        self.check_open()
        if self.dirty:
            self.library.xsi_eval(self.handle)
            self.dirty = False

    def clock(self, cycles: int) -> None:
        """Run `cycles` of the clock, with the inputs as they are."""
        self.run(0)
        self.library.xsi_clock(self.handle, cycles)

    def trace_all(self) -> None:
        """Nothing: a design with a waveform file records everything."""

    def get_status(self) -> int:
        self.check_open()
        return self.library.xsi_status(self.handle)

    def get_error_info(self) -> str:
        return {0: "", 1: "the design reported an error", 2: "the design finished"}[
            self.get_status()
        ]

    def num_ports(self) -> int:
        return len(self._ports)

    def ports(self) -> Iterator[Port]:
        return iter(self._ports.values())

    def getPort(self, name: str) -> Port:
        """Port `name`; RuntimeError if there is none, which FINN expects."""
        if name not in self._ports:
            raise RuntimeError(f"No such port: {name}")
        return self._ports[name]


def storage_bytes(width: int) -> int:
    """Bytes that Verilator keeps a signal of `width` bits in.

    >>> [storage_bytes(width) for width in (1, 9, 17, 33, 65)]
    [1, 2, 4, 8, 12]
    """
    small = next((size for size in (1, 2, 4, 8) if width <= 8 * size), None)
    return small or 4 * -(-width // 32)


def _load(path: Path) -> ctypes.CDLL:
    library = ctypes.CDLL(str(path))
    library.xsi_open.restype = ctypes.c_void_p
    library.xsi_open.argtypes = [ctypes.c_int, ctypes.c_char_p]
    library.xsi_ports.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    for name in ("xsi_close", "xsi_eval", "xsi_restart", "xsi_status"):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.xsi_clock.argtypes = [ctypes.c_void_p, ctypes.c_uint64]
    library.xsi_run.restype = ctypes.c_uint64
    library.xsi_run.argtypes = [
        *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_int),
        *(ctypes.c_uint64, ctypes.c_uint64),
    ]
    return library
