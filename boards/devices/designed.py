# SPDX-License-Identifier: MIT
"""What the accelerators have in common that are hardware of one frame size: RTL and boards."""

from pathlib import Path

from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["Designed"]


class Designed:
    """The facts that the `Accelerator` protocol asks for, from the design in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.design = read_design(folder)
        self.net, self.radius = self.design.net, self.design.radius
        self.scale = Coding(self.design.black, self.design.white, self.design.bits)

    def tile(self, frame: tuple[int, int]) -> tuple[int, int]:
        rows, columns = self.design.packed_shape
        if frame[0] < rows or frame[1] < columns:
            raise HostError(
                f"the frame is {2 * frame[1]} x {2 * frame[0]}, "
                f"smaller than the {2 * columns} x {2 * rows} of the design"
            )
        return rows, columns
