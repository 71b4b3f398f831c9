# SPDX-License-Identifier: MIT
"""V1 to V4 of the unit on equal budgets.

    python -m tarsier_fpga.training.studies.versions [--set Set14] [--json FILE]

Same network, same batches, same schedule; only the unit differs. A short run of a small network
shows the order of the versions, not the paper's gaps, which are those of 300,000 steps.
"""

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data.images import find_set
from tarsier_fpga.training.deploy.convert import mean_psnr
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.checkpoint import write_json
from tarsier_fpga.training.facts.paths import config_file, data_dir
from tarsier_fpga.training.facts.spec import Version
from tarsier_fpga.training.loop.train import open_source, train
from tarsier_fpga.training.networks.model import load

__all__ = ["Trial", "trials"]

SIGMA = 25


@dataclass(frozen=True, slots=True)
class Trial:
    """A version and what its network scores, in dB."""

    version: Version
    psnr_db: float


def trials(plan: recipe.Recipe, source, place: Path, out: Path) -> list[Trial]:
    """`plan` trained once per version on `source`, each scored on the images in `place`."""
    scores = []
    for version in Version:
        name = f"{plan.name}-{version}"
        one = replace(plan, name=name, net=replace(plan.net, version=version))
        train(one, source, out)
        net = load(out / f"{name}.safetensors")
        scores.append(Trial(version, mean_psnr(net, one.net, place, (SIGMA,))))
    return scores


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="versions", description=__doc__.splitlines()[0])
    parser.add_argument("--config", default="versions-rgb-16x8", help="the network and the budget")
    parser.add_argument("--set", default="Set14", help="the image set to score on")
    parser.add_argument("--data", type=Path, help="folder of image sets; default $TARSIER_DATA")
    parser.add_argument("--out", type=Path, default=Path("build/versions"), help="runs go here")
    parser.add_argument("--json", type=Path, help="write the scores here too")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        plan = recipe.read(config_file(options.config))
        place = find_set(options.set, data_dir(options.data))
        scores = trials(plan, open_source(plan, options.data), place, options.out)
    except TrainingError as error:
        print(f"versions: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "versions: interrupted; the same command resumes",
            file=sys.stderr,
        )
        return 130
    print(f"{place.name}, sigma {SIGMA}, after {plan.schedule.iterations} steps each")
    for trial in scores:
        print(f"  {trial.version}  {trial.psnr_db:.2f} dB")
    if options.json:
        facts = {trial.version: round(trial.psnr_db, 4) for trial in scores}
        write_json(options.json, {"set": place.name, "sigma": SIGMA, "psnr_db": facts})
    return 0


if __name__ == "__main__":
    sys.exit(main())
