# SPDX-License-Identifier: MIT
"""Device families, as far as kernels differ on them."""

from enum import StrEnum

__all__ = ["AMD", "Family"]


class Family(StrEnum):
    """Device families by the names Yosys knows them under."""

    SERIES7 = "xc7"
    ULTRASCALE_PLUS = "xcup"
    ECP5 = "ecp5"

    @classmethod
    def of_part(cls, part: str) -> "Family":
        """The family of a device by its part number.

        >>> Family.of_part("xc7z020clg400-1").value, Family.of_part("LFE5U-85F-6BG381C").value
        ('xc7', 'ecp5')
        """
        if part.upper().startswith("LFE5"):
            return cls.ECP5
        return cls.SERIES7 if part.startswith("xc7") else cls.ULTRASCALE_PLUS

    def amounts(self, resource: str, count: float, have: float) -> str:
        """So many of a resource, in the vendor's own units.

        >>> Family.ECP5.amounts("bram36", 3.5, 104)
        '7 of 208 EBR'
        """
        name, units = _UNITS[self].get(resource, (resource.upper(), 1))
        return f"{count * units:,.12g} of {have * units:,.12g} {name}"


# How many of the vendor's units one of ours is, where the two differ.
_UNITS = {
    Family.SERIES7: {},
    Family.ULTRASCALE_PLUS: {},
    Family.ECP5: {"lut": ("LUT4", 1), "bram36": ("EBR", 2), "dsp": ("MULT18X18D", 1)},
}
AMD = (Family.SERIES7, Family.ULTRASCALE_PLUS)  # what synth_xilinx and Vivado are for
