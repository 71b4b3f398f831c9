# SPDX-License-Identifier: MIT
"""Pictures as a network's codes and back: RGB, or luma whose colours go round the network.

    code = clip(black + round(span * level / peak), 0, most)
    Y    = 0.299 R + 0.587 G + 0.114 B

That is the luma of JPEG, ITU-R BT.601 of full range. Of a colour picture a network on luma restores
Y alone; Cb and Cr stay as they are, enlarged bicubically where it enlarges. R - Y, G - Y and B - Y
are sums of Cb and Cr, so what Y gains is given to R, G and B alike. A grey picture is R = G = B to
a network on RGB, and is the luma of what comes of it. Codes are computed in integers, half up, and
are the same on every machine.
"""

from fractions import Fraction

import numpy as np

from tarsier_fpga.hls.base.coding import Coding, FrameKind
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.training.data.imresize import SUPPORT, imresize

__all__ = ["enlarged", "finished_photo", "photo_codes", "restored_photo"]

_LUMA = (299, 587, 114)  # thousandths
_BAND = 128  # rows that are enlarged at once, which bounds the memory


def photo_codes(photo: Photo, kind: FrameKind, scale: Coding) -> np.ndarray:
    """(H, W, 3) uint16 codes of RGB, or (H, W, 1) of luma."""
    match kind, photo.grey:
        case FrameKind.LUMA, False:
            thousandths = photo.pixels.astype(np.int64) @ np.array(_LUMA)
            codes = _coded(thousandths, 1000 * photo.peak, scale)[..., None]
        case FrameKind.LUMA, True:
            codes = _levels(photo, scale)[photo.pixels][..., None]
        case _, True:
            codes = np.repeat(_levels(photo, scale)[photo.pixels][..., None], 3, axis=2)
        case _:
            codes = _levels(photo, scale)[photo.pixels]
    return codes


def restored_photo(codes: np.ndarray, scale: Coding, photo: Photo) -> Photo:
    """What a network made of `photo`: (h, w, 3) codes of RGB or (h, w, 1) of luma.

    It has 16 bits where there are more codes from black to white than 8 bits have, else 8.
    """
    times = Fraction(codes.shape[0], photo.height)
    values = (codes.astype(np.float64) - scale.black) / scale.span
    if photo.grey:
        values = values @ (np.array(_LUMA) / 1000) if codes.shape[2] == 3 else values[..., 0]
    elif codes.shape[2] == 1:
        values = values + enlarged(_chroma(photo), times)
    levels = np.uint16 if scale.span > 255 else np.uint8
    alpha = None if photo.alpha is None else enlarged(photo.alpha / photo.peak, times)
    return Photo(
        photo.name,
        _rounded(values, levels),
        None if alpha is None else _rounded(alpha, levels),
        photo.profile,
    )


def finished_photo(name: str, codes: np.ndarray, scale: Coding) -> Photo:
    """(h, w, 3) RGB `codes` as the picture that they are, in as many bits as `restored_photo`."""
    levels = np.uint16 if scale.span > 255 else np.uint8
    return Photo(name, _rounded((codes.astype(np.float64) - scale.black) / scale.span, levels))


def enlarged(image: np.ndarray, times: Fraction) -> np.ndarray:
    """(H, W) or (H, W, c) `image` bicubically `times` as large, float64; as it is at 1.

    Rows are enlarged in bands; every pixel comes out as it would of all at once.
    """
    if times == 1:
        return image
    height, factor = image.shape[0], float(times)
    if times.denominator != 1:  # bands would begin between pixels
        return imresize(image, factor)
    bands = []
    for top in range(0, height, _BAND):
        above = min(top, SUPPORT)
        band = imresize(image[top - above : top + _BAND + SUPPORT], factor)
        first = above * times.numerator
        bands.append(band[first : first + min(_BAND, height - top) * times.numerator])
    return np.concatenate(bands)


def _levels(photo: Photo, scale: Coding) -> np.ndarray:
    """The code of every level."""
    return _coded(np.arange(photo.peak + 1), photo.peak, scale)


def _coded(levels: np.ndarray, peak: int, scale: Coding) -> np.ndarray:
    codes = scale.black + (2 * scale.span * levels + peak) // (2 * peak)
    return np.clip(codes, 0, scale.top).astype(np.uint16)


def _chroma(photo: Photo) -> np.ndarray:
    """(H, W, 3) R, G and B less luma, with white at 1."""
    values = photo.pixels / photo.peak
    return values - (values @ (np.array(_LUMA) / 1000))[..., None]


def _rounded(values: np.ndarray, levels: type[np.unsignedinteger]) -> np.ndarray:
    peak = np.iinfo(levels).max
    return np.floor(np.clip(values, 0, 1) * peak + 0.5).astype(levels)
