# SPDX-License-Identifier: MIT
"""Real raw pairs, a dark exposure and a bright one of the same scene, read from the disk by layout.

    sid     FOLDER/short/*.ARW and FOLDER/long/*.ARW (Sony) or *.RAF; the number before the first
            underscore names the scene, the last field the exposure: 00001_00_0.1s.ARW
    crvd    FOLDER/indoor_raw_noisy/sceneN/ISOn/frameM_noisyK.tiff and
            FOLDER/indoor_raw_gt/sceneN/ISOn/frameM_clean_and_slightly_denoised.tiff

Frames become packed RGGB in [0, 1] between each colour's black level and white, as where networks
are used; the dark one is amplified by the ratio of the exposures. Only the crops that are asked for
are converted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from tarsier_fpga.hls.base.camera_frame import CameraFrame
from tarsier_fpga.hls.base.errors import TarsierError, TrainingError
from tarsier_fpga.training.data.bayer import pack
from tarsier_fpga.training.data.store import decode_once

__all__ = ["LAYOUTS", "RawPair", "Reader", "find_pairs"]

Reader = Callable[[Path], CameraFrame]
CRVD_BLACK, CRVD_WHITE = 240, 4095  # of the IMX385's 12-bit codes


@dataclass(frozen=True)
class RawPair:
    """Two files of one scene; `gain` is what the dark one is amplified by."""

    dark: Path
    bright: Path
    gain: float
    read: Reader

    @cached_property
    def frames(self) -> tuple[CameraFrame, CameraFrame]:
        """Both frames, decoded once."""
        try:
            return self._decoded(self.dark), self._decoded(self.bright)
        except (OSError, ValueError, TarsierError) as error:
            raise TrainingError(f"{self.dark} or its pair cannot be read: {error}") from None

    def crop(self, size: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The same random place of both, packed (4, size, size) float32."""
        height, width = self.frames[0].mosaic.shape
        if min(height, width) < 2 * size:
            raise TrainingError(
                f"{self.dark} has {width} x {height} pixels, fewer than crops of {2 * size}"
            )
        top, left = (2 * draw.integers(n // 2 - size, endpoint=True) for n in (height, width))
        place = slice(top, top + 2 * size), slice(left, left + 2 * size)
        dark, bright = (_values(frame, place) for frame in self.frames)
        return dark * np.float32(self.gain), np.clip(bright, 0, 1)

    def _decoded(self, file: Path) -> CameraFrame:
        what = f"mosaic and levels by {self.read.__qualname__}"
        mosaic, levels = decode_once(file, self._arrays, what)
        r, g1, g2, b, white = levels.tolist()
        return CameraFrame(mosaic, (r, g1, g2, b), int(white))

    def _arrays(self, file: Path) -> tuple[np.ndarray, np.ndarray]:
        frame = self.read(file)
        return frame.mosaic, np.array([*frame.black, frame.white], np.float64)


def find_pairs(layout: str, folder: Path, read: Reader) -> list[RawPair]:
    """All pairs in `folder`, laid out as `layout` says; `read` reads files of cameras.

    Raises:
        TrainingError: there are none.
    """
    pairs = LAYOUTS[layout](folder, read)
    if not pairs:
        raise TrainingError(f"{folder} holds no raw pairs laid out as {layout}: see raw_pairs.py")
    return pairs


def _values(frame: CameraFrame, place: tuple[slice, slice]) -> np.ndarray:
    """A place of `frame`, packed: 0 at black, 1 at white, float32."""
    black = np.array(frame.black, np.float32)[:, None, None]
    return (pack(frame.mosaic[place]).astype(np.float32) - black) / np.float32(frame.span)


def _sid(folder: Path, read: Reader) -> list[RawPair]:
    long = {file.name.split("_")[0]: file for file in sorted((folder / "long").glob("*_*"))}
    pairs = []
    for dark in sorted((folder / "short").glob("*_*")):
        bright = long.get(dark.name.split("_")[0])
        if bright is not None:
            pairs.append(RawPair(dark, bright, _seconds(bright) / _seconds(dark), read))
    return pairs


def _crvd(folder: Path, _: Reader) -> list[RawPair]:
    pairs = []
    for dark in sorted((folder / "indoor_raw_noisy").glob("scene*/ISO*/frame*_noisy*.tiff")):
        frame = dark.name.split("_")[0]
        place = folder / "indoor_raw_gt" / dark.parent.relative_to(folder / "indoor_raw_noisy")
        bright = next(iter(sorted(place.glob(f"{frame}_clean*.tiff"))), None)
        if bright is not None:
            pairs.append(RawPair(dark, bright, 1.0, _read_crvd))
    return pairs


def _seconds(file: Path) -> float:
    field = file.stem.rsplit("_", 1)[-1].removesuffix("s")
    try:
        return float(field)
    except ValueError:
        raise TrainingError(f"{file.name} does not end in its exposure, as 0.1s") from None


def _read_crvd(file: Path) -> CameraFrame:
    import tifffile  # only who trains on these waits for it

    # CRVD's mosaics are GBRG: one row down, they begin with red.
    return CameraFrame(tifffile.imread(file)[1:-1], (CRVD_BLACK,) * 4, CRVD_WHITE)


LAYOUTS: dict[str, Callable[[Path, Reader], list[RawPair]]] = {"sid": _sid, "crvd": _crvd}
