# SPDX-License-Identifier: MIT
"""What goes wrong on the host's side, said in one sentence."""

__all__ = ["HostError", "Interrupted"]


class HostError(ValueError):
    """The host cannot do its job with what it was given."""


class Interrupted(HostError):
    """A person stopped work that leaves something behind; the sentence says what."""
