# SPDX-License-Identifier: MIT
"""What a camera's file says of light: the sensor's numbers, and which of them are black and white.

Readers of files make it and networks are trained on it, so that neither knows the other.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["CameraFrame"]


@dataclass(frozen=True, slots=True, eq=False)
class CameraFrame:
    """A Bayer mosaic that starts with red, and its levels; `black` in the order R, G1, G2, B.

    All colours are read out alike, so one `span` of numbers is the light from black to white of
    each: DNG specification 1.7, chapter 5, rescaling.
    """

    mosaic: np.ndarray  # (H, W) uint16, H and W even, the first two by two pixels are R G / G B
    black: tuple[float, float, float, float]
    white: int

    @property
    def span(self) -> float:
        """What lies between the highest black and white."""
        return self.white - max(self.black)
