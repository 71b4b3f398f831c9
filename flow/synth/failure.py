# SPDX-License-Identifier: MIT
"""How tools end that do not succeed."""

import signal

__all__ = ["how_it_ended"]


def how_it_ended(status: int) -> str:
    """In words, the status of a program that failed.

    >>> how_it_ended(1), how_it_ended(-9)
    ('failed with 1', 'was killed, as happens when the memory runs out')
    """
    if status == -signal.SIGKILL:
        return "was killed, as happens when the memory runs out"
    return f"failed with {status}"
