# SPDX-License-Identifier: MIT
"""What a camera sends by MIPI CSI-2: packets, and their bytes on the lanes of a D-PHY.

Code and checksum are computed by other means than the receiver's: the columns of the code are all
of weight three and four of weight five, in their order; the checksum is CRC-16-CCITT of reversed
bytes.
"""

from binascii import crc_hqx
from collections.abc import Sequence
from itertools import combinations

import numpy as np

__all__ = ["FRAME_END", "FRAME_START", "code_of", "long_packet", "on_lanes", "packed_line"]
__all__ += ["checksum_of", "short_packet"]

FRAME_START, FRAME_END = 0x00, 0x01
_FIVES = (0b011111, 0b101111, 0b110111, 0b111011)


def _columns() -> list[int]:
    threes = sorted(sum(1 << place for place in three) for three in combinations(range(6), 3))
    return [*threes, *_FIVES]


def code_of(header: int) -> int:
    """The six bits that protect the 24 of a header, its data identifier lowest.

    >>> hex(code_of(0x01F037))
    '0x3f'
    """
    code = 0
    for bit, column in enumerate(_columns()):
        code ^= column if header >> bit & 1 else 0
    return code


def checksum_of(payload: bytes) -> int:
    """The 16 bits behind a payload.

    >>> hex(checksum_of(bytes.fromhex("FF000002B9DCF372BBD4B85AC875C27C81F805DFFF000001")))
    '0xf0'
    """
    turned = crc_hqx(bytes(_turned(value, 8) for value in payload), 0xFFFF)
    return _turned(turned, 16)


def short_packet(kind: int, value: int = 0, channel: int = 0) -> bytes:
    """Four bytes: data type `kind`, 0 to 0x3F, a 16-bit value, the code."""
    header = value << 8 | channel << 6 | kind
    return (code_of(header) << 24 | header).to_bytes(4, "little")


def long_packet(kind: int, payload: bytes, channel: int = 0) -> bytes:
    """Header, payload and checksum."""
    checksum = checksum_of(payload).to_bytes(2, "little")
    return short_packet(kind, len(payload), channel) + payload + checksum


def packed_line(line: np.ndarray, bits: int) -> bytes:
    """(W,) pixels of 8, 10, 12 or 14 bits as bytes, W a multiple of the 1, 4, 2 or 4 in a pack.

    >>> packed_line(np.array([0x126, 0x345]), 12).hex()
    '123456'
    """
    low = bits - 8
    size = {8: 1, 10: 4, 12: 2, 14: 4}[bits]
    packs = []
    for pack in line.reshape(-1, size).tolist():
        rest = sum((value & ((1 << low) - 1)) << n * low for n, value in enumerate(pack))
        packs.append(bytes(value >> low for value in pack))
        packs.append(rest.to_bytes(size * low // 8, "little"))
    return b"".join(packs)


def on_lanes(packets: Sequence[bytes], lanes: int, silence: int = 1) -> np.ndarray:
    """(cycles, lanes, 2) active and byte: each packet a burst, `silence` cycles behind it."""
    cycles = []
    for packet in packets:
        rows = -(-len(packet) // lanes)
        burst = np.zeros((rows + silence, lanes, 2), int)
        flat = burst[:rows].reshape(-1, 2)
        flat[: len(packet)] = [(1, value) for value in packet]
        cycles.append(burst)
    return np.concatenate(cycles)


def _turned(value: int, bits: int) -> int:
    return int(f"{value:0{bits}b}"[::-1], 2)
