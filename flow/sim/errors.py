# SPDX-License-Identifier: MIT
"""What can go wrong between a design and its simulation."""

from flow.errors import FlowError

__all__ = ["SimError", "ToolError"]


class SimError(FlowError):
    """The simulated design hangs or breaks the stream protocol."""


class ToolError(FlowError):
    """A compiler or Verilator is missing or refuses its input."""
