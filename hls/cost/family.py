# SPDX-License-Identifier: MIT
"""Device families, as far as kernels differ on them."""

import re
from enum import StrEnum

__all__ = ["AMD", "Family"]


class Family(StrEnum):
    """Device families by the names Yosys knows them under."""

    SERIES7 = "xc7"
    ULTRASCALE_PLUS = "xcup"
    ECP5 = "ecp5"

    @classmethod
    def of_part(cls, part: str) -> "Family":
        """The family of a device by its part number; what is no other is taken for UltraScale+.

        >>> Family.of_part("xc7z020clg400-1").value, Family.of_part("LFE5U-85F-6BG381C").value
        ('xc7', 'ecp5')
        """
        return next((family for family in cls if family.holds(part)), cls.ULTRASCALE_PLUS)

    def holds(self, part: str) -> bool:
        """Whether a device is of this family, by its part number.

        >>> [f.value for f in Family if f.holds("xck26-sfvc784-2LV-c") or f.holds("10CX220")]
        ['xcup']
        """
        return re.match(_PARTS[self], part, re.IGNORECASE) is not None

    def amounts(self, resource: str, count: float, have: float) -> str:
        """So many of a resource, in the vendor's own units.

        >>> Family.ECP5.amounts("bram36", 3.5, 104)
        '7 of 208 EBR'
        """
        name, units = _UNITS[self].get(resource, (resource.upper(), 1))
        return f"{count * units:,.12g} of {have * units:,.12g} {name}"


# How part numbers begin: of AMD's Zynq, Kria, Alveo, and the devices without a processor.
_PARTS = {
    Family.SERIES7: r"x[acq]7",
    Family.ULTRASCALE_PLUS: r"x[acq](zu|k2[46]|u\d|[akv]u\d+p)",
    Family.ECP5: r"lfe5",
}
# How many of the vendor's units one of ours is, where the two differ.
_UNITS: dict[Family, dict[str, tuple[str, int]]] = {
    Family.SERIES7: {},
    Family.ULTRASCALE_PLUS: {},
    Family.ECP5: {"lut": ("LUT4", 1), "bram36": ("EBR", 2), "dsp": ("MULT18X18D", 1)},
}
AMD = (Family.SERIES7, Family.ULTRASCALE_PLUS)  # what synth_xilinx and Vivado are for
