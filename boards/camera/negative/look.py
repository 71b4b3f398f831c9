# SPDX-License-Identifier: MIT
"""How a DNG is to look: its colours and which way is up, chapters 4 and 6."""

import numpy as np

from tarsier_fpga.camera.colour import camera_to_srgb
from tarsier_fpga.camera.negative.tags import Negative, Tag
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["balance", "flip", "to_srgb"]

_D65 = 21
# Orientation 1 to 8 of TIFF 6.0, as mirrored columns 1, then mirrored rows 2, then transposed 4.
_FLIPS = (0, 1, 3, 2, 4, 6, 7, 5)


def flip(negative: Negative) -> int:
    """How the picture is turned upright, in LibRaw's code."""
    (orientation,) = negative.numbers(Tag.ORIENTATION, colours=True) or (1,)
    return _FLIPS[int(orientation) - 1] if 1 <= orientation <= 8 else 0


def balance(negative: Negative) -> tuple[float, float, float] | None:
    """The gains that make white of what the camera sees of a white object; None: not said."""
    neutral = _floats(negative, Tag.AS_SHOT_NEUTRAL)
    xy, matrix = _floats(negative, Tag.AS_SHOT_WHITE_XY), _xyz_to_camera(negative)
    if len(neutral) != 3 and len(xy) == 2 and xy[1] > 0 and matrix is not None:
        x, y = xy
        neutral = (matrix @ np.array([x / y, 1, (1 - x - y) / y])).tolist()
    if len(neutral) != 3 or min(neutral) <= 0:
        return None
    red, green, blue = (1 / seen for seen in neutral)
    return red, green, blue


def to_srgb(negative: Negative) -> np.ndarray | None:
    """(3, 3) balanced camera RGB to linear sRGB; None: not said."""
    matrix = _xyz_to_camera(negative)
    try:
        return None if matrix is None else camera_to_srgb(matrix)
    except HostError as error:
        raise negative.wrong(str(error)) from None


def _xyz_to_camera(negative: Negative) -> np.ndarray | None:
    """(3, 3) of daylight where the file has two: the second, unless the first says D65."""
    choices = [
        (Tag.COLOR_MATRIX_2, Tag.CALIBRATION_2, Tag.ILLUMINANT_2),
        (Tag.COLOR_MATRIX_1, Tag.CALIBRATION_1, Tag.ILLUMINANT_1),
    ]
    there = [tags for tags in choices if len(_floats(negative, tags[0])) == 9]
    if not there:
        return None
    daylight = [tags for tags in there if _floats(negative, tags[2]) == (_D65,)]
    matrix, calibration, _ = (daylight or there)[0]
    camera = np.array(_floats(negative, matrix)).reshape(3, 3)
    if not camera.any():
        return None
    if len(own := _floats(negative, calibration)) == 9:
        camera = np.array(own).reshape(3, 3) @ camera
    if len(analog := _floats(negative, Tag.ANALOG_BALANCE)) == 3:
        camera = np.diag(analog) @ camera
    return camera


def _floats(negative: Negative, code: int) -> tuple[float, ...]:
    return tuple(float(value) for value in negative.numbers(code, colours=True))
