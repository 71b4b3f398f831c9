# SPDX-License-Identifier: MIT
"""One training run as plain facts, read from configs/*.toml."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from training.data import CropRule
from training.errors import TrainingError
from training.spec import NetSpec

__all__ = ["Light", "Recipe", "Schedule", "read"]


@dataclass(frozen=True, slots=True)
class Light:
    """Electrons at white in the darkest and the brightest training exposure."""

    low: float = 15.0
    high: float = 800.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Adam with linear warm-up and a cosine down to `floor` of the peak rate."""

    iterations: int
    rate: float = 1e-3
    warmup: int = 300
    floor: float = 0.01
    save_every: int = 300


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides a run's result; `photographs` is a folder of the data directory."""

    name: str
    net: NetSpec
    schedule: Schedule
    photographs: str
    seed: int = 0
    light: Light = field(default_factory=Light)
    crop: CropRule = field(default_factory=CropRule)


_SECTIONS = {"net": NetSpec, "schedule": Schedule, "light": Light, "crop": CropRule}


def read(path: Path) -> Recipe:
    """The recipe in `path`; it is named after the file.

    Raises:
        TrainingError: the file is missing, is no TOML, or has an unknown or missing entry.
    """
    try:
        entries = tomllib.loads(path.read_text())
        sections = {
            name: _SECTIONS[name](**value) if name in _SECTIONS else value
            for name, value in entries.items()
        }
        return Recipe(name=path.stem, **sections)
    except FileNotFoundError:
        raise TrainingError(f"{path}: no such config") from None
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{path} is no TOML: {error}") from None
    except TypeError as error:
        # The message of a dataclass names the missing or unknown field.
        raise TrainingError(f"{path}: {error}") from None
