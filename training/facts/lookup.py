# SPDX-License-Identifier: MIT
"""What a name given by a user stands for: a trained net, or a config that describes one."""

from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.checkpoint import read_net
from tarsier_fpga.training.facts.paths import CONFIGS, NETS, config_file, net_file
from tarsier_fpga.training.facts.spec import NetSpec

__all__ = ["Described", "describe"]


@dataclass(frozen=True, slots=True)
class Described:
    """A network's name and facts, and the config of its full-precision parent, if it has one."""

    name: str
    spec: NetSpec
    parent: str | None


def describe(net: str | Path) -> Described:
    """The network that `net`, a config or a trained net, by name or as a file, describes.

    Raises:
        TrainingError: it is neither.
    """
    if Path(net).suffix == ".safetensors":
        saved = read_net(net_file(net))
        config = CONFIGS / f"{saved.name}.toml"
        parent = recipe.read(config).parent if config.exists() else ""
        return Described(saved.name, saved.spec, parent or None)
    try:
        plan = recipe.read(config_file(net))
    except TrainingError:
        if not (NETS / f"{net}.safetensors").is_file():
            raise
        return describe(NETS / f"{net}.safetensors")
    return Described(plan.name, plan.net, plan.parent or None)
