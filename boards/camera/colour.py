# SPDX-License-Identifier: MIT
"""Colour matrices: what a camera sees of linear sRGB, and back."""

import numpy as np

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["camera_from_srgb", "camera_to_srgb"]

# Linear sRGB to XYZ under D65, IEC 61966-2-1.
_XYZ_FROM_SRGB = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)


def camera_from_srgb(xyz_to_camera: np.ndarray) -> np.ndarray:
    """(3, 3) linear sRGB to the balanced RGB of a camera: white stays white."""
    matrix = xyz_to_camera @ _XYZ_FROM_SRGB
    return matrix / matrix.sum(axis=1, keepdims=True)


def camera_to_srgb(xyz_to_camera: np.ndarray) -> np.ndarray:
    """(3, 3) balanced camera RGB to linear sRGB.

    Raises:
        HostError: the matrix has no inverse.
    """
    try:
        with np.errstate(all="ignore"):
            matrix = np.linalg.inv(camera_from_srgb(xyz_to_camera))
        if np.isfinite(matrix).all():
            return matrix
    except np.linalg.LinAlgError:
        pass
    raise HostError(f"its colour matrix {xyz_to_camera.tolist()} has no inverse")
