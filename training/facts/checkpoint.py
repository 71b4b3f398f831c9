# SPDX-License-Identifier: MIT
"""Files of a run, complete or not there at all.

A *state* (.pt) resumes a run and holds the optimiser; a *net* (.safetensors) is what ships: the
parameters and, in the header, the facts that rebuild the module around them.
"""

import copy
import json
import pickle
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import safetensors
import torch
from pydantic import ValidationError
from safetensors.torch import save_file

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.hls.base.files import writing
from tarsier_fpga.training.facts.family import Network
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.toml_facts import sentence_of

__all__ = ["SavedNet", "load_state", "read_net", "save_net", "save_state"]


@dataclass(frozen=True, slots=True, eq=False)
class SavedNet:
    """What a .safetensors file holds."""

    path: Path
    name: str
    spec: NetSpec
    tensors: dict[str, torch.Tensor]


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write what `load_state` gives back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path) as partial:
        torch.save(state, partial)


def load_state(path: Path) -> dict[str, Any]:
    """The state in `path`.

    Raises:
        TrainingError: the file is damaged.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise TrainingError(f"{path} is no checkpoint: {str(error).splitlines()[0]}") from None


def save_net(path: Path, net: Network, name: str, spec: NetSpec) -> None:
    """Write what `net` deploys; `name` and `spec` go into the header."""
    net = copy.deepcopy(net)
    net.settle()
    tensors = {key: value.detach().cpu().contiguous() for key, value in net.state_dict().items()}
    facts = {"tarsier.net": name, "tarsier.spec": json.dumps(asdict(spec.deployed), sort_keys=True)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path) as partial:
        save_file(tensors, partial, facts)


def read_net(path: Path) -> SavedNet:
    """The shipped net in `path`.

    Raises:
        TrainingError: the file is no safetensors, or not one of ours.
    """
    try:
        with safetensors.safe_open(path, "pt") as file:
            facts = file.metadata() or {}
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except safetensors.SafetensorError as error:
        raise TrainingError(f"{path} is no safetensors file: {error}") from None
    if "tarsier.spec" not in facts:
        raise TrainingError(f"{path} has no tarsier.spec in its header, so its net is unknown")
    try:
        spec = NetSpec(**json.loads(facts["tarsier.spec"]))
    except ValidationError as error:
        raise _foreign(path, sentence_of(error, NetSpec)) from None
    except (TypeError, json.JSONDecodeError, TrainingError) as error:
        raise _foreign(path, str(error)) from None
    return SavedNet(path, facts["tarsier.net"], spec, tensors)


def _foreign(path: Path, why: str) -> TrainingError:
    return TrainingError(f"{path}: its net is not known to this version: {why}")
