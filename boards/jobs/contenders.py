# SPDX-License-Identifier: MIT
"""From the names of networks to modules that the bench can time."""

from pathlib import Path

import torch

from tarsier_fpga.bench.contender import Contender, Frames
from tarsier_fpga.bench.onnx_net import onnx_net
from tarsier_fpga.devices.accelerator import Restorer
from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.jobs.integer_form import task_of
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.paths import CONFIGS, NETS, config_file
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks.network import FirstFrame, build, load

__all__ = ["check_beside", "exported", "full_precision", "parent_of"]

UNTRAINED = "untrained, for its speed alone"


def exported(design: Design, onnx: Path) -> Contender:
    """The 1-bit network in an exported file, of which `design` was built.

    Raises:
        HostError: its frames are neither raw nor pictures, or become frames of another kind.
        TrainingError: it takes pictures that no protocol scores.
    """
    from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx

    name, model = design.net, ingest(read_qonnx(onnx))
    restorer = Restorer.of(name, design.inputs, design.outputs, design.reach, design.align)
    if restorer.kind is FrameKind.BAYER:
        return Contender(name, onnx_net(model), Frames.PACKED, trained=True, align=design.align)
    times = restorer.cutting.scale
    spec = NetSpec("parent", 1, 1, task=task_of(name, restorer.kind, times), scale=int(times))
    return Contender(
        name,
        onnx_net(model),
        Frames.LUMA if restorer.kind is FrameKind.LUMA else Frames.COLOUR,
        trained=True,
        spec=spec,
        codes=(restorer.codes, restorer.y.coding),
        align=design.align,
    )


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
    run = spec.family.run(module)
    return Contender(
        title,
        FirstFrame(run) if spec.family.recurrent else run,  # as long as any other frame takes
        frames,
        trained,
        "" if trained else UNTRAINED,
        spec=None if spec.task in (Task.RAW, Task.DARK) else spec,
        align=spec.family.multiple,
    )


def _frames(name: str, spec: NetSpec) -> Frames:
    match spec.task, spec.colours:
        case Task.RAW, 1:
            return Frames.MOSAIC
        case Task.RAW, _:
            return Frames.PACKED
        case ((Task.RGB | Task.SR), _):
            return Frames.COLOUR
        case Task.JPEG, _:
            return Frames.LUMA
    raise HostError(f"{name}: the bench takes networks on raw frames or pictures, not {spec.task}")


def check_beside(first: Contender, other: Contender, name: str) -> None:
    """Make sure that `other`, of the config `name`, does what can stand beside `first`.

    Raises:
        HostError: it takes other frames, or makes them larger or not.
    """
    mine, theirs = first.spec, other.spec
    if mine is None:
        if theirs is not None and theirs.task is not Task.RGB:
            raise HostError(
                f"{name}: the bench takes networks on raw frames or pictures of their size beside"
                f" {first.name}, not {theirs.task}"
            )
    elif theirs is None or (theirs.task, theirs.scale) != (mine.task, mine.scale):
        what = "raw frames" if theirs is None else f"task {theirs.task}, scale {theirs.scale}"
        raise HostError(
            f"{name}: beside {first.name} the bench takes networks of task {mine.task}, scale"
            f" {mine.scale}, not of {what}"
        )
