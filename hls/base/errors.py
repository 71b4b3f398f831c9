# SPDX-License-Identifier: MIT
"""Every error that a user can meet: one sentence with what, where, the value, what would be valid.

The command line catches the base; what is not one of these is a fault of Tarsier's own.
"""

import errno

__all__ = [
    "BoardError",
    "FlowError",
    "HostError",
    "Interrupted",
    "KernelError",
    "ProofError",
    "SimError",
    "TarsierError",
    "ToolError",
    "TrainingError",
    "os_sentence",
]


class TarsierError(Exception):
    """Something a user asked for cannot be done; the message is one sentence for them."""


class KernelError(TarsierError):
    """A kernel was asked for something it cannot be."""


class FlowError(TarsierError):
    """A network cannot become the design that was asked for."""


class SimError(FlowError):
    """The simulated design hangs or breaks the stream protocol."""


class ToolError(FlowError):
    """An outside tool is missing or refuses its input."""


class ProofError(FlowError):
    """A case that cannot be stated, or a kernel that breaks a property."""


class BoardError(TarsierError):
    """There is no such board, or its description is wrong."""


class HostError(TarsierError):
    """The host cannot do its job with what it was given."""


class Interrupted(HostError):
    """A person stopped work that leaves something behind; the sentence says what."""


class TrainingError(TarsierError):
    """A net, a config or a data set cannot be used."""


def os_sentence(error: OSError) -> str:
    """What the operating system refused, and where."""
    where = f": {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"no space left on the disk{where}"
    return f"{error.strerror or error}{where}"
