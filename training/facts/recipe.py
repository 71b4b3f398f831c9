# SPDX-License-Identifier: MIT
"""One training run as plain facts, read from configs/*.toml."""

import tomllib
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data.scenes import CropRule
from tarsier_fpga.training.facts.spec import NetSpec

__all__ = ["Light", "Noise", "Quality", "Recipe", "Schedule", "read"]


@dataclass(frozen=True, slots=True)
class Light:
    """Electrons at white in the darkest and the brightest training exposure of raw scenes."""

    low: float = 15.0
    high: float = 800.0


@dataclass(frozen=True, slots=True)
class Noise:
    """Sigma in grey levels of the Gaussian noise of RGB training; blind if low and high differ."""

    low: float = 0.0
    high: float = 75.0


@dataclass(frozen=True, slots=True)
class Quality:
    """JPEG quality factors of deblocking training, both included."""

    low: int = 0
    high: int = 50


@dataclass(frozen=True, slots=True)
class Schedule:
    """Adam with linear warm-up, then a cosine down to `floor` of the peak rate, or halvings.

    Thresholds and shifts of binary units learn `shift_factor` times as fast as weights: they live
    on the residual's scale of units, weights on one of hundredths.
    """

    iterations: int
    rate: float = 1e-3
    shift_factor: float = 5.0
    warmup: int = 300
    floor: float = 0.01
    halve_at: tuple[int, ...] = ()  # if given, the rate halves there instead
    save_every: int = 300
    ema: float = 0.0  # decay of the averaged parameters that are deployed; 0 deploys the last ones
    precision: str = "32-true"  # as Lightning Fabric names it
    compile: bool = False

    def __post_init__(self) -> None:
        if self.iterations < 1:
            raise TrainingError(f"schedule.iterations = {self.iterations} must be at least 1")
        if not 0 <= self.ema < 1:
            raise TrainingError(f"schedule.ema = {self.ema} must be at least 0 and below 1")
        if self.precision not in ("32-true", "bf16-mixed"):
            raise TrainingError(
                f"schedule.precision = {self.precision!r} must be 32-true or bf16-mixed"
            )


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
    noise: Noise = field(default_factory=Noise)
    quality: Quality = field(default_factory=Quality)
    parent: str = ""  # config of the full-precision network to compare with
    start: str = ""  # net whose parameters the run starts from, converted if its form differs
    orthogonal: float = (
        0.0  # gain of orthogonal first weights, the paper's way; 0: each layer's own
    )
    pairs: str = ""  # layout of `photographs` where they are real raw pairs: sid or crvd

    def __post_init__(self) -> None:
        if self.net.exact and self.schedule.precision != "32-true":
            raise TrainingError(
                f"{self.name}: schedule.precision = {self.schedule.precision!r} does not hold the "
                "integers of the hardware form; use 32-true"
            )
        if self.orthogonal < 0:
            raise TrainingError(f"{self.name}: orthogonal = {self.orthogonal} must not be below 0")
        if self.pairs not in ("", "sid", "crvd"):
            raise TrainingError(f"{self.name}: pairs = {self.pairs!r} must be sid or crvd")


_SECTIONS = (
    ("net", NetSpec),
    ("schedule", Schedule),
    ("light", Light),
    ("crop", CropRule),
    ("noise", Noise),
    ("quality", Quality),
)


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
        if not _fits(value, known[name].type):
            kind = known[name].type
            wanted = kind.__name__ if isinstance(kind, type) else kind
            raise TrainingError(f"{where}.{name} = {value!r} must be of type {wanted}")
    for name, entry in known.items():
        required = entry.default is MISSING and entry.default_factory is MISSING
        if required and name not in entries:
            raise TrainingError(f"{where}.{name} is missing")
    held = {name: tuple(v) if isinstance(v, list) else v for name, v in entries.items()}
    return section(**held)


def _fits(value: Any, wanted: Any) -> bool:
    if wanted == tuple[int, ...]:
        return isinstance(value, list) and all(_fits(item, int) for item in value)
    if isinstance(value, bool):
        return wanted is bool
    if wanted is float:
        return isinstance(value, float | int)
    return isinstance(value, str if issubclass(wanted, str) else wanted)
