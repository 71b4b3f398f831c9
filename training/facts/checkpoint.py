# SPDX-License-Identifier: MIT
"""Files of a run, written to a temporary name and then renamed: never half a file.

A *state* (.pt) resumes a run and holds the optimiser; a *net* (.safetensors) is what ships: the
parameters and, in the header, the facts that rebuild the module around them.
"""

import copy
import json
import os
import pickle
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors.torch import save_file
from torch import nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.spec import NetSpec

__all__ = ["load_state", "read_net", "save_net", "save_state", "write_atomically", "write_json"]


def write_atomically(path: Path, write: Callable[[Path], Any]) -> None:
    """Let `write` fill a temporary file beside `path`, then rename it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Of this process alone: several may make the same file, such as a decoded photograph.
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        write(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """Write `facts` as JSON, atomically."""
    text = json.dumps(facts, indent=2) + "\n"
    write_atomically(path, lambda partial: partial.write_text(text))


def save_state(path: Path, state: dict[str, Any]) -> None:
    """Write what `load_state` gives back."""
    write_atomically(path, lambda partial: torch.save(state, partial))


def load_state(path: Path) -> dict[str, Any]:
    """The state in `path`.

    Raises:
        TrainingError: the file is damaged.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise TrainingError(f"{path} is no checkpoint: {str(error).splitlines()[0]}") from None


def save_net(path: Path, net: nn.Module, name: str, spec: NetSpec) -> None:
    """Write what `net` deploys; `name` and `spec` go into the header."""
    net = copy.deepcopy(net)
    net.settle()
    tensors = {key: value.detach().cpu().contiguous() for key, value in net.state_dict().items()}
    facts = {"tarsier.net": name, "tarsier.spec": json.dumps(asdict(spec), sort_keys=True)}
    write_atomically(path, lambda partial: save_file(tensors, partial, facts))


def read_net(path: Path) -> tuple[str, NetSpec, dict[str, torch.Tensor]]:
    """Name, facts and parameters of a shipped net.

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
    except (TypeError, ValueError, TrainingError) as error:
        raise TrainingError(f"{path}: its net is not known to this version: {error}") from None
    return facts["tarsier.net"], spec, tensors
