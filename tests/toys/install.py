# SPDX-License-Identifier: MIT
"""Install a toy package where PYTHONPATH finds it, its entry points too."""

import shutil
from pathlib import Path

__all__ = ["install_toy"]

_HERE = Path(__file__).parent


def install_toy(name: str, folder: Path) -> Path:
    """`folder`, in which the toy `name` of this folder is installed."""
    for part in (_HERE / name).iterdir():
        # A distribution's facts are in NAME-VERSION.dist-info.
        target = part.name.replace(".dist-info", "-1.0.dist-info")
        shutil.copytree(part, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
    return folder
