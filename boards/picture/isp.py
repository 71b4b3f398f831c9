# SPDX-License-Identifier: MIT
"""Develop packed linear light into a picture people can judge: balance, demosaic, colour, gamma.

Deliberately plain: no denoising, sharpening or tone curve of its own, so that before and after
differ by the network alone.
"""

from collections.abc import Iterator

import numpy as np

from tarsier_fpga.camera.encode import decode
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.hls.base.coding import Coding

__all__ = ["demosaic", "develop", "grey_world", "oriented"]

Plane = np.ndarray  # (h, w) float32, one colour of a Bayer block
Site = tuple[tuple[int, int], tuple[Plane, Plane, Plane]]

_BAND = 32  # rows of blocks developed at once, so that they stay in the cache


def develop(
    codes: np.ndarray, raw: Raw, balance: tuple[float, float, float], scale: Coding
) -> np.ndarray:
    """(H, W, 3) uint8 sRGB picture of (H / 2, W / 2, 4) codes, with the colours of `raw`.

    The smallest gain is taken as 1, so that a saturated pixel is white and never tinted.
    """
    gains = np.array([balance[0], balance[1], balance[1], balance[2]], np.float32)
    every = decode(np.arange(1 << scale.bits), scale)[:, None]
    table = np.clip(every * (gains / gains.min()), 0, 1).T
    matrix = np.eye(3) if raw.matrix is None else raw.matrix
    height, width = codes.shape[:2]
    padded = np.pad(codes, ((1, 1), (1, 1), (0, 0)), mode="edge")
    picture = np.empty((2 * height, 2 * width, 3), np.uint8)
    for top in range(0, height, _BAND):
        band = padded[top : top + _BAND + 2]
        light = [table[channel][band[..., channel]] for channel in range(4)]
        rows = picture[2 * top : 2 * (top + _BAND)]
        for (row, column), colours in _sites(*light):
            for out, weights in enumerate(matrix.astype(np.float32)):
                rows[row::2, column::2, out] = _SRGB[_levels(colours, weights)]
    return oriented(picture, raw.flip)


def grey_world(codes: np.ndarray, scale: Coding) -> tuple[float, float, float]:
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
    rgb = np.empty((2 * height, 2 * width, 3), np.float32)
    padded = np.pad(light, ((1, 1), (1, 1), (0, 0)), mode="edge")
    for (row, column), colours in _sites(*np.moveaxis(padded, -1, 0)):
        for colour, plane in enumerate(colours):
            rgb[row::2, column::2, colour] = plane
    return rgb


def _sites(red: Plane, green1: Plane, green2: Plane, blue: Plane) -> Iterator[Site]:
    """Each place in a Bayer block, and the colours there: measured, or the mean of the nearest.

    The planes have a border, a copy of their outermost pixels: the nearest ones of their colour.
    """
    here, before, after = slice(1, -1), slice(None, -2), slice(2, None)
    r, g1, g2, b = (plane[here, here] for plane in (red, green1, green2, blue))

    def cross(across: tuple[Plane, Plane], down: tuple[Plane, Plane]) -> Plane:
        return ((across[0] + across[1]) + (down[0] + down[1])) / 4

    green = cross((green1[here, before], g1), (green2[before, here], g2))
    corners = blue[before, before] + blue[before, here] + blue[here, before] + b
    yield (0, 0), (r, green, corners / 4)
    yield (0, 1), ((r + red[here, after]) / 2, g1, (blue[before, here] + b) / 2)
    yield (1, 0), ((r + red[after, here]) / 2, g2, (blue[here, before] + b) / 2)
    green = cross((g2, green2[here, after]), (g1, green1[after, here]))
    corners = r + red[here, after] + red[after, here] + red[after, after]
    yield (1, 1), (corners / 4, green, b)


def _levels(colours: tuple[Plane, Plane, Plane], weights: np.ndarray) -> np.ndarray:
    """12-bit levels of the weighted sum of `colours`."""
    total = colours[0] * (4095 * weights[0])
    for colour, weight in zip(colours[1:], weights[1:], strict=True):
        total += colour * (4095 * weight)
    total += 0.5
    return np.clip(total, 0, 4095, out=total).astype(np.uint16)


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
