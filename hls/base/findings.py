# SPDX-License-Identifier: MIT
"""What of the tools and devices that Tarsier can use is on this machine."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

__all__ = ["Finding", "package", "program", "said", "wheel_program"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A tool or device: what was found of it (None: nothing), and what it unlocks."""

    name: str
    found: str | None
    unlocks: str
    required: bool = False


def program(name: str, flag: str = "--version") -> str | None:
    """Path of a program and the first line it says about its version."""
    path = shutil.which(name)
    if path is None:
        return None
    line = said(path, flag)
    return f"{path} ({line})" if line else path


def package(name: str) -> str | None:
    """Version of an installed Python package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def wheel_program(name: str) -> Path:
    """Where the program `name` of a wheel is, or would be: beside this Python."""
    return Path(sys.executable).with_name(name)


@cache
def said(*command: str) -> str | None:
    """The first line that a command prints, if it succeeds."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.strip().splitlines()
    return lines[0] if done.returncode == 0 and lines else None
