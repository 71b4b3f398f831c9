# SPDX-License-Identifier: MIT
"""Real raw pairs, a dark exposure and a bright one of the same scene, read from the disk by layout.

    sid     FOLDER/short/*.ARW and FOLDER/long/*.ARW (Sony) or *.RAF; the number before the first
            underscore names the scene, the last field the exposure: 00001_00_0.1s.ARW
    crvd    FOLDER/indoor_raw_noisy/sceneN/ISOn/frameM_noisyK.tiff and
            FOLDER/indoor_raw_gt/sceneN/ISOn/frameM_clean_and_slightly_denoised.tiff

Frames become packed RGGB in [0, 1] between black level and white; the dark one is amplified by the
ratio of the exposures. Only the crops that are asked for are converted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data.store import kept

__all__ = ["LAYOUTS", "RawPair", "find_pairs"]

CRVD_LEVELS = 240, 4095  # black and white of the IMX385's 12-bit codes


@dataclass(frozen=True)
class RawPair:
    """Two files of one scene; `gain` is what the dark one is amplified by."""

    dark: Path
    bright: Path
    gain: float
    read: Callable[[Path], tuple[np.ndarray, np.ndarray]]  # mosaic; black and white

    @cached_property
    def frames(self) -> tuple[tuple[np.ndarray, ...], ...]:
        """Both mosaics, decoded once."""
        try:
            return kept(self.dark, self.read), kept(self.bright, self.read)
        except (OSError, ValueError, TrainingError) as error:
            raise TrainingError(f"{self.dark} or its pair cannot be read: {error}") from None

    def crop(self, size: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The same random place of both, packed (4, size, size) float32."""
        height, width = self.frames[0][0].shape
        if min(height, width) < 2 * size:
            raise TrainingError(
                f"{self.dark} has {width} x {height} pixels, fewer than crops of {2 * size}"
            )
        top, left = (2 * draw.integers(n // 2 - size, endpoint=True) for n in (height, width))
        dark, bright = (self._packed(frame, top, left, size) for frame in self.frames)
        return dark * np.float32(self.gain), np.clip(bright, 0, 1)

    @staticmethod
    def _packed(frame: tuple[np.ndarray, ...], top: int, left: int, size: int) -> np.ndarray:
        mosaic, (black, white) = frame
        window = mosaic[top : top + 2 * size, left : left + 2 * size].astype(np.float32)
        window = (window - black) / (white - black)
        return np.stack([window[row::2, column::2] for row in (0, 1) for column in (0, 1)])


def find_pairs(layout: str, folder: Path) -> list[RawPair]:
    """All pairs in `folder`, laid out as `layout` says.

    Raises:
        TrainingError: there are none.
    """
    pairs = LAYOUTS[layout](folder)
    if not pairs:
        raise TrainingError(f"{folder} holds no raw pairs laid out as {layout}: see raw_pairs.py")
    return pairs


def _sid(folder: Path) -> list[RawPair]:
    long = {file.name.split("_")[0]: file for file in sorted((folder / "long").glob("*_*"))}
    pairs = []
    for dark in sorted((folder / "short").glob("*_*")):
        bright = long.get(dark.name.split("_")[0])
        if bright is not None:
            pairs.append(RawPair(dark, bright, _seconds(bright) / _seconds(dark), _camera_raw))
    return pairs


def _crvd(folder: Path) -> list[RawPair]:
    pairs = []
    for dark in sorted((folder / "indoor_raw_noisy").glob("scene*/ISO*/frame*_noisy*.tiff")):
        frame = dark.name.split("_")[0]
        place = folder / "indoor_raw_gt" / dark.parent.relative_to(folder / "indoor_raw_noisy")
        bright = next(iter(sorted(place.glob(f"{frame}_clean*.tiff"))), None)
        if bright is not None:
            pairs.append(RawPair(dark, bright, 1.0, _crvd_tiff))
    return pairs


def _seconds(file: Path) -> float:
    field = file.stem.rsplit("_", 1)[-1].removesuffix("s")
    try:
        return float(field)
    except ValueError:
        raise TrainingError(f"{file.name} does not end in its exposure, as 0.1s") from None


def _camera_raw(file: Path) -> tuple[np.ndarray, np.ndarray]:
    import rawpy  # only who trains on camera files waits for it

    try:
        with rawpy.imread(str(file)) as raw:
            if raw.raw_pattern is None or raw.raw_pattern.shape != (2, 2):
                raise ValueError("no 2 x 2 Bayer pattern")
            row, column = np.argwhere(raw.raw_pattern == 0)[0]
            levels = np.array([min(raw.black_level_per_channel), raw.white_level], np.float32)
            return raw.raw_image_visible[row:, column:].copy(), levels
    except rawpy.LibRawError as error:
        raise ValueError(str(error)) from None


def _crvd_tiff(file: Path) -> tuple[np.ndarray, np.ndarray]:
    import tifffile

    # CRVD's mosaics are GBRG: one row down, they begin with red.
    return tifffile.imread(file)[1:-1], np.array(CRVD_LEVELS, np.float32)


LAYOUTS = {"sid": _sid, "crvd": _crvd}
