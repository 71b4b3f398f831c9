# SPDX-License-Identifier: MIT
"""A network from its facts, or from a file."""

from pathlib import Path

import torch
from torch import Tensor, nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.checkpoint import SavedNet, read_net
from tarsier_fpga.training.facts.codes import from_codes, to_codes
from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.paths import net_file
from tarsier_fpga.training.facts.spec import NetSpec

__all__ = ["FirstFrame", "build", "load", "rebuild", "restore", "restore_clips"]


class FirstFrame(nn.Module):
    """A network that remembers on frames (B, c, H, W) before which there were none."""

    def __init__(self, net: Network):
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.net(x, *self.net.begin(x))[0]
        return y


def build(spec: NetSpec) -> Network:
    """The network `spec` describes, freshly initialised from torch's global seed."""
    return spec.family.build(spec)


def load(net: str | Path) -> Network:
    """The trained network `net`, a name that ships or a .safetensors file, in eval mode.

    Raises:
        TrainingError: there is no such net, or the file is not one of ours.
    """
    return rebuild(read_net(net_file(net)))


def rebuild(saved: SavedNet) -> Network:
    """The trained network that a file holds, in eval mode.

    Raises:
        TrainingError: its parameters are not those of the net that its header names.
    """
    module = build(saved.spec)
    try:
        module.load_state_dict(saved.tensors)
    except RuntimeError as error:
        detail = " ".join(str(error).split())[:200]
        raise TrainingError(
            f"{saved.path} does not hold the net its header names: {detail}"
        ) from None
    return module.eval()


def restore(net: nn.Module, spec: NetSpec, frames: Tensor) -> Tensor:
    """What `net` makes of `frames`, both as values with black 0 and white 1."""
    codes = to_codes(frames, spec.coding, rounded=spec.rounded)
    return from_codes(net(codes), spec.result_coding)


def restore_clips(
    net: nn.Module, spec: NetSpec, clips: Tensor, states: tuple[Tensor, ...]
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """What `net` makes of `clips` (B, T, c, H, W), frame by frame, and what it remembers.

    The first frame is given `states`; values have black 0 and white 1. A network without states
    takes and leaves none.
    """
    restored = []
    for frames in clips.unbind(1):
        codes = to_codes(frames, spec.coding, rounded=spec.rounded)
        made = net(codes.contiguous(memory_format=torch.channels_last), *states)
        y, *after = made if isinstance(made, tuple) else (made,)
        states = tuple(after)
        restored.append(from_codes(y, spec.result_coding))
    return torch.stack(restored, 1), states
