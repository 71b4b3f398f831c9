# SPDX-License-Identifier: MIT
"""What the verbs of training have in common: lists of numbers, and Ctrl-C that loses nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from tarsier_fpga.hls.base.errors import Interrupted, TrainingError

__all__ = ["parse_numbers", "resumable", "split_names"]


def parse_numbers(option: str, text: str, low: int, high: int) -> tuple[int, ...]:
    """The whole numbers in `text`, separated by commas.

    Raises:
        TrainingError: they are not, or not from `low` to `high`.

    >>> parse_numbers("--bits", "6,8", 2, 12)
    (6, 8)
    """
    numbers = tuple(int(item) if item.isdecimal() else low - 1 for item in text.split(","))
    if not all(low <= number <= high for number in numbers):
        raise TrainingError(f"{option} {text} must be whole numbers from {low} to {high}: A,B")
    return numbers


def split_names(text: str) -> list[str]:
    """The names in `text`, separated by commas."""
    return [name for name in text.split(",") if name]


@contextmanager
def resumable() -> Iterator[None]:
    """Ctrl-C leaves a run that the same command continues; says so."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("interrupted; the same command resumes") from None
