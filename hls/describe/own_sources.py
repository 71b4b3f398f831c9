# SPDX-License-Identifier: MIT
"""The sources of a kernel whose files are not Tarsier's."""

from pathlib import Path

__all__ = ["own_sources"]


def own_sources(descriptor: str) -> dict[str, str]:
    """The SystemVerilog and the HLS headers beside a module, for `Instance.sources`.

    Args:
        descriptor: the module's `__file__`
    """
    folder = Path(descriptor).parent
    files = sorted([*folder.glob("*.sv"), *folder.glob("*.hpp")])
    return {path.name: path.read_text() for path in files}
