# SPDX-License-Identifier: MIT
"""What a GPU draws while it works, by the energy counter of its driver (NVML)."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pynvml

__all__ = ["Spent", "driver_version", "open_meter", "spend"]


@dataclass(frozen=True, slots=True)
class Spent:
    """The energy of `runs` runs in a row."""

    runs: int
    seconds: float
    joules: float

    @property
    def watts(self) -> float:
        """Mean power over the runs."""
        return self.joules / self.seconds


def open_meter(uuid: str) -> Callable[[], float] | None:
    """What reads the joules that a GPU has drawn since its driver started.

    `uuid` is PyTorch's name of it; None where the driver or the GPU does not count.
    """
    try:
        pynvml.nvmlInit()
        gpu = pynvml.nvmlDeviceGetHandleByUUID(f"GPU-{uuid}")

        def joules() -> float:
            return pynvml.nvmlDeviceGetTotalEnergyConsumption(gpu) / 1000

        joules()  # raises where it is not counted
    except pynvml.NVMLError:
        return None
    return joules


def driver_version() -> str | None:
    """Version of the NVIDIA driver; None where there is none."""
    try:
        pynvml.nvmlInit()
        return pynvml.nvmlSystemGetDriverVersion()
    except pynvml.NVMLError:
        return None


def spend(
    work: Callable[[], object],
    meter: Callable[[], float],
    least_s: float = 3.0,
    clock: Callable[[], float] = time.perf_counter,
) -> Spent:
    """What `work` draws when it is repeated for at least `least_s`.

    Counters are read a few times a second, so short work must be repeated; idle power is included,
    as a camera would pay for it too.
    """
    begin, before, runs = clock(), meter(), 0
    while clock() - begin < least_s:
        work()
        runs += 1
    return Spent(runs, clock() - begin, meter() - before)
