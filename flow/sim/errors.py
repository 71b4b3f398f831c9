# SPDX-License-Identifier: MIT
"""What can go wrong between a design and its simulation."""

from collections.abc import Mapping

from flow.errors import FlowError

__all__ = ["Hang", "SimError", "ToolError"]


class SimError(FlowError):
    """The simulated design hangs or breaks the stream protocol."""


class Hang(SimError):
    """Nothing moves any more; `probes` are the values of the model's probes at that time."""

    def __init__(self, sentence: str, probes: Mapping[str, int]) -> None:
        super().__init__(sentence)
        self.probes = probes


class ToolError(FlowError):
    """A compiler or Verilator is missing or refuses its input."""
