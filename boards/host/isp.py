# SPDX-License-Identifier: MIT
"""Develop packed linear light into a picture people can judge: balance, demosaic, colour, gamma.

Deliberately plain: no denoising, sharpening or tone curve of its own, so that before and after
differ by the network alone.
"""

import numpy as np

from boards.host.codes import Scale, decode
from boards.host.raw import Raw

__all__ = ["demosaic", "develop", "grey_world", "oriented"]


def develop(
    codes: np.ndarray, raw: Raw, balance: tuple[float, float, float], scale: Scale
) -> np.ndarray:
    """(H, W, 3) uint8 sRGB picture of (H / 2, W / 2, 4) codes, with the colours of `raw`.

    The smallest gain is taken as 1, so that a saturated pixel is white and never tinted.
    """
    gains = np.array([balance[0], balance[1], balance[1], balance[2]], np.float32)
    light = np.clip(decode(codes, scale) * (gains / gains.min()), 0, 1)
    rgb = demosaic(light)
    if raw.matrix is not None:
        rgb = rgb @ raw.matrix.T.astype(np.float32)
    levels = np.clip(rgb * 4095 + 0.5, 0, 4095).astype(np.uint16)
    return oriented(_SRGB[levels], raw.flip)


def grey_world(codes: np.ndarray, scale: Scale) -> tuple[float, float, float]:
    """Gains of R, G and B that make the frame's average grey, for cameras that state none."""
    red, green1, green2, blue = np.maximum(decode(codes, scale).mean(axis=(0, 1)), 1e-3).tolist()
    green = (green1 + green2) / 2
    return green / red, 1.0, green / blue


def demosaic(light: np.ndarray) -> np.ndarray:
    """(H, W, 3) bilinear colours of a packed (H / 2, W / 2, 4) mosaic R, G1, G2, B.

    >>> demosaic(np.full((2, 2, 4), [1, 2, 2, 3], np.float32))[1, 1].tolist()
    [1.0, 2.0, 3.0]
    """
    height, width = light.shape[:2]
    mosaic = light.reshape(height, width, 2, 2).transpose(0, 2, 1, 3)
    mosaic = mosaic.reshape(2 * height, 2 * width)
    # Reflecting about the outermost pixel keeps the colour phase; edge padding would not.
    m = np.pad(mosaic, 1, mode="reflect")
    beside = (m[1:-1, :-2] + m[1:-1, 2:]) / 2
    above = (m[:-2, 1:-1] + m[2:, 1:-1]) / 2
    cross = (beside + above) / 2
    corner = (m[:-2, :-2] + m[:-2, 2:] + m[2:, :-2] + m[2:, 2:]) / 4

    rgb = np.empty((2 * height, 2 * width, 3), np.float32)
    site = {"r": np.s_[0::2, 0::2], "g1": np.s_[0::2, 1::2], "g2": np.s_[1::2, 0::2]}
    site["b"] = np.s_[1::2, 1::2]
    for name, planes in {
        "r": (mosaic, cross, corner),
        "g1": (beside, mosaic, above),
        "g2": (above, mosaic, beside),
        "b": (corner, cross, mosaic),
    }.items():
        for colour, plane in enumerate(planes):
            rgb[(*site[name], colour)] = plane[site[name]]
    return rgb


def oriented(picture: np.ndarray, flip: int) -> np.ndarray:
    """`picture` (H, W, 3) turned upright by LibRaw's code: mirror columns, rows, transpose."""
    if flip & 1:
        picture = picture[:, ::-1]
    if flip & 2:
        picture = picture[::-1]
    if flip & 4:
        picture = picture.transpose(1, 0, 2)
    return np.ascontiguousarray(picture)


def _srgb_table() -> np.ndarray:
    """The sRGB transfer curve, IEC 61966-2-1, for 12-bit linear light."""
    linear = np.arange(4096) / 4095
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(255 * curve).astype(np.uint8)


_SRGB = _srgb_table()
