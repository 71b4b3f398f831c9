# SPDX-License-Identifier: MIT
"""Where image sets and shipped nets are."""

import os
from pathlib import Path

from tarsier_fpga.hls.base.errors import TrainingError

__all__ = ["CONFIGS", "NETS", "config_file", "data_dir", "net_file"]

CONFIGS = Path(__file__).parents[1] / "configs"
NETS = Path(__file__).parents[1] / "nets"


def data_dir(given: Path | None = None) -> Path:
    """The folder of image sets: `given`, else $TARSIER_DATA.

    Raises:
        TrainingError: neither is given, or that folder does not exist.
    """
    if not given and "TARSIER_DATA" not in os.environ:
        raise TrainingError("image sets not found: name their folder by --data or TARSIER_DATA")
    folder = given or Path(os.environ["TARSIER_DATA"])
    if not folder.is_dir():
        raise TrainingError(f"image sets not found: {folder} is no folder; set TARSIER_DATA")
    return folder


def net_file(net: str | Path) -> Path:
    """The .safetensors file of a shipped net's name, or of a path.

    Raises:
        TrainingError: neither; the message lists the nets that ship.
    """
    return _named("net", net, NETS, ".safetensors")


def config_file(net: str | Path) -> Path:
    """The .toml of a shipped config's name, or of a path.

    Raises:
        TrainingError: neither; the message lists the configs that ship.
    """
    return _named("config", net, CONFIGS, ".toml")


def _named(what: str, name: str | Path, folder: Path, suffix: str) -> Path:
    for path in (Path(name), folder / f"{name}{suffix}"):
        if path.suffix == suffix and path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in folder.glob(f"*{suffix}")))
    raise TrainingError(f"no {what} {str(name)!r}: give a {suffix} file or one of {known}")
