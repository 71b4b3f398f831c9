# SPDX-License-Identifier: MIT
"""One training run as plain facts, read from configs/*.toml."""

import tomllib
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from training.data import CropRule
from training.errors import TrainingError
from training.spec import Kind, NetSpec

__all__ = ["Light", "Recipe", "Schedule", "read"]


@dataclass(frozen=True, slots=True)
class Light:
    """Electrons at white in the darkest and the brightest training exposure."""

    low: float = 15.0
    high: float = 800.0


@dataclass(frozen=True, slots=True)
class Schedule:
    """Adam with linear warm-up and a cosine down to `floor` of the peak rate.

    Thresholds and shifts of binary units learn `shift_factor` times as fast as weights: they live
    on the residual's scale of units, weights on one of hundredths.
    """

    iterations: int
    rate: float = 1e-3
    shift_factor: float = 5.0
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


_SECTIONS = (("net", NetSpec), ("schedule", Schedule), ("light", Light), ("crop", CropRule))


def read(path: Path) -> Recipe:
    """The recipe in `path`; it is named after the file.

    Raises:
        TrainingError: the file is missing, is no TOML, or has an unknown or missing entry.
    """
    try:
        entries = tomllib.loads(path.read_text())
        for name, section in _SECTIONS:
            if name in entries:
                entries[name] = _facts(section, entries[name], f"{path}: {name}")
        return _facts(Recipe, {**entries, "name": path.stem}, str(path))
    except FileNotFoundError:
        raise TrainingError(f"{path}: no such config") from None
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{path} is no TOML: {error}") from None


def _facts(section: type, entries: dict[str, Any], where: str) -> Any:
    """A dataclass made of `entries`, each checked to be known, present and of the right type."""
    if not isinstance(entries, dict):
        raise TrainingError(f"{where} = {entries!r} must be a table")
    known = {field.name: field for field in fields(section)}
    for name, value in entries.items():
        if name not in known:
            raise TrainingError(f"{where}.{name} is unknown; known entries: {', '.join(known)}")
        wanted = known[name].type
        accepted = {float: (float, int), Kind: str}.get(wanted, wanted)
        if not isinstance(value, accepted) or isinstance(value, bool):
            raise TrainingError(f"{where}.{name} = {value!r} must be of type {wanted.__name__}")
    for name, entry in known.items():
        required = entry.default is MISSING and entry.default_factory is MISSING
        if required and name not in entries:
            raise TrainingError(f"{where}.{name} is missing")
    return section(**entries)
