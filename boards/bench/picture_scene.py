# SPDX-License-Identifier: MIT
"""A picture whose truth is known, degraded and scored by the papers' protocol of a task."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor

from tarsier_fpga.picture.colours import enlarged
from tarsier_fpga.training.data.degrade import whole_times
from tarsier_fpga.training.data.luma import grey
from tarsier_fpga.training.facts.codes import from_codes, to_codes
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.score.metrics import grey_levels
from tarsier_fpga.training.score.picture_scores import Protocol, protocol

__all__ = ["CREDIT", "PictureScene", "Seen", "sample_picture"]

CREDIT = "Photograph: china.jpg of scikit-learn, by danielbuechele, CC BY 2.0"


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a network makes of a scene, scored; the views are (H, W, 3) uint8 of one size."""

    psnr_db: float
    views: dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class PictureScene:
    """The clean (H, W, 3) uint8 `image`, and what `task` does to it at `setting`: the sigma of its
    noise, its JPEG quality, or how many times it is shrunk."""

    image: np.ndarray
    task: Task
    setting: int

    @property
    def how(self) -> Protocol:
        found = protocol(self.task)
        assert found is not None, "raw frames have a scene of their own"
        return found

    @property
    def psnr_before_db(self) -> float:
        """Of the degraded picture."""
        return round(self.how.of_input(self.image, self.setting)[0], 2)

    @property
    def said(self) -> str:
        """What is done to the picture, in words."""
        what = {"sigma": "Gaussian noise, sigma", "quality": "JPEG of quality"}
        if self.how.key in what:
            return f"{what[self.how.key]} {self.setting}"
        return f"shrunk bicubically {self.setting} times"

    def seen(self, run: Callable[[Tensor], Tensor], spec: NetSpec) -> Seen:
        """What `run`, codes of `spec` in and out, makes of it."""
        views: dict[str, np.ndarray] = {}

        def restorer(values: np.ndarray) -> np.ndarray:
            planes = values[..., None] if values.ndim == 2 else values
            frame = torch.from_numpy(planes).permute(2, 0, 1)[None]
            codes = run(to_codes(frame, spec.coding, rounded=spec.rounded))
            made = from_codes(codes, spec.result_coding)[0].permute(1, 2, 0).numpy()
            views["before"] = _shown(enlarged(planes, Fraction(made.shape[0], planes.shape[0])))
            views["after"] = _shown(made)
            return made[..., 0] if values.ndim == 2 else made

        of_net = spec.family.score or self.how.of_net
        found, _ = of_net(self.image, self.setting, restorer)
        clean = grey(self.image)[..., None] if self.task is Task.JPEG else self.image
        times = spec.scale if self.task is Task.SR else 1
        views["reference"] = _shown(whole_times(clean, times) / 255)
        return Seen(found, views)


def sample_picture() -> np.ndarray:
    """(H, W, 3) uint8, the photograph that comes with scikit-learn."""
    from sklearn.datasets import load_sample_image  # takes long to import

    return load_sample_image("china.jpg")


def _shown(values: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 of RGB or luma in [0, 1]."""
    levels = grey_levels(values)
    return np.repeat(levels, 3, axis=2) if levels.shape[2] == 1 else levels
