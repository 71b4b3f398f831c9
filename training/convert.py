# SPDX-License-Identifier: MIT
"""A network trained in the paper's form, in hardware's form: python -m training.convert --help

The same parameters, put on grids: 8-bit head and tail, scales that were the mean magnitude of
the weights, a residual whose step fits what calibration frames show. The alignment becomes a power
of two, which head and tail make up for. What this costs in dB, tuning wins back, mostly.
"""

import argparse
import math
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from training.checkpoint import read_net
from training.codes import to_codes
from training.errors import TrainingError
from training.layers import fixed_point
from training.model import build, load
from training.paths import net_file
from training.recipe import Recipe
from training.spec import Form, Kind, NetSpec, Version
from training.units import SCALE_UNIT, BinaryUnit

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
    hooks = [
        unit.register_forward_hook(lambda _, __, r: residuals.append(r[..., ::3, ::3].flatten()))
        for unit in net.modules()
        if isinstance(unit, BinaryUnit)
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
    tensors = dict(net.named_parameters())
    high = [tensors[name] for name in tensors if name.startswith(("ups", "high"))]
    weights = [weight for weight in high if weight.dim() == 4]
    return replace(
        hardware,
        head_exponent=_step(tensors.get("head.weight", tensors.get("head.conv.weight")), ratio),
        tail_exponent=_step(tensors.get("tail.weight", tensors.get("tail.conv.weight")), 1 / ratio),
        up_exponent=max((_step(weight, 1.0) for weight in weights), default=spec.up_exponent),
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
        case ["head", "weight"]:
            return ratio
        case ["head", "conv", "weight"] if ratio != 1:
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


def calibration(plan: Recipe, data: Path | None) -> Tensor:
    """Codes of the first training batch of `plan`."""
    from training import batches
    from training.train import open_source

    degraded, _ = batches.batch(plan, open_source(plan, data), 0)
    return to_codes(degraded, plan.net.coding, rounded=plan.net.rounded)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="training.convert", description=__doc__.splitlines()[0])
    parser.add_argument("net", help="a net trained in the paper's form")
    parser.add_argument("--bits", type=int, default=8, help="of the residual, 2 to 12")
    parser.add_argument("--tune", type=int, default=0, help="training steps after the conversion")
    parser.add_argument("--data", type=Path, help="folder of image sets; default $TARSIER_DATA")
    parser.add_argument("-o", "--output", type=Path, required=True, help="a .safetensors file")
    options = parser.parse_args(arguments)
    try:
        print(convert(options.net, options.bits, options.tune, options.data, options.output))
    except TrainingError as error:
        print(f"training.convert: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("training.convert: interrupted; the same command resumes", file=sys.stderr)
        return 130
    return 0


_ = fields
if __name__ == "__main__":
    sys.exit(main())
