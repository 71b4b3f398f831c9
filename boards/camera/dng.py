# SPDX-License-Identifier: MIT
"""Write a Bayer mosaic as an uncompressed DNG.

Source: Adobe DNG specification 1.4, chapter 4; the tag numbers below are its own.
"""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
import tifffile

__all__ = ["write_dng"]

_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _SRATIONAL = 1, 2, 3, 4, 5, 10
_CFA = 32803
_D65 = 21


def write_dng(
    path: Path,
    mosaic: np.ndarray,
    *,
    cfa: str = "RGGB",
    black: tuple[int, int, int, int] = (0, 0, 0, 0),
    white: int = 65535,
    xyz_to_camera: np.ndarray | None = None,
    neutral: tuple[float, float, float] = (1.0, 1.0, 1.0),
    model: str = "Tarsier sample",
) -> None:
    """Write `mosaic` so that any raw converter reads it.

    Args:
        path: the file to write.
        mosaic: (H, W) uint16.
        cfa: colours of the first two by two pixels, row by row.
        black: black level of those four pixels, in the same order.
        white: the value of a saturated pixel.
        xyz_to_camera: (3, 3) colour matrix under D65; identity where not given.
        neutral: what the camera sees of a white object, green = 1 (AsShotNeutral).
        model: name of the camera.
    """
    matrix = np.eye(3) if xyz_to_camera is None else xyz_to_camera
    name = model.encode() + b"\0"
    extratags = [
        (271, _ASCII, 8, b"Tarsier\0", True),
        (272, _ASCII, len(name), name, True),
        (33421, _SHORT, 2, (2, 2), True),  # CFARepeatPatternDim
        (33422, _BYTE, 4, bytes("RGB".index(colour) for colour in cfa), True),  # CFAPattern
        (50706, _BYTE, 4, bytes((1, 4, 0, 0)), True),  # DNGVersion
        (50707, _BYTE, 4, bytes((1, 1, 0, 0)), True),  # DNGBackwardVersion
        (50708, _ASCII, len(name), name, True),  # UniqueCameraModel
        (50713, _SHORT, 2, (2, 2), True),  # BlackLevelRepeatDim
        (50714, _LONG, 4, black, True),  # BlackLevel
        (50717, _LONG, 1, white, True),  # WhiteLevel
        (50721, _SRATIONAL, 9, _rationals(matrix), True),  # ColorMatrix1
        (50728, _RATIONAL, 3, _rationals(neutral), True),  # AsShotNeutral
        (50778, _SHORT, 1, _D65, True),  # CalibrationIlluminant1
    ]
    tifffile.imwrite(
        path, mosaic, photometric=_CFA, extratags=extratags, metadata=None, software=False
    )


def _rationals(values: Iterable[float] | np.ndarray) -> tuple[int, ...]:
    numbers = np.ravel(np.asarray(values)).tolist()
    fractions = [Fraction(number).limit_denominator(10_000) for number in numbers]
    return tuple(part for value in fractions for part in (value.numerator, value.denominator))
