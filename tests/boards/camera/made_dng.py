# SPDX-License-Identifier: MIT
"""DNG files made byte by byte from what they shall say, by no library's idea of one."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import imagecodecs
import numpy as np

BYTE, ASCII, SHORT, LONG, RATIONAL, SRATIONAL = 1, 2, 3, 4, 5, 10
CODES = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "I", RATIONAL: "I", SRATIONAL: "i"}
RGB = {"R": 0, "G": 1, "B": 2, "C": 3, "M": 4, "Y": 5, "W": 6}
IDENTITY = tuple(Fraction(int(row == column)) for row in range(3) for column in range(3))

Tags = dict[int, tuple[int, Sequence]]


@dataclass
class Made:
    """A DNG to be; the sensor is what is stored, before any linearization."""

    sensor: np.ndarray
    bits: int = 16
    order: str = "<"
    pack: str = "plain"
    predictor: int = 1
    components: int = 1  # samples of a pixel of lossless JPEG, its own predictor, and
    jpeg_predictor: int = 1
    jpeg_rows: float = 1  # how many of its rows are one of the mosaic
    tile: tuple[int, int] | None = None  # of rows and columns; None is strips of `rows`
    rows: int | None = None
    cfa: str = "RGGB"
    cfa_shape: tuple[int, int] = (2, 2)
    black: Sequence[Fraction | int] | None = (0,)
    black_shape: tuple[int, int] = (1, 1)
    across: Sequence[Fraction] = ()
    down: Sequence[Fraction] = ()
    white: int | None = 4095
    area: tuple[int, int, int, int] | None = None
    masks: Sequence[int] = ()
    table: Sequence[int] = ()
    orientation: int = 1
    more: Tags = field(default_factory=dict)

    def write(self, path: Path) -> Path:
        path.write_bytes(file_of([self.tags()], self.order))
        return path

    def tags(self) -> tuple[Tags, list[bytes]]:
        """The tags of its directory, and its strips or tiles."""
        height, width = self.sensor.shape
        rows, columns = self.tile or (self.rows or height, width)
        pieces = []
        for top in range(0, height, rows):
            for left in range(0, width, columns):
                piece = self.sensor[top : top + rows, left : left + columns]
                if self.tile:
                    short = (rows - piece.shape[0], columns - piece.shape[1])
                    piece = np.pad(piece, ((0, short[0]), (0, short[1])), mode="edge")
                pieces.append(self._packed(piece))
        number = {"plain": 1, "lzw": 5, "ljpeg": 7, "deflate": 8, "jxl": 52546}
        layout: Tags = {322: (LONG, [columns]), 323: (LONG, [rows])}
        tags: Tags = {
            254: (LONG, [0]),
            256: (LONG, [width]),
            257: (LONG, [height]),
            258: (SHORT, [self.bits]),
            259: (SHORT, [number[self.pack]]),
            262: (SHORT, [32803]),
            271: (ASCII, b"Made\0"),
            272: (ASCII, b"Made\0"),
            274: (SHORT, [self.orientation]),
            277: (SHORT, [1]),
            284: (SHORT, [1]),
            **(layout if self.tile else {278: (LONG, [rows])}),
            33421: (SHORT, self.cfa_shape),
            33422: (BYTE, [RGB[colour] for colour in self.cfa]),
            50706: (BYTE, [1, 7, 1, 0]),
            50707: (BYTE, [1, 4, 0, 0]),
            50708: (ASCII, b"Made\0"),
            50710: (BYTE, sorted({RGB[colour] for colour in self.cfa})),
            50711: (SHORT, [1]),
            50721: (SRATIONAL, IDENTITY),
            50728: (RATIONAL, [Fraction(1, 2), Fraction(1), Fraction(5, 8)]),
            50778: (SHORT, [21]),
        }
        if self.predictor != 1:
            tags[317] = SHORT, [self.predictor]
        if self.sensor.dtype.kind == "f":
            tags[339] = SHORT, [3]
        if self.black is not None:
            whole = all(Fraction(level).denominator == 1 for level in self.black)
            tags[50713] = SHORT, self.black_shape
            tags[50714] = LONG if whole else RATIONAL, self.black
        optional = (
            (50712, SHORT, self.table),
            (50715, SRATIONAL, self.across),
            (50716, SRATIONAL, self.down),
            (50717, LONG, [] if self.white is None else [self.white]),
            (50829, LONG, self.area or ()),
            (50830, LONG, self.masks),
        )
        tags |= {code: (kind, values) for code, kind, values in optional if len(values)}
        return tags | self.more, pieces

    def _packed(self, piece: np.ndarray) -> bytes:
        match self.pack:
            case "plain":
                return self._plain(piece)
            case "lzw":
                return bytes(imagecodecs.lzw_encode(self._plain(piece)))
            case "deflate":
                return zlib.compress(self._plain(self._predicted(piece)))
            case "ljpeg":
                shape = piece.shape[0] * self.jpeg_rows, int(piece.shape[1] / self.jpeg_rows)
                samples = piece.reshape(int(shape[0]), shape[1])
                return lossless_jpeg(samples, self.bits, self.components, self.jpeg_predictor)
            case "jxl":
                return bytes(imagecodecs.jpegxl_encode(piece, lossless=True))
        raise AssertionError(self.pack)

    def _plain(self, piece: np.ndarray) -> bytes:
        """Lines of samples of `bits` bits, the highest first, each line from a byte on."""
        if piece.dtype == np.uint8 and self.pack == "deflate":
            return piece.tobytes()
        if piece.dtype.kind == "f":
            return floats(piece, self.bits, self.order)
        if self.bits in (8, 16):
            return piece.astype(f"{self.order}u{self.bits // 8}").tobytes()
        every = np.unpackbits(piece.astype(">u2").view(np.uint8).reshape(*piece.shape, 2), axis=-1)
        lines = every[..., 16 - self.bits :].reshape(len(piece), -1)
        return np.packbits(lines, axis=1).tobytes()

    def _predicted(self, piece: np.ndarray) -> np.ndarray:
        """Differences of samples 1 or 2 apart, or of a float's bytes, the highest first."""
        if self.predictor == 1:
            return piece
        if self.predictor in (2, 34892):
            step = 1 if self.predictor == 2 else 2
            shifted = np.zeros_like(piece)
            shifted[:, step:] = piece[:, :-step]
            return piece - shifted
        step = {3: 1, 34894: 2}[self.predictor]
        raw = np.frombuffer(floats(piece, self.bits, ">"), np.uint8)
        planes = raw.reshape(len(piece), -1, self.bits // 8).transpose(0, 2, 1)
        line = np.ascontiguousarray(planes).reshape(len(piece), -1)
        shifted = np.zeros_like(line)
        shifted[:, step:] = line[:, :-step]
        return line - shifted


def floats(piece: np.ndarray, bits: int, order: str) -> bytes:
    """IEEE 754 of 16 or 32 bits; 24 are a sign, 7 of exponent and 16 of fraction."""
    if bits != 24:
        return piece.astype(f"{order}f{bits // 8}").tobytes()
    whole = piece.astype(">f4").view(">u4").astype(np.int64)
    exponent = ((whole >> 23) & 255) - 127 + 63
    small = ((whole >> 31) << 23) | (exponent << 16) | ((whole >> 7) & 0xFFFF)
    small[piece == 0] = 0
    three = small.astype(">u4").view(np.uint8).reshape(*piece.shape, 4)[..., 1:]
    return np.ascontiguousarray(three if order == ">" else three[..., ::-1]).tobytes()


def lossless_jpeg(piece: np.ndarray, bits: int, components: int, predictor: int) -> bytes:
    """ITU-T T.81, process 14, predictors of table H.1; `components` side by side are a pixel."""
    height, width = piece.shape[0], piece.shape[1] // components
    samples = piece.reshape(height, width, components).astype(np.int64)
    a, b, c = samples[1:, :-1], samples[:-1, 1:], samples[:-1, :-1]
    choices = (a, b, c, a + b - c, a + (b - c >> 1), b + (a - c >> 1), a + b >> 1)
    before = np.empty_like(samples)
    before[1:, 1:] = choices[predictor - 1]
    before[0, 1:] = samples[0, :-1]
    before[1:, 0] = samples[:-1, 0]
    before[0, 0] = 1 << (bits - 1)
    text = []
    differences = (samples - before + 32767) % 65536 - 32767
    for difference in differences.ravel().tolist():
        size = abs(difference).bit_length()
        text.append(f"{size:05b}")  # all 17 sizes are codes of five bits
        if 0 < size < 16:
            rest = difference if difference > 0 else difference + (1 << size) - 1
            text.append(f"{rest:0{size}b}")
    every = "".join(text)
    every += "1" * (-len(every) % 8)
    coded = int(every, 2).to_bytes(len(every) // 8, "big").replace(b"\xff", b"\xff\0")
    table = b"\0" + bytes([0, 0, 0, 0, 17, *[0] * 11]) + bytes(range(17))
    frame = struct.pack(">BHHB", bits, height, width, components)
    frame += b"".join(bytes([number, 0x11, 0]) for number in range(components))
    scan = bytes([components, *(part for number in range(components) for part in (number, 0))])
    scan += bytes([predictor, 0, 0])
    parts = [(0xC3, frame), (0xC4, table), (0xDA, scan)]
    header = b"".join(struct.pack(">BBH", 255, code, len(body) + 2) + body for code, body in parts)
    return b"\xff\xd8" + header + coded + b"\xff\xd9"


def file_of(images: list[tuple[Tags, list[bytes]]], order: str = "<") -> bytes:
    """A TIFF whose first directory is `images[0]`; the others hang from it as SubIFDs."""
    body = bytearray((b"II*\0" if order == "<" else b"MM\0*") + bytes(4))
    offsets = []
    for tags, pieces in reversed(images):
        starts = []
        for piece in pieces:
            starts.append(len(body))
            body += piece + bytes(len(piece) % 2)
        tiled = 322 in tags
        places: Tags = {
            324 if tiled else 273: (LONG, starts),
            325 if tiled else 279: (LONG, [len(piece) for piece in pieces]),
        }
        if offsets and len(offsets) == len(images) - 1:
            places[330] = LONG, offsets[::-1]
        offsets.append(_directory(body, tags | places, order))
    struct.pack_into(order + "I", body, 4, offsets[-1])
    return bytes(body)


def _directory(body: bytearray, tags: Tags, order: str) -> int:
    entries = []
    for code in sorted(tags):
        kind, values = tags[code]
        count = len(values)
        if kind in (RATIONAL, SRATIONAL):
            values = [
                part
                for value in map(Fraction, values)
                for part in (value.numerator, value.denominator)
            ]
        content = struct.pack(f"{order}{len(values)}{CODES[kind]}", *map(int, values))
        if len(content) > 4:
            place = len(body)
            body += content + bytes(len(content) % 2)
            content = struct.pack(order + "I", place)
        entries.append(struct.pack(order + "HHI", code, kind, count) + content.ljust(4, b"\0"))
    start = len(body)
    body += struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4)
    return start
