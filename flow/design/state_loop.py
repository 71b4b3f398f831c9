# SPDX-License-Identifier: MIT
"""Where a state waits for the next frame, as design.json holds it."""

from tarsier_fpga.hls.base.facts import Facts
from tarsier_fpga.hls.base.state import State

__all__ = ["StateLoop"]


class StateLoop(Facts):
    """A state, and the region of an external memory that keeps it, behind a port of its own.

    Attributes:
        cell: the instance of frame_fifo in the top, whose name its ports begin with
        pixels: of a frame of the state
        lanes: channels of a beat
        data_width: bits of a word of the port
        address_width: bits of a byte address
        burst: words of a full AXI burst
        reads: bursts of reads on their way at once
        frames: that the region holds
        base: its first byte, from the start of what the design has of the memory
        bytes: of the region, a multiple of 4096
        read_bytes, written_bytes: through the port, for one frame
    """

    state: State
    cell: str
    pixels: int
    lanes: int
    data_width: int
    address_width: int
    burst: int
    reads: int
    frames: int
    base: int
    bytes: int
    read_bytes: int
    written_bytes: int

    @property
    def name(self) -> str:
        """Of the state."""
        return self.state.name

    @property
    def beats(self) -> int:
        """Of a frame, in the memory."""
        return self.pixels * (self.state.read.channels // self.lanes)

    @property
    def traffic(self) -> int:
        """Bytes of one frame, both ways."""
        return self.read_bytes + self.written_bytes
