# SPDX-License-Identifier: MIT
"""What this machine is, as far as timings depend on it."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import torch

from tarsier_fpga.bench.bench_facts import Machine
from tarsier_fpga.bench.energy import driver_version

__all__ = ["this_machine"]


def this_machine() -> Machine:
    """Its CPU, and its first GPU where PyTorch can use one."""
    gpu = torch.cuda.is_available()
    return Machine(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        cpu=_cpu(),
        threads=torch.get_num_threads(),
        torch=torch.__version__,
        load=round(os.getloadavg()[0], 1),
        gpu=torch.cuda.get_device_name(0) if gpu else None,
        driver=driver_version() if gpu else None,
    )


def _cpu(info: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name; only its architecture where the system tells no more."""
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
