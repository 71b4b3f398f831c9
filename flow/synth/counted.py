# SPDX-License-Identifier: MIT
"""Cells of a mapped netlist, counted as the resources of a device."""

import re
from collections.abc import Mapping

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.cost.resources import COUNTED, Resources

__all__ = ["Counted", "amounts", "count"]

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


class Counted(Resources):
    """What a mapped netlist occupies.

    `lut` are look-up tables in every use, `lutram` of them hold a memory or a shift register. A
    LUT6 whose two outputs are both in use counts once where the netlist says LUT6_2; pairs of small
    LUTs that a packer might put into one are counted as two. A RAMB18 is half a `bram36`.
    """

    carry: int = 0  # blocks of four bits, whatever part of them is in use
    lutram: int = 0


def amounts(used: Resources) -> dict[str, float]:
    """The resources alone, of whatever else has them.

    >>> amounts(Counted(lut=8, carry=2))
    {'lut': 8, 'ff': 0, 'bram36': 0, 'uram': 0, 'dsp': 0}
    """
    return {name: getattr(used, name) for name in COUNTED}


def count(cells: Mapping[str, int]) -> Counted:
    """The resources of a netlist with so many cells of each type.

    Raises:
        FlowError: a cell is no primitive that this function knows.

    >>> count({"LUT3": 2, "LUT6_2": 1, "RAM64M": 1, "SRL16E": 1, "FDRE": 5, "RAMB18E1": 3})
    Counted(lut=8, ff=5, bram36=1.5, uram=0, dsp=0, carry=0, lutram=5)
    """
    return sum((_cell(kind, number) for kind, number in cells.items()), Counted())


def _cell(kind: str, n: int) -> Counted:
    if kind in _LUTRAM:
        return Counted(lut=_LUTRAM[kind] * n, lutram=_LUTRAM[kind] * n)
    match re.findall(r"^[$a-z]*[A-Z]*", kind)[0]:
        case "LUT" | "INV":
            return Counted(lut=n)
        case "SRL" | "SRLC":
            return Counted(lut=n, lutram=n)
        case "FDRE" | "FDSE" | "FDCE" | "FDPE":
            return Counted(ff=n)
        case "CARRY":
            return Counted(carry=n)
        case "RAMB":
            return Counted(bram36=n / 2 if kind.startswith("RAMB18") else n)
        case "URAM":
            return Counted(uram=n)
        case "DSP":
            return Counted(dsp=n)
        case "MUXF" | "GND" | "VCC" | "$check" | "$print":  # beside the LUTs; no hardware
            return Counted()
        case _:
            raise FlowError(f"{kind}: {n} cells of a type whose resources are unknown")
