# SPDX-License-Identifier: MIT
"""TarsierBayerFront: raw samples to packed pixels. Input: the mosaic, a frame of one channel.

A beat is `samples` neighbours of a row, so that it holds several pixels where there are more.
"""

import numpy as np

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.golden.bayer_front import bayer_front as golden
from tarsier_fpga.hls.kernels.bayer_front import Cfa, bayer_front
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["OP", "TarsierBayerFront"]


class TarsierBayerFront(TarsierOp):
    """Kernel bayer_front: black level, gain, clip, and two by two samples to four channels."""

    POINTWISE = False

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "samples": ("i", False, 1),  # of a beat
            "cfa": ("s", False, "RGGB", {cfa.name for cfa in Cfa}),
            "black": ("ints", True, []),  # of the four colours
            "gain": ("ints", True, []),  # numerator and denominator of each colour
            "offset": ("i", True, 0),
        }

    def frame_out(self) -> tuple[int, int]:
        height, width = self.frame_in()
        return height // 2, width // 2

    def channels_out(self, ind: int = 0) -> int:
        return 4

    def lanes_in(self, ind: int = 0) -> int:
        return self.get_nodeattr("samples")

    def lanes_out(self, ind: int = 0) -> int:
        return self.channels_out() * max(1, self.lanes_in() // 2)

    def get_folded_input_shape(self, ind: int = 0) -> tuple[int, ...]:
        return self._folded(self.get_normal_input_shape(), self.lanes_in())

    def get_folded_output_shape(self, ind: int = 0) -> tuple[int, ...]:
        return self._folded(self.get_normal_output_shape(), self.lanes_out())

    def get_exp_cycles(self) -> int:
        height, width = self.frame_in()
        return height * width // self.lanes_in()

    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        most = (1 << self.get_output_datatype().bitwidth()) - 1
        black, gain, offset, cfa = self._facts()
        return [golden(streams[0][..., 0], black, gain, offset, most, cfa)]

    def make(self, constants: list[np.ndarray]) -> Instance:
        return bayer_front(
            self.lanes_in(),
            self.frame_in()[1],
            self.get_input_datatype().bitwidth(),
            self.get_output_datatype().bitwidth(),
            *self._facts(),
        )

    def _facts(self) -> tuple[np.ndarray, np.ndarray, int, Cfa]:
        gain = np.array(self.get_nodeattr("gain")).reshape(-1, 2)
        cfa = Cfa[self.get_nodeattr("cfa")]
        return np.array(self.get_nodeattr("black")), gain, self.get_nodeattr("offset"), cfa

    @staticmethod
    def _folded(shape: tuple[int, ...], lanes: int) -> tuple[int, ...]:
        """The beats of a row instead of its pixels."""
        batch, height, width, channels = shape
        return batch, height, width * channels // lanes, lanes


OP = TarsierBayerFront
