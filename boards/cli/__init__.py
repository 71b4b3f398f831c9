# SPDX-License-Identifier: MIT
"""The `tarsier` command line.

Whatever a user can get wrong ends in one sentence on stderr and exit code 2; a result that is
not bit-exact ends in exit code 1. What takes long to import is imported where it is used, so
that `tarsier --help` is immediate.
"""

__all__ = ["main"]


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    try:
        from tarsier_fpga.cli.app import app
        from tarsier_fpga.cli.guard import guarded
    except KeyboardInterrupt:
        raise SystemExit(130) from None  # before there was anything to clean up
    raise SystemExit(guarded(lambda: app(standalone_mode=False)))
