# SPDX-License-Identifier: MIT
"""Synthesize many kernels, each distinct one once, on all cores."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Event

from tarsier_fpga.flow.synth.counted import Counted
from tarsier_fpga.flow.synth.yosys.run_yosys import synthesize
from tarsier_fpga.hls.base.progress import Show, silent
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.kernels import cost
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["key_of", "synthesize_all"]

# How long Yosys takes for any kernel, in LUTs by which it takes longer: 4 s, and 23 s for 9,370.
_LOADING = 2_000


def synthesize_all(
    kernels: Sequence[Instance],
    family: Family,
    show: Show = silent,
    workers: int | None = None,
) -> list[Counted]:
    """The resources of each of `kernels`; an interrupt or an error stops the others at once.

    `show` is told each kernel that is finished. The large ones go first, so that no core is left
    alone with one. What was finished stays in the cache, so a repeated call goes on from there.

    Raises:
        ToolError: Yosys refuses a kernel.
    """
    stop = Event()
    keys = [key_of(kernel) for kernel in kernels]
    distinct = dict(zip(keys, kernels, strict=True))
    work = {key: _LOADING + cost(kernel, family).lut for key, kernel in distinct.items()}
    order = sorted(distinct, key=work.__getitem__, reverse=True)
    done = 0.0
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        jobs = {pool.submit(synthesize, distinct[key], family, stop): key for key in order}
        try:
            for job in as_completed(jobs):
                job.result()
                done += work[jobs[job]]
                show(distinct[jobs[job]].module, done / sum(work.values()))
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    found = {key: job.result() for job, key in jobs.items()}
    return [found[key] for key in keys]


def key_of(kernel: Instance) -> tuple:
    """Equal for kernels that are the same hardware."""
    return kernel.module, *sorted(kernel.params.items()), *sorted(kernel.sources.items())
