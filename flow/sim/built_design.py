# SPDX-License-Identifier: MIT
"""What a folder of the flow holds, read once: a hardware graph, and the design around it.

The machine with the board needs the facts alone, so QONNX, FINN and the simulator are imported
where they are used.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tarsier_fpga.flow.design.design_facts import LOWERED, Design, read_design, read_graph
from tarsier_fpga.hls.base.progress import Show, silent

if TYPE_CHECKING:
    from qonnx.core.modelwrapper import ModelWrapper

    from tarsier_fpga.flow.sim.frame_sim import FrameRun

__all__ = ["BuiltDesign", "HardwareGraph"]


@dataclass(frozen=True, eq=False)
class HardwareGraph:
    """The hardware graph in `folder`, of a design or of a network that no design was built of."""

    folder: Path

    @cached_property
    def model(self) -> "ModelWrapper":
        """The graph; FlowError where there is none, or its file is damaged."""
        return read_graph(self.folder)

    def reference(self, frame: np.ndarray) -> np.ndarray:
        """What it makes of the (H, W, channels) integer `frame`, whatever its size.

        Raises:
            FlowError: frames of this size do not pass the network.
        """
        from tarsier_fpga.flow.sim.execute import run_graph

        return run_graph(self.model, frame)


@dataclass(frozen=True, eq=False)
class BuiltDesign:
    """A built design: its `facts`, which design.json holds, and the `folder` with all of it."""

    folder: Path
    facts: Design

    @classmethod
    def read(cls, folder: Path) -> "BuiltDesign":
        """The design in `folder`; FlowError where there is none."""
        return cls(folder, read_design(folder))

    @cached_property
    def lowered(self) -> "ModelWrapper":
        """The graph that the network was lowered to, before it was folded; the same integers.

        FlowError where there is none, or its file is damaged.
        """
        return read_graph(self.folder, LOWERED)

    @cached_property
    def graph(self) -> HardwareGraph:
        """The graph that its RTL was made from."""
        return HardwareGraph(self.folder)

    def references(self, frames: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What its graph makes of (H, W, channels) integer frames: those of its ports, by name."""
        from tarsier_fpga.flow.sim.execute import run_ports

        return run_ports(self.graph.model, frames)

    def sequence(self, frames: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
        """What its graph makes of each of (N, H, W, channels) integer `frames`, its states kept."""
        from tarsier_fpga.flow.sim.execute import run_states

        states: dict[str, np.ndarray] = {}
        for n in range(len(frames[self.facts.x.name])):
            each = {name: sequence[n] for name, sequence in frames.items()}
            outputs, states = run_states(self.graph.model, each, states)
            yield outputs

    def simulate(
        self,
        frames: np.ndarray | Mapping[str, np.ndarray],
        stalls: float = 0.0,
        seed: int = 0,
        show: Show = silent,
    ) -> "FrameRun":
        """Its RTL on (N, H, W, channels) codes, back to back: frames out, and cycles.

        `frames` are those of its only input, or of each input by the name of its port.

        `stalls` is the share of cycles in which the outside does not offer, or accept, drawn by
        `seed`.

        Raises:
            FlowError: the frames are not of the design's size.
            SimError: the design hangs.
        """
        from tarsier_fpga.flow.sim.frame_sim import FrameSim

        simulation = FrameSim(self.folder, design=self.facts)
        return simulation.restore(
            frames, stalls, stalls, seed, lambda done: show("simulating", done)
        )
