# SPDX-License-Identifier: MIT
"""What can go wrong between a design and its simulation."""

from collections.abc import Mapping

from flow.errors import FlowError
from flow.sim.activity import Activity

__all__ = ["Hang", "SimError", "ToolError"]


class SimError(FlowError):
    """The simulated design hangs or breaks the stream protocol."""


class Hang(SimError):
    """Nothing moves any more; `probes` and `activity` are what a Result would have of them."""

    def __init__(self, sentence: str, probes: Mapping[str, int], activity: Activity) -> None:
        super().__init__(sentence)
        self.probes = probes
        self.activity = activity


class ToolError(FlowError):
    """A compiler or Verilator is missing or refuses its input."""
