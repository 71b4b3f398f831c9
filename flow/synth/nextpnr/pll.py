# SPDX-License-Identifier: MIT
"""The dividers of an ECP5's PLL.

    clock = source * feedback / reference,    oscillator = clock * output

Source: ecppll of Project Trellis (YosysHQ/prjtrellis): the oscillator runs at 400 to 800 MHz, and
phases are compared at 3.125 to 400 MHz.
"""

from dataclasses import dataclass

from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["Pll", "pll"]

_OSCILLATOR_MHZ = 400, 800
_COMPARED_MHZ = 3.125
_MOST = 128  # of each divider


@dataclass(frozen=True, slots=True)
class Pll:
    """Divider of the source, of the feedback and of the oscillator."""

    reference: int
    feedback: int
    output: int


def pll(source_mhz: float, clock_mhz: float) -> Pll:
    """The dividers that make exactly `clock_mhz`, the phases compared as often as possible.

    Raises:
        FlowError: there are none.

    >>> pll(25, 50)
    Pll(reference=1, feedback=2, output=12)
    """
    low, high = _OSCILLATOR_MHZ
    output = min(_MOST, round((low + high) / 2 / clock_mhz))
    for reference in range(1, int(source_mhz / _COMPARED_MHZ) + 1):
        feedback = round(clock_mhz * reference / source_mhz)
        exact = source_mhz * feedback == clock_mhz * reference
        if exact and 1 <= feedback <= _MOST and low <= clock_mhz * output <= high:
            return Pll(reference, feedback, output)
    raise FlowError(f"no PLL of an ECP5 makes exactly {clock_mhz:g} MHz from {source_mhz:g} MHz")
