# SPDX-License-Identifier: MIT
"""One training run as plain facts, read from configs/*.toml."""

import tomllib
from dataclasses import field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.spec import KNOWN_ONLY, Flag, Int, NetSpec, Real
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.facts.toml_facts import sentence_of

__all__ = [
    "Clip",
    "CropRule",
    "Light",
    "Noise",
    "Quality",
    "Recipe",
    "Schedule",
    "from_json",
    "read",
]

SMALLEST_SSIM = 161  # pixels a side: an 11-pixel window at a sixteenth


@dataclass(frozen=True, config=KNOWN_ONLY)
class CropRule:
    """How training samples are cut from photographs; `size` in packed pixels."""

    batch: Int = 16
    size: Int = 48
    darkest: Real = 0.4  # brightness of photographic white, uniform in [darkest, brightest]
    brightest: Real = 1.1
    balanced: Real = 0.5  # share of samples that keep their white balance


@dataclass(frozen=True, config=KNOWN_ONLY)
class Clip:
    """How clips are made of photographs, for networks that remember; `frames` long.

    Of the others that are not at rest, half pan and half wander, at speeds up to `fastest`.
    """

    frames: Annotated[Int, Field(ge=1)] = 1
    still: Annotated[Real, Field(ge=0, le=1)] = 0.3  # share of clips at rest
    fastest: Annotated[Real, Field(ge=0)] = 6.0  # pixels of the sensor from frame to frame


@dataclass(frozen=True, config=KNOWN_ONLY)
class Light:
    """Electrons at white in the darkest and the brightest training exposure of raw scenes."""

    low: Real = 15.0
    high: Real = 800.0


@dataclass(frozen=True, config=KNOWN_ONLY)
class Noise:
    """Sigma in grey levels of the Gaussian noise of RGB training; blind if low and high differ."""

    low: Real = 0.0
    high: Real = 75.0


@dataclass(frozen=True, config=KNOWN_ONLY)
class Quality:
    """JPEG quality factors of deblocking training, both included."""

    low: Int = 0
    high: Int = 50


@dataclass(frozen=True, config=KNOWN_ONLY)
class Schedule:
    """Adam with linear warm-up, then a cosine down to `floor` of the peak rate, or halvings.

    Thresholds and shifts of binary units learn `shift_factor` times as fast as weights: they live
    on the residual's scale of units, weights on one of hundredths.
    """

    iterations: Annotated[Int, Field(ge=1)]
    rate: Real = 1e-3
    shift_factor: Real = 5.0
    warmup: Int = 300
    floor: Real = 0.01
    halve_at: tuple[Int, ...] = ()  # if given, the rate halves there instead
    save_every: Int = 300
    ema: Annotated[Real, Field(ge=0, lt=1)] = 0.0  # of the deployed average; 0: the last ones
    precision: Literal["32-true", "bf16-mixed"] = "32-true"  # as Lightning Fabric names it
    compile: Flag = False


@dataclass(frozen=True, config=KNOWN_ONLY)
class Recipe:
    """Everything that decides a run's result; `photographs` is a folder of the data directory.

    Raises:
        TrainingError: the schedule's precision does not hold the network's integers, or samples
            are not what the network or its loss takes.
    """

    name: str
    net: NetSpec
    schedule: Schedule
    photographs: str
    leave_out: tuple[str, ...] = ()  # photographs that are scored on, by their names without suffix
    seed: Int = 0
    # Share of 1 - MS-SSIM in the loss, beside the mean absolute error.
    ms_ssim: Annotated[Real, Field(ge=0, le=1)] = 0.0
    light: Light = field(default_factory=Light)
    crop: CropRule = field(default_factory=CropRule)
    clip: Clip = field(default_factory=Clip)
    noise: Noise = field(default_factory=Noise)
    quality: Quality = field(default_factory=Quality)
    parent: str = ""  # config of the full-precision network to compare with
    start: str = ""  # net whose parameters the run starts from, converted if its form differs
    # Gain of orthogonal first weights, the paper's way; 0: each layer's own.
    orthogonal: Annotated[Real, Field(ge=0)] = 0.0
    # Layout of `photographs` where they are real raw pairs.
    pairs: Literal["", "sid", "crvd"] = ""

    def __post_init__(self) -> None:
        if self.ms_ssim and self.sample_side < SMALLEST_SSIM:
            raise TrainingError(
                f"ms_ssim = {self.ms_ssim} with samples of {self.sample_side} pixels a side: its"
                f" five scales need {SMALLEST_SSIM}; crop.size is too small"
            )
        if self.net.family.recurrent != (self.clip.frames > 1):
            wanted = "at least 2, to learn what to remember" if self.net.family.recurrent else "1"
            raise TrainingError(
                f"clip.frames = {self.clip.frames} must be {wanted}, for a net of kind"
                f" {self.net.kind}"
            )
        if self.clip.frames > 1 and (self.pairs or self.net.task is not Task.RAW):
            raise TrainingError(
                f"clip.frames = {self.clip.frames}: clips are made of photographs and are raw, so"
                " net.task must be 'raw' and pairs must not be given"
            )
        if self.net.exact and self.schedule.precision != "32-true":
            raise TrainingError(
                f"schedule.precision = {self.schedule.precision!r} does not hold the "
                "integers of the hardware form; use 32-true"
            )

    @property
    def sample_side(self) -> int:
        """Pixels a side of a restored sample."""
        return self.crop.size * (2 if self.net.task is Task.DARK else 1)


def read(path: Path) -> Recipe:
    """The recipe in `path`; it is named after the file.

    Raises:
        TrainingError: the file is missing, is no TOML, or has an unknown or missing entry.
    """
    try:
        entries = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise TrainingError(f"{path}: no such config") from None
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{path} is no TOML: {error}") from None
    try:
        return TypeAdapter(Recipe).validate_python({**entries, "name": path.stem})
    except ValidationError as error:
        raise TrainingError(f"{path}: {sentence_of(error, Recipe)}") from None
    except TrainingError as error:
        raise TrainingError(f"{path}: {error}") from None


def from_json(text: str) -> Recipe | None:
    """The recipe that a checkpoint holds; None if it is none that this version could have.

    What a former version did not know, it did not ask for: it is as if it were not given.
    """
    try:
        return TypeAdapter(Recipe).validate_json(text)
    except (ValidationError, TrainingError):
        return None
