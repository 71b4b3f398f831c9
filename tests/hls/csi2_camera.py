# SPDX-License-Identifier: MIT
"""CSI-2 as a camera sends it, and what goes wrong on its way."""

from dataclasses import dataclass

import numpy as np

from tarsier_fpga.hls.sim.csi2_sender import (
    FRAME_END,
    FRAME_START,
    long_packet,
    on_lanes,
    packed_line,
    short_packet,
)

__all__ = ["DATA_TYPES", "FAULTS", "clean_frame", "draw_bursts", "torn"]

DATA_TYPES = {8: 0x2A, 10: 0x2B, 12: 0x2C, 14: 0x2D}
LINE_START, LINE_END, EMBEDDED, BLANKING, RGB888, GENERIC = 0x02, 0x03, 0x12, 0x11, 0x24, 0x09


def clean_frame(frame: np.ndarray, bits: int, channel: int, number: int = 1) -> list[bytes]:
    """The packets of a (H, W) frame, without those that a camera may leave out."""
    lines = [long_packet(DATA_TYPES[bits], packed_line(line, bits), channel) for line in frame]
    start, end = (short_packet(kind, number, channel) for kind in (FRAME_START, FRAME_END))
    return [start, *lines, end]


def _extra(rng: np.random.Generator, channel: int) -> bytes:
    """A packet that is no part of the picture."""
    payload = rng.integers(0, 256, rng.integers(0, 12)).astype(np.uint8).tobytes()
    other = (channel + 1) % 4
    return [
        short_packet(LINE_START, 7, channel),
        short_packet(LINE_END, 7, channel),
        short_packet(GENERIC, 0xBEEF, channel),
        long_packet(EMBEDDED, payload, channel),
        long_packet(BLANKING, payload, channel),
        long_packet(RGB888, payload, channel),
        long_packet(DATA_TYPES[12], payload, other),
        short_packet(FRAME_START, 9, other),
        long_packet(DATA_TYPES[10], b"", channel),
    ][rng.integers(9)]


@dataclass(frozen=True)
class Fault:
    """Bits that are turned in a header, and behind it; bytes that a packet lacks or has more."""

    header: int = 0
    payload: int = 0
    lacks: int = 0
    more: int = 0


FAULTS = (
    *(Fault(), Fault(), Fault(), Fault(more=3)),
    *(Fault(header=1), Fault(header=2), Fault(payload=1), Fault(lacks=1), Fault(lacks=99)),
)


def torn(rng: np.random.Generator, packet: bytes, fault: Fault) -> bytes:
    """`packet` as it arrives."""
    arrived = bytearray(packet)
    turned = [*rng.permutation(30)[: fault.header]]
    if len(packet) > 4:
        turned += [*(32 + rng.integers(8 * (len(packet) - 4), size=fault.payload))]
    for bit in turned:
        arrived[bit // 8] ^= 1 << bit % 8
    if fault.lacks:
        arrived = arrived[
            : len(packet) - int(rng.integers(1, min(fault.lacks, len(packet) - 1) + 1))
        ]
    return bytes(arrived) + bytes(rng.integers(0, 256, fault.more).astype(np.uint8))


def draw_bursts(
    rng: np.random.Generator,
    shape: tuple[int, int],
    bits: int,
    channel: int,
    frames: int,
    lanes: int,
    faulty: bool = True,
) -> np.ndarray:
    """(cycles, lanes, 2) active and byte of random frames of (H, W), with packets in between."""
    rows = [np.zeros((1, lanes, 2), int)]
    for number in range(frames):
        for packet in clean_frame(rng.integers(0, 1 << bits, shape), bits, channel, number + 1):
            sent = [packet, *(_extra(rng, channel) for _ in range(rng.integers(0, 2)))]
            for one in sent:
                fault = FAULTS[rng.integers(len(FAULTS))] if faulty and number else Fault()
                rows.append(on_lanes([torn(rng, one, fault)], lanes, int(rng.integers(1, 4))))
    return np.concatenate([*rows, np.zeros((4, lanes, 2), int)])
