# SPDX-License-Identifier: MIT
"""What a run starts from: fresh parameters, trained ones, or trained ones put on grids."""

from collections.abc import Callable

from torch import Tensor, nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.checkpoint import read_net
from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.paths import net_file
from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.networks.hardware_form import to_hardware
from tarsier_fpga.training.networks.network import build, rebuild

__all__ = ["start_network"]

SHAPE = ("kind", "channels", "units", "task", "version", "binary", "head", "scale")


def start_network(plan: Recipe, frames: Callable[[], Tensor]) -> Network:
    """The network `plan` starts from: fresh, calibrated on `frames`; or trained; or converted.

    Raises:
        TrainingError: the net to start from is of another shape.
    """
    if not plan.start:
        net = build(plan.net)
        for layer in net.modules():
            if plan.orthogonal and isinstance(layer, nn.Conv2d):
                nn.init.orthogonal_(layer.weight, plan.orthogonal)
        net.calibrate(frames())
        return net
    saved = read_net(net_file(plan.start))
    spec = saved.spec
    wrong = [fact for fact in SHAPE if getattr(spec, fact) != getattr(plan.net, fact)]
    if wrong or (spec.exact and not plan.net.exact):
        fact = wrong[0] if wrong else "form"
        raise TrainingError(
            f"{plan.name} cannot start from {saved.name}: its net.{fact} is {getattr(spec, fact)}, "
            f"not {getattr(plan.net, fact)}"
        )
    net = rebuild(saved)
    return (net if spec == plan.net.deployed else to_hardware(net, spec, plan.net)).train()
