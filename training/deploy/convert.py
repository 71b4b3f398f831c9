# SPDX-License-Identifier: MIT
"""Hardware's form of a trained net.

    python -m tarsier_fpga.training.deploy.convert NET -o DIR [--bits 8] [--tune N]

With --set, what each width of the residual costs in dB: --bits 6,8,10,12 --set CBSD68. Tuning
continues the training of the net's own config, from the converted parameters, for N steps; on a
GPU if there is one.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean

import torch
from torch import nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data import batches
from tarsier_fpga.training.data import scenes as data
from tarsier_fpga.training.data.images import find_set, read_folder
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.checkpoint import read_net, save_net, write_json
from tarsier_fpga.training.facts.codes import to_codes
from tarsier_fpga.training.facts.paths import config_file, data_dir, net_file
from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.facts.spec import NetSpec, Task
from tarsier_fpga.training.loop.train import launched, open_source, train
from tarsier_fpga.training.networks.hardware import fitted, to_hardware
from tarsier_fpga.training.networks.model import load
from tarsier_fpga.training.score import evaluate
from tarsier_fpga.training.score.metrics import SMALLEST
from tarsier_fpga.training.score.score import DEFAULTS, score

__all__ = ["Converted", "convert", "mean_psnr"]

TUNING_RATE = 0.3  # of the rate the net was trained with


@dataclass(frozen=True, slots=True)
class Converted:
    """A net in hardware's form."""

    name: str
    spec: NetSpec
    net: nn.Module
    file: Path


def convert(net: str, bits: int, tune: int, source: Sequence, plan: Recipe, out: Path) -> Converted:
    """The hardware form of `net` with a residual of `bits`, written to `out`.

    `plan` is its config, `source` what that trains on: it calibrates the residual and tunes.

    Raises:
        TrainingError: there is no such net, or it has no such form.
    """
    _, spec, _ = read_net(net_file(net))
    trained = load(net)
    degraded, _ = batches.batch(plan, source, 0)
    codes = to_codes(degraded, spec.coding, rounded=spec.rounded)
    hardware = fitted(trained, spec, codes, bits)
    name = f"{plan.name}-hw{bits}"
    file = out / f"{name}.safetensors"
    if tune:
        schedule = replace(
            plan.schedule,
            iterations=tune,
            rate=plan.schedule.rate * TUNING_RATE,
            warmup=min(plan.schedule.warmup, tune // 10),
            halve_at=(),
            precision="32-true",
        )
        start = str(net_file(net).resolve())
        tuning = replace(plan, name=name, net=hardware, schedule=schedule, start=start)
        train(tuning, source, out, launched(schedule))
    else:
        save_net(file, to_hardware(trained, spec, hardware), name, hardware)
    return Converted(name, hardware, load(file), file)


def mean_psnr(net: nn.Module, spec: NetSpec, place: Path, settings: Sequence[int]) -> float:
    """Mean PSNR in dB of `net` on the images in `place`, over `settings`.

    Raw nets are scored at the exposures of their own protocol instead.
    """
    if spec.task is Task.RAW:
        scenes = {name: data.scene(photo) for name, photo in data.photographs(place).items()}
        return fmean(score.after for score in evaluate.evaluate(net, scenes))
    images = read_folder(place, SMALLEST + 3 * spec.scale).images
    net = net.to("cuda" if torch.cuda.is_available() else "cpu")
    return fmean(score(net, spec, images, value, place.name).psnr_db for value in settings)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="convert", description=__doc__.splitlines()[0])
    parser.add_argument("net", help="a net trained in the paper's form")
    parser.add_argument("--bits", default="8", help="of the residual, 2 to 12; several as A,B")
    parser.add_argument("--tune", type=int, default=0, help="training steps after the conversion")
    parser.add_argument("--set", help="an image set to measure the cost on, by name or folder")
    parser.add_argument("--sigma", type=int, help="noise to measure at; the task's own if left out")
    parser.add_argument("--config", help="the net's config, if it has another name")
    parser.add_argument("--data", type=Path, help="folder of image sets; default $TARSIER_DATA")
    parser.add_argument("--json", type=Path, help="write the costs here too")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder for the nets")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        _convert_all(options)
    except TrainingError as error:
        print(f"convert: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "convert: interrupted; the same command resumes",
            file=sys.stderr,
        )
        return 130
    return 0


def _convert_all(options: argparse.Namespace) -> None:
    name, spec, _ = read_net(net_file(options.net))
    widths = _widths(options.bits)
    plan = recipe.read(config_file(options.config or name))
    source = open_source(plan, options.data)
    place = find_set(options.set, data_dir(options.data)) if options.set else None
    settings = (options.sigma,) if options.sigma else DEFAULTS.get(spec.task, ())
    if place:
        settings = (spec.scale,) if spec.task is Task.SR else settings
        float_db = mean_psnr(load(options.net), spec, place, settings)
        print(f"{name} on {place.name}: {float_db:.2f} dB in the paper's form")
    costs = []
    for bits in widths:
        made = convert(options.net, bits, options.tune, source, plan, options.out)
        line = f"{made.file}: {bits}-bit residual in steps of 2^{made.spec.residual_exponent}"
        if place:
            psnr = mean_psnr(made.net, made.spec, place, settings)
            line += f", {psnr:.2f} dB, costs {float_db - psnr:.2f} dB"
            costs.append({"bits": bits, "psnr_db": round(psnr, 4), "float_db": round(float_db, 4)})
        print(line)
    if options.json:
        facts = {"net": name, "set": options.set, "tuned": options.tune, "costs": costs}
        write_json(options.json, facts)


def _widths(text: str) -> list[int]:
    widths = [int(item) if item.isdecimal() else 0 for item in text.split(",")]
    if not all(2 <= width <= 12 for width in widths):
        raise TrainingError(f"--bits {text} must be whole numbers from 2 to 12: A,B")
    return widths


if __name__ == "__main__":
    sys.exit(main())
