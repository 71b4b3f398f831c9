# SPDX-License-Identifier: MIT
"""How a sensor's numbers lie in bytes: alone or packed, line by line.

    none    a byte each up to 8 bits, else two
    mipi    MIPI CSI-2, V4L2: the high bytes of a group of pixels, then their low bits
    pfnc    PFNC 10p, 12p (GenICam): one run of bits, the lowest first
    gige    Mono10Packed, Mono12Packed (GigE Vision): two pixels in three bytes, low bits between

Sources: MIPI CSI-2, RAW10 to RAW14; Linux, V4L2_PIX_FMT_SRGGB10P to 14P; EMVA, GenICam PFNC 2.4.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

import numpy as np

from tarsier_fpga.hls.base.errors import HostError

__all__ = ["Endian", "Layout", "Packing"]

_GROUPS = {10: (4, 5), 12: (2, 3), 14: (4, 7)}  # pixels and bytes of MIPI's groups


class Packing(StrEnum):
    """How numbers share bytes."""

    NONE = "none"
    MIPI = "mipi"
    PFNC = "pfnc"
    GIGE = "gige"

    @property
    def widths(self) -> tuple[int, ...]:
        """The bits a number may have."""
        match self:
            case Packing.NONE:
                return tuple(range(1, 17))
            case Packing.MIPI:
                return tuple(_GROUPS)
            case Packing.PFNC | Packing.GIGE:
                return (10, 12)


class Endian(StrEnum):
    """Which of its two bytes is first."""

    LITTLE = "little"
    BIG = "big"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A frame in bytes; `stride` are the bytes from line to line, None where nothing lies between.

    Raises:
        HostError: these do not go together.
    """

    width: int
    height: int
    bits: int
    packing: Packing = Packing.NONE
    endian: Endian = Endian.LITTLE
    stride: int | None = None

    def __post_init__(self) -> None:
        if self.bits not in self.packing.widths:
            raise HostError(
                f'packing = "{self.packing}" is of {_listed(self.packing.widths)} bits, not'
                f" {self.bits}"
            )
        if self.endian is Endian.BIG and (self.packing is not Packing.NONE or self.bits <= 8):
            raise HostError('endian = "big" is for unpacked numbers of more than 8 bits')
        if self.stride is not None and self.stride < self.line:
            raise HostError(
                f"stride = {self.stride} is less than the {self.line} bytes of a line of"
                f" {self.width} pixels"
            )

    @property
    def line(self) -> int:
        """Bytes of a line, without what pads it."""
        return self._bytes_of(self.width)

    @property
    def size(self) -> int:
        """Bytes of a frame."""
        if self._runs_on:
            return self._bytes_of(self.width * self.height)
        return (self.stride or self.line) * self.height

    def unpack(self, content: np.ndarray) -> np.ndarray:
        """(height, width) uint16 numbers of the `size` bytes of a frame."""
        if self._runs_on:
            return self._numbers(content[None], self.width * self.height).reshape(
                self.height, self.width
            )
        lines = content.reshape(self.height, -1)[:, : self.line]
        return self._numbers(np.ascontiguousarray(lines), self.width)

    @property
    def _runs_on(self) -> bool:
        """Whether a byte may hold the end of a line and the beginning of the next."""
        return self.stride is None and self.packing in (Packing.PFNC, Packing.GIGE)

    def _bytes_of(self, pixels: int) -> int:
        match self.packing:
            case Packing.NONE:
                return pixels * (1 if self.bits <= 8 else 2)
            case Packing.MIPI:
                group, size = _GROUPS[self.bits]
                return ceil(pixels / group) * size
            case Packing.PFNC:
                return ceil(pixels * self.bits / 8)
            case Packing.GIGE:
                return ceil(pixels / 2) * 3

    def _numbers(self, lines: np.ndarray, pixels: int) -> np.ndarray:
        """(rows, `pixels`) uint16 of (rows, bytes)."""
        match self.packing:
            case Packing.NONE:
                return self._alone(lines)
            case Packing.MIPI:
                return _mipi(lines, self.bits)[:, :pixels]
            case Packing.PFNC:
                return _run_of_bits(lines, self.bits, pixels)
            case Packing.GIGE:
                return _gige(lines, self.bits)[:, :pixels]

    def _alone(self, lines: np.ndarray) -> np.ndarray:
        if self.bits <= 8:
            return lines.astype(np.uint16)
        return lines.view("<u2" if self.endian is Endian.LITTLE else ">u2").astype(np.uint16)


def _mipi(lines: np.ndarray, bits: int) -> np.ndarray:
    pixels, size = _GROUPS[bits]
    groups = lines.reshape(len(lines), -1, size).astype(np.uint32)
    low = sum(groups[..., pixels + byte] << (8 * byte) for byte in range(size - pixels))
    spare = bits - 8
    numbers = [
        (groups[..., pixel] << spare) | ((low >> (spare * pixel)) & ((1 << spare) - 1))
        for pixel in range(pixels)
    ]
    return np.stack(numbers, axis=-1).reshape(len(lines), -1).astype(np.uint16)


def _run_of_bits(lines: np.ndarray, bits: int, pixels: int) -> np.ndarray:
    first = np.arange(pixels) * bits
    padded = np.pad(lines, ((0, 0), (0, 2))).astype(np.uint32)
    byte = first // 8
    three = padded[:, byte] | (padded[:, byte + 1] << 8) | (padded[:, byte + 2] << 16)
    return ((three >> (first % 8).astype(np.uint32)) & ((1 << bits) - 1)).astype(np.uint16)


def _gige(lines: np.ndarray, bits: int) -> np.ndarray:
    groups = lines.reshape(len(lines), -1, 3).astype(np.uint16)
    spare = bits - 8
    middle, mask = groups[..., 1], (1 << spare) - 1
    numbers = [
        (groups[..., 0] << spare) | (middle & mask),
        (groups[..., 2] << spare) | ((middle >> 4) & mask),
    ]
    return np.stack(numbers, axis=-1).reshape(len(lines), -1)


def _listed(widths: tuple[int, ...]) -> str:
    if len(widths) > 4:
        return f"{widths[0]} to {widths[-1]}"
    return f"{', '.join(map(str, widths[:-1]))} or {widths[-1]}"
