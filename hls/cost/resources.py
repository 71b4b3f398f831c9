# SPDX-License-Identifier: MIT
"""What a device has and a kernel takes."""

from tarsier_fpga.hls.base.facts import Facts

__all__ = ["Estimate"]


class Estimate(Facts):
    """Resources by formula, before synthesis."""

    lut: int
    ff: int
    bram36: float  # in halves: a RAMB18
    uram: int
    dsp: int
