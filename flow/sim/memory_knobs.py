# SPDX-License-Identifier: MIT
"""How slow the memories are behind a simulated design."""

from collections.abc import Iterable

from tarsier_fpga.hls.sim.verilated import Model

__all__ = ["MEMORY_STALL", "knob_paths", "stalling", "steady"]

MEMORY_STALL = 0.1  # of its cycles, in which a memory takes or gives nothing, as a rule
_LEAST, _MOST = 60, 120  # cycles that an answer takes
_INTERVAL, _REFRESH = 1950, 88  # DDR4 at 250 MHz: every 7.8 us no word moves for 350 ns


def knob_paths(cells: Iterable[str]) -> dict[str, str]:
    """The variables of the memories behind `cells` by the names that they are set by."""
    return {
        f"{cell}.{knob}": f"{cell}_memory.{knob}"
        for cell in cells
        for knob in ("least_latency", "most_latency", "pause", "interval", "refresh")
    }


def stalling(model: Model, share: float = MEMORY_STALL) -> dict[str, int]:
    """Memories that take and give nothing in a `share` of the cycles, on each channel, drawn."""
    return _set(model, _LEAST, round(100 * share))


def steady(model: Model) -> dict[str, int]:
    """Memories that answer in the same cycles in every run."""
    return _set(model, _MOST, 0)


def _set(model: Model, least: int, pause: int) -> dict[str, int]:
    values = {"least_latency": least, "most_latency": _MOST, "pause": pause}
    values |= {"interval": _INTERVAL, "refresh": _REFRESH}
    return {knob: values[knob.rsplit(".", 1)[1]] for knob in model.knobs}
