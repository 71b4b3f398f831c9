# SPDX-License-Identifier: MIT
"""A camera's video out of the bytes that the lanes of its D-PHY bring, by MIPI CSI-2."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

_FRAME_START, _LINE_END, _EMBEDDED = 0x00, 0x03, 0x12
_SKIPPED = (0x10, 0x11)  # null and blanking data
_IMAGES = {8: 0x2A, 10: 0x2B, 12: 0x2C, 14: 0x2D}  # data types by bits of a pixel
_PARITIES = (0xF12CB7, 0xF2555B, 0x749A6D, 0xB8E38E, 0xDF03F0, 0xEFFC00)  # bits of the header


def csi2_receiver(
    x: np.ndarray, pixels: int, bits: int, channel: int
) -> tuple[np.ndarray, Counter[str]]:
    """(cycles, lanes, 2) active and byte -> (beats, pixels + 2) with user and last; the counts.

    The queue is never full.

    >>> line = bytes.fromhex("2c 06 00 29  12 34 56 78 9a bc  0b f8")
    >>> x = [[[1, byte]] for byte in bytes(4) + line]
    >>> x[4:4] = x[len(x):] = [[[0, 0]]]  # silence behind a packet
    >>> y, counts = csi2_receiver(np.array(x), 2, 12, 0)
    >>> [[hex(code) for code in beat] for beat in y.tolist()]
    [['0x126', '0x345', '0x1', '0x0'], ['0x78c', '0x9ab', '0x0', '0x1']]
    """
    counts, y, user = Counter[str](), list[list[int]](), False
    for packet in _packets(x):
        if len(packet) < 4:
            counts["truncated"] += 1
            continue
        header, wrong = _mended(int.from_bytes(packet[:4], "little") & 0x3FFFFFFF)
        counts["ecc_failed" if wrong > 1 else "ecc_corrected"] += wrong > 0
        if wrong > 1:
            continue
        kind, size = header & 0x3F, header >> 8
        if header >> 6 & 3 != channel:
            counts["other_channels"] += 1
        elif kind <= _LINE_END:
            user |= kind == _FRAME_START
        elif kind not in (_IMAGES[bits], _EMBEDDED, *_SKIPPED):
            counts["unknown_types"] += 1
        else:
            counts["embedded_lines"] += kind == _EMBEDDED
            payload, checked = packet[4 : 4 + size], packet[4 : 6 + size]
            counts["truncated"] += len(checked) < size + 2
            counts["crc_failed"] += len(checked) == size + 2 and _crc(checked) != 0
            if kind == _IMAGES[bits] and payload:
                line = _pixels(payload, pixels, bits)
                flags = [[int(user and n == 0), int(n == len(line) - 1)] for n in range(len(line))]
                y += np.concatenate([line, flags], axis=1).tolist()
                user = False
    return np.array(y, int).reshape(-1, pixels + 2), +counts


def _packets(x: np.ndarray) -> Iterator[bytes]:
    """The bytes of each burst, up to the first cycle in which a lane is silent."""
    packet, ended = bytearray(), False
    for cycle in x.tolist():
        active = [lane for lane, _ in cycle]
        brought = (*active, 0).index(0)  # bytes, from lane 0 on
        if not ended:
            packet += bytes(value for _, value in cycle[:brought])
            ended = brought < len(cycle)
        if brought == 0:
            if packet:
                yield bytes(packet)
            packet, ended = bytearray(), False


def _mended(header: int) -> tuple[int, int]:
    """24 bits of a header and how many of its 30 were wrong; 2 stands for more than one."""
    flips = [0, *(1 << bit for bit in range(30))]
    for flip in flips:
        tried = header ^ flip
        code = sum(
            (tried & bits & 0xFFFFFF).bit_count() % 2 << n for n, bits in enumerate(_PARITIES)
        )
        if code == tried >> 24:
            return tried & 0xFFFFFF, int(flip > 0)
    return 0, 2


def _crc(values: bytes) -> int:
    """x^16 + x^12 + x^5 + 1 from all ones, lowest bit first; 0 with its own value behind it."""
    crc = 0xFFFF
    for value in values:
        crc ^= value
        for _ in range(8):
            crc = crc >> 1 ^ (0x8408 if crc & 1 else 0)
    return crc


def _pixels(payload: bytes, pixels: int, bits: int) -> np.ndarray:
    """(beats, pixels), zeros where bytes are missing to the end of a beat and of a pack."""
    packed = {8: 1, 10: 4, 12: 2, 14: 4}[bits]  # pixels that share bytes
    size, low = packed * bits // 8, bits - 8
    payload += bytes(-len(payload) % (max(packed, pixels) * bits // 8))
    line = []
    for at in range(0, len(payload), size):
        rest = int.from_bytes(payload[at + packed : at + size], "little")
        for n in range(packed):
            line.append(payload[at + n] << low | rest >> n * low & ((1 << low) - 1))
    return np.array(line).reshape(-1, pixels)
