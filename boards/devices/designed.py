# SPDX-License-Identifier: MIT
"""What the accelerators have in common that are hardware of one frame size: RTL and boards."""

from tarsier_fpga.devices.accelerator import Restorer
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["Designed"]


class Designed:
    """The facts that the `Accelerator` protocol asks for, from a design."""

    def __init__(self, design: BuiltDesign) -> None:
        self.design, self.facts, self.graph = design, design.facts, design.graph
        facts = design.facts
        self.restorer = Restorer.of(
            facts.net,
            facts.inputs,
            facts.outputs,
            facts.reach,
            facts.align,
            [loop.name for loop in facts.states],
        )

    def tile(self, frame: tuple[int, int]) -> tuple[int, int]:
        rows, columns = self.facts.packed_shape
        if frame[0] < rows or frame[1] < columns:
            step = self.facts.x.kind.step
            raise HostError(
                f"the frame is {step * frame[1]} x {step * frame[0]}, "
                f"smaller than the {step * columns} x {step * rows} of the design"
            )
        return rows, columns
