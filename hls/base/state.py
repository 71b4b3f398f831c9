# SPDX-License-Identifier: MIT
"""What a network keeps from one frame of a sequence for the next."""

import numpy as np

from tarsier_fpga.hls.base.facts import Facts
from tarsier_fpga.hls.base.port import Port

__all__ = ["State"]


class State(Facts):
    """Frames that a network reads, and writes for its next frame.

    Attributes:
        name: of the graph's input in the network's file
        next: the graph's output in the network's file
        read: the stream that it is read from
        first: the code of all its values before the first frame of a sequence
    """

    name: str
    next: str
    read: Port
    first: int

    @property
    def written(self) -> Port:
        """The stream that it is written to; coded as it is read."""
        return self.read.model_copy(update={"name": f"next_{self.name}", "tensor": self.next})

    def before(self, height: int, width: int) -> np.ndarray:
        """(H, W, channels) codes before the first frame, of `height` x `width` pixels of the first
        input.
        """
        return np.full(self.read.shape(height, width), self.first)
