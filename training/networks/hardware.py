# SPDX-License-Identifier: MIT
"""A network trained in the paper's form, put into hardware's form.

The same parameters, put on grids: 8-bit head and tail, scales that were the mean magnitude of
the weights, a residual whose step fits what calibration frames show. The alignment becomes a power
of two, which head and tail make up for. What this costs in dB, tuning wins back, mostly.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor, nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.checkpoint import read_net
from tarsier_fpga.training.facts.paths import net_file
from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.facts.spec import Form, Kind, NetSpec, Version
from tarsier_fpga.training.networks.layers import fixed_point
from tarsier_fpga.training.networks.model import build, load
from tarsier_fpga.training.networks.units import SCALE_UNIT

__all__ = ["fitted", "started", "to_hardware"]

SHAPE = ("kind", "channels", "units", "task", "version", "binary", "head", "scale")
WEIGHT_TOP = 127
STEPS = range(-8, 5)  # exponents of the residual that are tried


def started(plan: Recipe, frames: Callable[[], Tensor]) -> nn.Module:
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
    name, spec, _ = read_net(net_file(plan.start))
    wrong = [fact for fact in SHAPE if getattr(spec, fact) != getattr(plan.net, fact)]
    if wrong or (spec.exact and not plan.net.exact):
        fact = wrong[0] if wrong else "form"
        raise TrainingError(
            f"{plan.name} cannot start from {name}: its net.{fact} is {getattr(spec, fact)}, "
            f"not {getattr(plan.net, fact)}"
        )
    net = load(plan.start)
    return (net if spec == plan.net else to_hardware(net, spec, plan.net)).train()


@torch.no_grad()
def fitted(net: nn.Module, spec: NetSpec, frames: Tensor, bits: int) -> NetSpec:
    """Hardware's facts of `net` with a residual of `bits`, fitted to its weights and `frames`.

    Raises:
        TrainingError: there is no hardware form of it.
    """
    if spec.kind is not Kind.BBCU or spec.exact or spec.version is not Version.V4:
        raise TrainingError(
            f"a {spec.form} {spec.kind} {spec.version} has no hardware form to find"
        )
    residuals: list[Tensor] = []
    # Where the paper's form has nothing, hardware's will quantise.
    hooks = [
        place.register_forward_hook(lambda _, __, r: residuals.append(r[..., ::3, ::3].flatten()))
        for name, place in net.named_modules()
        if name.split(".")[-1] == "residual"
    ]
    net.eval()(frames)
    for hook in hooks:
        hook.remove()
    seen = torch.cat(residuals)

    def error(exponent: int) -> float:
        return (fixed_point(bits, exponent)(seen) - seen).square().mean().item()

    hardware = replace(
        spec,
        form=Form.HARDWARE,
        residual_bits=bits,
        residual_exponent=min(STEPS, key=error),
        branch_bits=max(8, bits),
    )
    ratio = hardware.align / spec.align
    factors = {"head": ratio, "tail": 1 / ratio, "ups": 1.0, "high": 1.0}
    exponents: dict[str, int] = {}
    for name, weight in net.named_parameters():
        part = name.split(".")[0]
        if part in factors and weight.shape[2:] == (3, 3):
            step = _step(weight, factors[part])
            part = "up" if part in ("ups", "high") else part
            exponents[part] = max(step, exponents.get(part, step))
    return replace(
        hardware,
        head_exponent=exponents["head"],
        tail_exponent=exponents["tail"],
        up_exponent=exponents.get("up", spec.up_exponent),
    )


@torch.no_grad()
def to_hardware(net: nn.Module, spec: NetSpec, hardware: NetSpec) -> nn.Module:
    """`net`, of facts `spec` and the paper's form, as `hardware` describes it; not yet settled."""
    module = build(hardware)
    ours = net.state_dict()
    theirs = {}
    ratio = hardware.align / spec.align
    for key in module.state_dict():
        if key.endswith(".scale"):
            weight = ours[key.removesuffix("scale") + "conv.weight"]
            value = weight.abs().mean(dim=(1, 2, 3)).view(1, -1, 1, 1) / SCALE_UNIT
        else:
            value = ours[key]
        theirs[key] = value * _factor(key, ratio)
    module.load_state_dict(theirs)
    return module


def _factor(key: str, ratio: float) -> float:
    """What makes up for an alignment that is `ratio` times the paper's.

    A binary head's shortcut has no parameter to do so: it stays `ratio` times smaller.
    """
    match key.split("."):
        case ["head", "weight"] | ["head", "conv", "weight"]:
            return ratio
        case ["head", "threshold"] | ["tail", "weight" | "scale" | "shift_in" | "shift_out"]:
            return 1 / ratio
        case ["tail_bias", "shift"]:
            return 1 / ratio
        case _:
            return 1.0


def _step(weight: Tensor, factor: float) -> int:
    """The exponent of the smallest step at which 8 bits hold `weight` times `factor`."""
    return math.ceil(math.log2(weight.abs().max().item() * factor / WEIGHT_TOP))
