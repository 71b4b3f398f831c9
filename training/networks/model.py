# SPDX-License-Identifier: MIT
"""A network from its facts, or from a file."""

from pathlib import Path

from torch import Tensor, nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.checkpoint import read_net
from tarsier_fpga.training.facts.codes import from_codes, to_codes
from tarsier_fpga.training.facts.paths import net_file
from tarsier_fpga.training.facts.spec import Kind, NetSpec, Task
from tarsier_fpga.training.networks.dncnn import Bbcu, Parent
from tarsier_fpga.training.networks.red import Red
from tarsier_fpga.training.networks.srresnet import SrBbcu, SrParent

__all__ = ["build", "load", "restore"]


def build(spec: NetSpec) -> nn.Module:
    """The network `spec` describes, freshly initialised from torch's global seed."""
    match spec.kind, spec.task:
        case Kind.RED, _:
            return Red()
        case Kind.BBCU, Task.SR:
            return SrBbcu(spec)
        case Kind.BBCU, _:
            return Bbcu(spec)
        case Kind.PARENT, Task.SR:
            return SrParent(spec)
        case Kind.PARENT, _:
            return Parent(spec)


def load(net: str | Path) -> nn.Module:
    """The trained network `net`, a name that ships or a .safetensors file, in eval mode.

    Raises:
        TrainingError: there is no such net, or the file is not one of ours.
    """
    path = net_file(net)
    _, spec, tensors = read_net(path)
    module = build(spec)
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        detail = " ".join(str(error).split())[:200]
        raise TrainingError(f"{path} does not hold the net its header names: {detail}") from None
    return module.eval()


def restore(net: nn.Module, spec: NetSpec, frames: Tensor) -> Tensor:
    """What `net` makes of `frames`, both as values with black 0 and white 1."""
    codes = to_codes(frames, spec.coding, rounded=spec.rounded)
    return from_codes(net(codes), spec.coding)
