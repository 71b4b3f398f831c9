# SPDX-License-Identifier: MIT
"""How long work tells how far it is."""

from typing import Protocol

__all__ = ["Show", "silent"]


class Show(Protocol):
    """Told the step at work, the fraction of it that is done, and what else is to be seen."""

    def __call__(self, step: str, fraction: float, note: str = "", /) -> None: ...


def silent(step: str, fraction: float, note: str = "", /) -> None:
    """A Show for work that nobody watches."""
