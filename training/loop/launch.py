# SPDX-License-Identifier: MIT
"""What trains: a CPU, a GPU, or several of them through Lightning Fabric."""

import torch
from lightning_fabric import Fabric

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.accelerator import Accelerator
from tarsier_fpga.training.facts.recipe import Schedule

__all__ = ["find_accelerator", "launch", "set_up_torch"]


def find_accelerator(asked: Accelerator = Accelerator.AUTO) -> Accelerator:
    """What `asked` is on this machine."""
    match asked:
        case Accelerator.CPU | Accelerator.CUDA:
            return asked
        case Accelerator.AUTO:
            return Accelerator.CUDA if torch.cuda.is_available() else Accelerator.CPU


def set_up_torch(accelerator: Accelerator = Accelerator.AUTO) -> None:
    """Set torch up, in this whole process, for a command that trains or scores."""
    if find_accelerator(accelerator) is Accelerator.CPU:
        torch.set_num_threads(1)  # sums in one order; and nets this small are slower on more
    else:
        torch.set_float32_matmul_precision("high")  # TF32 holds hardware's integers exactly
        torch.backends.cudnn.benchmark = True  # all batches have one shape


def launch(
    schedule: Schedule,
    accelerator: Accelerator = Accelerator.AUTO,
    devices: int = 1,
    nodes: int = 1,
) -> Fabric:
    """The processes that train, each with its device.

    Raises:
        TrainingError: this machine has fewer GPUs.
    """
    found = find_accelerator(accelerator)
    if found is Accelerator.CUDA and torch.cuda.device_count() < devices:
        raise TrainingError(
            f"--devices {devices}: this machine has {torch.cuda.device_count()} GPUs"
        )
    fabric = Fabric(
        accelerator=found.value,
        devices=devices,
        num_nodes=nodes,
        strategy="ddp" if devices * nodes > 1 else "auto",
        precision=schedule.precision if found is Accelerator.CUDA else "32-true",
    )
    fabric.launch()
    return fabric
