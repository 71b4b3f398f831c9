# SPDX-License-Identifier: MIT
"""What can go wrong between a kernel and its proof."""

from flow.errors import FlowError

__all__ = ["ProofError"]


class ProofError(FlowError):
    """A case that cannot be stated, or a kernel that breaks a property."""
