# SPDX-License-Identifier: MIT
"""Cells of a mapped netlist, counted as the resources of a device."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["Resources", "count", "total"]

# Look-up tables that each memory primitive occupies: UG953 (7 series) and UG974 (UltraScale).
_LUTRAM = {
    "RAM32M": 4,
    "RAM64M": 4,
    "RAM32M16": 8,
    "RAM64M8": 8,
    "RAM32X16DR8": 8,
    "RAM64X8SW": 8,
    "RAM32X1D": 2,
    "RAM64X1D": 2,
    "RAM128X1D": 4,
    "RAM256X1D": 8,
    "RAM32X1S": 1,
    "RAM64X1S": 1,
    "RAM128X1S": 2,
    "RAM256X1S": 4,
    "RAM512X1S": 8,
}


@dataclass(frozen=True, slots=True)
class Resources:
    """What a kernel occupies.

    `lut` are look-up tables in every use, `lutram` of them hold a memory or a shift register. A
    LUT6 whose two outputs are both in use counts once where the netlist says LUT6_2; pairs of small
    LUTs that a packer might put into one are counted as two. A RAMB18 is half a `bram36`.
    """

    lut: int = 0
    ff: int = 0
    bram36: float = 0
    uram: int = 0
    dsp: int = 0
    carry: int = 0  # blocks of four bits, whatever part of them is in use
    lutram: int = 0


def total(parts: Iterable[Resources]) -> Resources:
    """The sum of each resource."""
    listed = list(parts)
    sums = {f.name: sum(getattr(part, f.name) for part in listed) for f in fields(Resources)}
    return Resources(**sums)


def count(cells: Mapping[str, int]) -> Resources:
    """The resources of a netlist with so many cells of each type.

    Raises:
        FlowError: a cell is no primitive that this function knows.

    >>> count({"LUT3": 2, "LUT6_2": 1, "RAM64M": 1, "SRL16E": 1, "FDRE": 5, "RAMB18E1": 3})
    Resources(lut=8, ff=5, bram36=1.5, uram=0, dsp=0, carry=0, lutram=5)
    """
    return total(_cell(kind, number) for kind, number in cells.items())


def _cell(kind: str, n: int) -> Resources:
    if kind in _LUTRAM:
        return Resources(lut=_LUTRAM[kind] * n, lutram=_LUTRAM[kind] * n)
    match re.match(r"[$a-z]*[A-Z]*", kind)[0]:
        case "LUT" | "INV":
            return Resources(lut=n)
        case "SRL" | "SRLC":
            return Resources(lut=n, lutram=n)
        case "FDRE" | "FDSE" | "FDCE" | "FDPE":
            return Resources(ff=n)
        case "CARRY":
            return Resources(carry=n)
        case "RAMB":
            return Resources(bram36=n / 2 if kind.startswith("RAMB18") else n)
        case "URAM":
            return Resources(uram=n)
        case "DSP":
            return Resources(dsp=n)
        case "MUXF" | "GND" | "VCC" | "$check" | "$print":  # beside the LUTs; no hardware
            return Resources()
        case _:
            raise FlowError(f"{kind}: {n} cells of a type whose resources are unknown")
