# SPDX-License-Identifier: MIT
"""A network trained in the paper's form, put into hardware's form.

The same parameters, put on grids: 8-bit head and tail, scales that were the mean magnitude of
the weights, a residual whose step fits what calibration frames show. The alignment becomes a power
of two, which head and tail make up for. What this costs in dB, tuning wins back, mostly.
"""

import math
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.family import HardwareForm, Network
from tarsier_fpga.training.facts.spec import Form, NetSpec, Version
from tarsier_fpga.training.networks.network import build
from tarsier_fpga.training.networks.quant_layers import fixed_point
from tarsier_fpga.training.networks.units import SCALE_UNIT

__all__ = ["fit_hardware", "to_hardware"]

WEIGHT_TOP = 127
STEPS = range(-8, 5)  # exponents of the residual that are tried


@torch.no_grad()
def fit_hardware(net: Network, spec: NetSpec, frames: Tensor, bits: int) -> NetSpec:
    """Hardware's facts of `net` with a residual of `bits`, fitted to its weights and `frames`.

    Raises:
        TrainingError: there is no hardware form of it.
    """
    form = _form(spec)
    seen = _residuals(net, frames)

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
    exponents: dict[str, Any] = {}
    for name, weight in net.named_parameters():
        grid = form.grids.get(name.split(".")[0])
        if grid and weight.shape[2:] == (3, 3):
            step = _step(weight, form.factor(name, ratio))
            exponents[grid] = max(step, exponents.get(grid, step))
    return replace(hardware, **exponents)


@torch.no_grad()
def to_hardware(net: Network, spec: NetSpec, hardware: NetSpec) -> Network:
    """`net`, of facts `spec` and the paper's form, as `hardware` describes it; not yet settled.

    Raises:
        TrainingError: there is no hardware form of it.
    """
    form = _form(spec)
    module = build(hardware)
    ours = net.state_dict()
    theirs = {}
    ratio = hardware.align / spec.align
    for key in module.state_dict():
        if key.endswith(".scale"):  # of a binary unit: the paper's is not a parameter
            weight = ours[key.removesuffix("scale") + "conv.weight"]
            value = weight.abs().mean(dim=(1, 2, 3)).view(1, -1, 1, 1) / SCALE_UNIT
        else:
            value = ours[key]
        theirs[key] = value * form.factor(key, ratio)
    module.load_state_dict(theirs)
    return module


def _form(spec: NetSpec) -> HardwareForm:
    form = spec.family.hardware
    if form is None or spec.exact or spec.version is not Version.V4:
        raise TrainingError(
            f"a {spec.form} {spec.kind} {spec.version} has no hardware form to find"
        )
    return form


def _residuals(net: Network, frames: Tensor) -> Tensor:
    """Samples of what passes every module called residual: hardware quantises there."""
    residuals: list[Tensor] = []
    hooks = [
        place.register_forward_hook(lambda _, __, r: residuals.append(r[..., ::3, ::3].flatten()))
        for name, place in net.named_modules()
        if name.split(".")[-1] == "residual"
    ]
    net.eval()(frames)
    for hook in hooks:
        hook.remove()
    return torch.cat(residuals)


def _step(weight: Tensor, factor: float) -> int:
    """The exponent of the smallest step at which 8 bits hold `weight` times `factor`."""
    return math.ceil(math.log2(weight.abs().max().item() * factor / WEIGHT_TOP))
