# SPDX-License-Identifier: MIT
"""From the names of networks to modules that the bench can time."""

from pathlib import Path

import torch

from tarsier_fpga.bench.contender import Contender, Frames
from tarsier_fpga.bench.onnx_net import onnx_net
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.paths import CONFIGS, NETS, config_file
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks.network import build, load

__all__ = ["exported", "full_precision", "parent_of"]

UNTRAINED = "untrained, for its speed alone"


def exported(name: str, onnx: Path) -> Contender:
    """The 1-bit network in an exported file."""
    from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx

    return Contender(name, onnx_net(ingest(read_qonnx(onnx))), Frames.PACKED, trained=True)


def parent_of(net: str) -> str | None:
    """The config of the full-precision network of the same shape, if there is one."""
    name = f"{net}-parent"
    return name if (CONFIGS / f"{name}.toml").is_file() else None


def full_precision(name: str) -> Contender:
    """The network of a config, with its weights where they ship; speed needs none.

    Raises:
        TrainingError: there is no such config.
        HostError: its frames are neither raw nor pictures.
    """
    spec = recipe.read(config_file(name)).net
    frames = _frames(name, spec)
    trained = (NETS / f"{name}.safetensors").is_file()
    torch.manual_seed(0)
    module = (load(name) if trained else build(spec)).eval().requires_grad_(False)
    title = spec.family.title or name
    return Contender(title, spec.family.run(module), frames, trained, "" if trained else UNTRAINED)


def _frames(name: str, spec: NetSpec) -> Frames:
    match spec.task, spec.colours:
        case Task.RAW, 1:
            return Frames.MOSAIC
        case Task.RAW, _:
            return Frames.PACKED
        case Task.RGB, _:
            return Frames.COLOUR
    raise HostError(f"{name}: the bench takes networks on raw frames or pictures, not {spec.task}")
