# SPDX-License-Identifier: MIT
"""A network's integers on an accelerator, as a module that is scored like the one it came from."""

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np
import torch
from torch import Tensor, nn

from tarsier_fpga.devices.accelerator import Accelerator, restore_frames
from tarsier_fpga.devices.tiles import cut, join, padded_side
from tarsier_fpga.hls.base.coding import Coding, FrameKind
from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.score.score_request import PictureRequest, RawRequest, request_for

__all__ = ["IntegerForm", "integer_request", "task_of"]


class IntegerForm(nn.Module):
    """Frames of numbers (B, c, H, W), whose black and white are those of `coding`, through
    `accelerator`, in its tiles, and back, to those of `result`."""

    def __init__(self, accelerator: Accelerator, coding: Coding, result: Coding) -> None:
        super().__init__()
        self._accelerator = accelerator
        restorer = accelerator.restorer
        self._in = _between(coding, restorer.codes)
        self._out = _between(restorer.y.coding, result)

    def forward(self, frames: Tensor) -> Tensor:
        top = self._accelerator.restorer.codes.top
        numbers = self._in(frames.detach().cpu().numpy().transpose(0, 2, 3, 1))
        codes = np.clip(np.rint(numbers), 0, top).astype(np.uint16)
        made = np.stack([self._out(self._restored(frame)) for frame in codes])
        values = torch.from_numpy(made.transpose(0, 3, 1, 2).astype(np.float32))
        return values.to(frames.device)

    def _restored(self, codes: np.ndarray) -> np.ndarray:
        cutting = self._accelerator.restorer.cutting
        rows, columns = (padded_side(side, cutting.align) for side in codes.shape[:2])
        tile = self._accelerator.tile((rows, columns))
        frames = restore_frames(self._accelerator, cut(codes, tile, cutting)).frames
        return join(frames, (codes.shape[0], codes.shape[1]), tile, cutting)


def integer_request(
    accelerator: Accelerator, settings: Mapping[str, tuple[int, ...]], sets: list[str]
) -> RawRequest | PictureRequest:
    """What scoring the network on `accelerator` with `settings` means; by what it takes and gives.

    Raises:
        TrainingError: a setting does not suit it, or no paper scores such networks.
    """
    restorer = accelerator.restorer
    # Scoring asks for no more than what the frames are: those of any network of that task.
    task = Task.DARK if restorer.finishes else task_of(restorer.net, restorer.kind, restorer.times)
    if task is Task.DARK:
        spec = NetSpec("red-lite", 16, 5, task=task)
    else:
        spec = NetSpec("parent", 1, 1, task=task, scale=int(restorer.times))

    def make() -> nn.Module:
        return IntegerForm(accelerator, spec.coding, spec.result_coding)

    return request_for(restorer.net, spec, make, settings, sets)


def task_of(net: str, kind: FrameKind, times: Fraction) -> Task:
    """What `net` is for, which takes frames of `kind` and makes them `times` as wide and high.

    Raises:
        TrainingError: no protocol scores such networks.
    """
    match kind, times:
        case FrameKind.BAYER, 1:
            return Task.RAW
        case FrameKind.RGB, 1:
            return Task.RGB
        case FrameKind.RGB, 2 | 4:
            return Task.SR
        case FrameKind.LUMA, 1:
            return Task.JPEG
    raise TrainingError(
        f"{net} makes {times} pixels of one of {kind} frames,"
        " which no protocol scores: those are of raw frames, RGB and luma of the same size, RGB of"
        " 2 or 4 times as many, and raw frames that become pictures"
    )


def _between(one: Coding, other: Coding) -> Callable[[np.ndarray], np.ndarray]:
    """Numbers of the same light; as they are where the codings have the same levels."""
    if (one.black, one.white) == (other.black, other.white):
        return lambda numbers: numbers
    return lambda numbers: (
        (numbers.astype(np.float64) - one.black) / one.span * other.span + other.black
    )
