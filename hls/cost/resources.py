# SPDX-License-Identifier: MIT
"""What a device has and a kernel takes: one record for estimates, counts, reports and boards."""

from collections.abc import Iterable
from typing import Self

from tarsier_fpga.hls.base.facts import Facts

__all__ = ["COUNTED", "Resources", "total"]

COUNTED = ("lut", "ff", "bram36", "uram", "dsp")


class Resources(Facts):
    """Look-up tables, flip-flops, memories and multipliers.

    Attributes:
        lut: LUT6s; LUT4s on an ECP5
        bram36: in halves, a RAMB18; on an ECP5 two EBRs
    """

    lut: int | float = 0
    ff: int | float = 0
    bram36: int | float = 0
    uram: int | float = 0
    dsp: int | float = 0

    def __add__(self, other: Self) -> Self:
        """The sum of each resource.

        >>> Resources(lut=2, dsp=1) + Resources(lut=3, bram36=0.5)
        Resources(lut=5, ff=0, bram36=0.5, uram=0, dsp=1)
        """
        names = type(self).model_fields
        return type(self)(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def shares(self, device: "Resources") -> dict[str, float]:
        """The share of the `device` that each resource is, of those that the device has.

        >>> Resources(lut=50, dsp=1).shares(Resources(lut=200, ff=400))
        {'lut': 0.25, 'ff': 0.0}
        """
        return {
            name: getattr(self, name) / have for name in COUNTED if (have := getattr(device, name))
        }


def total(parts: Iterable[Resources]) -> Resources:
    """The sum of each resource; nothing where there are no parts."""
    return sum(parts, Resources())
