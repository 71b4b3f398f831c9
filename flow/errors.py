# SPDX-License-Identifier: MIT
"""The error every user-facing problem of the flow is reported with."""

__all__ = ["FlowError"]


class FlowError(ValueError):
    """One sentence: what is wrong, where, the value, and what would be valid."""
