# SPDX-License-Identifier: MIT
"""Frames one after the other through a network, with the states that they leave.

Frames of a network without states are on their own, whatever their order.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from onnx import GraphProto

from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.state import State, first_state

__all__ = ["Played", "played", "stepped"]

Feed = dict[str, np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """What comes of frames: (N, c, H, W), and by name each state after each frame (N, c, h, w)."""

    y: np.ndarray
    after: dict[str, np.ndarray]

    def codes(self, states: tuple[State, ...]) -> dict[str, np.ndarray]:
        """The integers of the states, under the names of the outputs that they are."""
        return {
            state.next: np.rint(self.after[state.name] / 2.0**state.exponent).astype(np.int16)
            for state in states
        }

    def differences(self, other: "Played", index: int) -> int:
        """Values of frame `index` and its states that are not those of the `other`."""
        pairs = [(self.y, other.y), *((self.after[name], other.after[name]) for name in self.after)]
        return sum(int(np.count_nonzero(one[index] != two[index])) for one, two in pairs)


@torch.no_grad()
def played(module: Network, x: np.ndarray) -> Played:
    """What `module` makes of the frames `x` (N, c, H, W), in their order."""
    frames = torch.from_numpy(x.astype(np.float32))
    if not module.states:
        return Played(module(frames).numpy(), {})
    states, results = module.begin(frames[:1]), []
    for frame in frames:
        y, *after = module(frame[None], *states)
        states = tuple(after)
        results.append((y, *states))
    y, *after = (torch.cat(parts).numpy() for parts in zip(*results, strict=True))
    names = [state.name for state in module.states]
    return Played(y, dict(zip(names, after, strict=True)))


def stepped(
    step: Callable[[Feed], Feed], graph: GraphProto, states: tuple[State, ...], x: np.ndarray
) -> Played:
    """What `step`, an execution of `graph` on one frame, makes of the frames `x` in their order."""
    source, sink = graph.input[0].name, graph.output[0].name
    frames = x.astype(np.float32)[:, None]
    now = {s.name: first_state(s, torch.from_numpy(frames[0])).numpy() for s in states}
    made: list[np.ndarray] = []
    after: dict[str, list[np.ndarray]] = {state.name: [] for state in states}
    for frame in frames:
        got = step({source: frame} | now)
        now = {state.name: got[state.next] for state in states}
        made.append(got[sink])
        for name, value in now.items():
            after[name].append(value)
    return Played(np.concatenate(made), {name: np.concatenate(of) for name, of in after.items()})
