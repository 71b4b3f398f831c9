# SPDX-License-Identifier: MIT
"""Every proof there is: small parameter sets of every kernel, in the order of the table."""

from tarsier_fpga.hls.prove.case import Case
from tarsier_fpga.hls.prove.cases import channels, dots, frames, lanes, plumbing

__all__ = ["CASES"]

CASES: tuple[Case, ...] = (
    *plumbing.CASES,
    *channels.CASES,
    *lanes.CASES,
    *dots.CASES,
    *frames.CASES,
)
