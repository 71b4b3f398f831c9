# SPDX-License-Identifier: MIT
"""Pixel formats by name: V4L2's FourCC, libcamera's and GenICam's names of Bayer formats.

Sources: Linux, userspace-api/media/v4l/pixfmt-bayer; libcamera, formats.yaml; EMVA, GenICam PFNC.
"""

import re
from dataclasses import dataclass

from tarsier_fpga.camera.layout import Packing
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["PixelFormat", "pixel_format"]


@dataclass(frozen=True, slots=True)
class PixelFormat:
    """What a format's name says."""

    cfa: str
    bits: int
    packing: Packing


_ORDER = ("BGGR", "GBRG", "GRBG", "RGGB")
# Names of the four phases, in that order.
_FOURCC = {
    ("BA81", "GBRG", "GRBG", "RGGB"): (8, Packing.NONE),
    ("BG10", "GB10", "BA10", "RG10"): (10, Packing.NONE),
    ("BG12", "GB12", "BA12", "RG12"): (12, Packing.NONE),
    ("BG14", "GB14", "GR14", "RG14"): (14, Packing.NONE),
    ("BYR2", "GB16", "GR16", "RG16"): (16, Packing.NONE),
    ("pBAA", "pGAA", "pgAA", "pRAA"): (10, Packing.MIPI),
    ("pBCC", "pGCC", "pgCC", "pRCC"): (12, Packing.MIPI),
    ("pBEE", "pGEE", "pgEE", "pREE"): (14, Packing.MIPI),
}
_BY_NAME = {
    name: PixelFormat(cfa, bits, packing)
    for names, (bits, packing) in _FOURCC.items()
    for name, cfa in zip(names, _ORDER, strict=True)
}
_V4L2 = re.compile(r"S(BGGR|GBRG|GRBG|RGGB)(8|10|12|14|16)(P|_CSI2P)?")
_PFNC = re.compile(r"Bayer(RG|GR|GB|BG)(8|10|12|14|16)(p|Packed)?")
_PFNC_PHASES = {phase[:2]: phase for phase in _ORDER}


def pixel_format(name: str) -> PixelFormat:
    """What the format called `name` is.

    Raises:
        HostError: it is none of the formats that are read.

    >>> pixel_format("pRAA")
    PixelFormat(cfa='RGGB', bits=10, packing=<Packing.MIPI: 'mipi'>)
    """
    if name in _BY_NAME:
        return _BY_NAME[name]
    if match := _V4L2.fullmatch(name):
        cfa, bits, packed = match.groups()
        found = PixelFormat(cfa, int(bits), Packing.MIPI if packed else Packing.NONE)
    elif match := _PFNC.fullmatch(name):
        phase, bits, packed = match.groups()
        packing = {None: Packing.NONE, "p": Packing.PFNC, "Packed": Packing.GIGE}[packed]
        found = PixelFormat(_PFNC_PHASES[phase], int(bits), packing)
    if not match or found.bits not in found.packing.widths:
        raise HostError(
            f"format {name!r} is none that is read: they are V4L2's FourCC of uncompressed Bayer"
            " formats such as RG10 or pRAA, libcamera's names such as SRGGB10_CSI2P, and GenICam's"
            " such as BayerRG12p or BayerRG12Packed"
        )
    return found
