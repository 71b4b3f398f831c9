# SPDX-License-Identifier: MIT
"""What goes over the serial line of a bare board, in both directions.

    request   "TSR1"  design  length  payload  crc
    reply     "tsr1"  design  status  cycles  length  payload  crc

All fields but the payload are 32 bits, lowest byte first. `design` is the number of the design that
is asked for, and in a reply of the one that answers. The payload is a frame, of a reply in the size
and the bits of the output, a packed pixel after the other, each in as many whole bytes as its bits
need, channel 0 lowest. `crc` is the CRC-32 of
zlib over all that stands between the magic word and itself.

A request that began with its magic word is answered once. If something is wrong with it the reply
has a status, no payload, and comes when the line has been silent; there is nothing to reset.
`cycles` is how long the network had the frame, in cycles of the board's clock.
"""

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.netlist.beats import pack, unpack

__all__ = ["HEAD", "Reply", "Status", "from_payload", "read_reply", "request", "to_payload"]

HEAD = 20  # bytes of a reply before its payload; the crc after it has 4


class Status(IntEnum):
    """How a request ended."""

    GOOD = 0
    DESIGN = 1  # it names another design
    LENGTH = 2  # it names another length
    DAMAGED = 3  # its bytes and its CRC do not belong together
    CUT = 4  # the line fell silent before its end
    BROKEN = 5  # one of its bytes had no stop bit


@dataclass(frozen=True, slots=True)
class Reply:
    """What the board answered; `payload` is empty unless `status` is GOOD."""

    design: int
    status: Status
    cycles: int
    payload: bytes

    def encode(self) -> bytes:
        """The bytes the board sends."""
        head = struct.pack("<4I", self.design, self.status, self.cycles, len(self.payload))
        return _sealed(b"tsr1", head + self.payload)


def request(design: int, payload: bytes) -> bytes:
    """The bytes that ask `design` to restore a frame."""
    return _sealed(b"TSR1", struct.pack("<2I", design, len(payload)) + payload)


def read_reply(data: bytes) -> Reply:
    """The reply that the bytes of `data` are.

    Raises:
        FlowError: they are none, or were damaged on their way.

    >>> read_reply(Reply(7, Status.CUT, 0, b"").encode())
    Reply(design=7, status=<Status.CUT: 4>, cycles=0, payload=b'')
    """
    if len(data) < HEAD + 4 or data[:4] != b"tsr1":
        raise FlowError(f"{len(data)} bytes from the board are no reply; is it the right port?")
    design, status, cycles, length = struct.unpack_from("<4I", data, 4)
    if len(data) != HEAD + length + 4 or _sealed(b"tsr1", data[4:-4]) != data:
        raise FlowError("the reply of the board was damaged on its way; ask again")
    return Reply(design, Status(status), cycles, data[HEAD:-4])


def to_payload(frame: np.ndarray, bits: int) -> bytes:
    """An (H, W, channels) frame of `bits` a channel as a payload.

    >>> to_payload(np.array([[[0x3FF, 0], [1, 2]]]), 10).hex()
    'ff0300010800'
    """
    lanes = frame.reshape(-1, frame.shape[-1]).astype(np.int64)
    beats = pack(lanes, bits).astype("<u4")
    return beats.view(np.uint8)[:, : _pixel_bytes(frame.shape[-1], bits)].tobytes()


def from_payload(
    payload: bytes, shape: tuple[int, int, int], bits: int, signed: bool = False
) -> np.ndarray:
    """The (H, W, channels) frame of a payload, uint16 or signed: the inverse of `to_payload`."""
    height, width, channels = shape
    size = _pixel_bytes(channels, bits)
    pixels = np.frombuffer(payload, np.uint8).reshape(height * width, size)
    beats = np.pad(pixels, ((0, 0), (0, -size % 4))).view("<u4").astype(np.uint32)
    codes: np.ndarray = unpack(beats, channels, bits, signed)
    return codes.astype(np.int16 if signed else np.uint16).reshape(shape)


def _pixel_bytes(channels: int, bits: int) -> int:
    return -(-channels * bits // 8)


def _sealed(magic: bytes, body: bytes) -> bytes:
    return magic + body + struct.pack("<I", zlib.crc32(body))
