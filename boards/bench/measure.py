# SPDX-License-Identifier: MIT
"""Networks on the CPU and the GPU of this machine, compiled by PyTorch, as rows of a bench.

Frames lie in the device's memory before, and stay in it after: transfers are not counted, in
favour of the GPU.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from tarsier_fpga.bench import energy
from tarsier_fpga.bench.bench_facts import Basis, Place, Row
from tarsier_fpga.bench.contender import Contender, Scene
from tarsier_fpga.bench.picture_scene import PictureScene
from tarsier_fpga.bench.stopwatch import Timing, TooSlow, median_time

__all__ = ["How", "cpu_row", "engine_row", "gpu_rows"]

WORTH = 1.03  # a larger batch is kept while it gives this much more
GROWTH = 4  # from batch to batch, since each is compiled anew
HALVES = {"bf16": torch.bfloat16, "fp16": torch.float16}

Work = Callable[[], object]
Meter = Callable[[], float]

# What PyTorch's compiler and a device refuse are RuntimeErrors; full memory is one of them.
_FAILURES = (TooSlow, RuntimeError)


@dataclass(frozen=True, slots=True, eq=False)
class How:
    """How to measure: the frame for PSNR, timed runs, and whether networks are compiled."""

    scene: Scene | PictureScene
    runs: int = 50
    limit_s: float = 20.0
    compiled: bool = True


def cpu_row(net: Contender, size: tuple[int, int], device: str, how: How) -> Row:
    """`net` in float32 on all threads, one frame at a time."""
    facts = _facts(net, Place.CPU, device, "fp32", size, how)
    try:
        work = _work(net, net.inputs(*size, batch=1), how.compiled)
        time = median_time(work, how.runs, how.limit_s)
    except _FAILURES as error:
        return Row(**facts, basis=Basis.SKIPPED, note=_reason(error))
    facts["psnr_db"] = net.psnr(how.scene, "cpu", torch.float32)
    return _row(facts, 1, time, net.note)


def engine_row(net: str, run: Work, size: tuple[int, int], quality: float | None, how: How) -> Row:
    """The network's integers by `run`, Tarsier's own engine on all threads, one frame a call."""
    facts = {
        "net": net,
        "place": Place.CPU,
        "device": "CPU, Tarsier",
        "precision": "integers",
        "width": size[0],
        "height": size[1],
    }
    try:
        time = median_time(run, how.runs, how.limit_s)
    except TooSlow as error:
        return Row(**facts, basis=Basis.SKIPPED, note=_reason(error))
    return _row({**facts, "psnr_db": quality}, 1, time, "")


def gpu_rows(net: Contender, size: tuple[int, int], device: str, how: How) -> Iterator[Row]:
    """`net` in bf16 and fp16: one frame at a time, then in the batch that gives most frames."""
    meter = energy.open_meter(str(torch.cuda.get_device_properties(0).uuid))
    for precision, dtype in HALVES.items():
        facts = _facts(net, Place.GPU, device, precision, size, how)
        try:
            single, best = _batches(net, size, dtype, facts, meter, how)
        except _FAILURES as error:
            yield Row(**facts, basis=Basis.SKIPPED, note=_reason(error))
            continue
        quality = net.psnr(how.scene, "cuda", dtype)
        for row in dict.fromkeys((single, best)):  # one row where a single frame is best
            yield row.model_copy(update={"psnr_db": quality})


def _batches(
    net: Contender,
    size: tuple[int, int],
    dtype: torch.dtype,
    facts: dict[str, Any],
    meter: Meter | None,
    how: How,
) -> tuple[Row, Row]:
    """The rows of one frame at a time and of the best batch."""
    single = best = _on_gpu(net, size, dtype, facts, meter, how, batch=1)
    batch = GROWTH
    while True:
        try:
            row = _on_gpu(net, size, dtype, facts, meter, how, batch)
        except _FAILURES:  # what a single frame gave stands
            return single, best
        if (row.fps or 0) < WORTH * (best.fps or 0):
            return single, best
        best, batch = row, GROWTH * batch


def _on_gpu(
    net: Contender,
    size: tuple[int, int],
    dtype: torch.dtype,
    facts: dict[str, Any],
    meter: Meter | None,
    how: How,
    batch: int,
) -> Row:
    torch.cuda.empty_cache()
    work = _graphed(_work(net, net.inputs(*size, batch).to("cuda", dtype), how.compiled))
    time = median_time(work, how.runs, how.limit_s)
    if meter:
        spent = energy.spend(work, meter)
        joules = spent.joules / (spent.runs * batch)
        facts = facts | {"watts": round(spent.watts, 1), "joules": joules}
    return _row(facts, batch, time, net.note)


def _work(net: Contender, frames: torch.Tensor, compiled: bool) -> Work:
    """Restores `frames`; `compiled` for exactly their shape, and run once."""
    torch._dynamo.reset()
    # In this process: a pool of compilers would outlive an interrupt.
    torch._inductor.config.compile_threads = 1
    torch.backends.cudnn.benchmark = True
    module = copy.deepcopy(net.module).to(frames.device, frames.dtype)
    # PyTorch's stubs leave this argument out.
    module = module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    run: Callable[[torch.Tensor], torch.Tensor] = module
    if compiled:
        run = torch.compile(module, fullgraph=True, dynamic=False)

    @torch.inference_mode()
    def work() -> torch.Tensor:
        return run(frames)

    work()
    return work


def _graphed(work: Work) -> Work:
    """`work` as one CUDA graph; returns when the GPU is done."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):  # picks kernels, which a capture must not
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        kept = work()

    def replay() -> object:
        graph.replay()
        torch.cuda.synchronize()
        return kept  # the graph writes here, so it must live as long

    return replay


def _facts(
    net: Contender, place: Place, device: str, precision: str, size: tuple[int, int], how: How
) -> dict[str, Any]:
    return {
        "net": net.name,
        "place": place,
        "device": device,
        "precision": precision if how.compiled else f"{precision} eager",
        "width": size[0],
        "height": size[1],
    }


def _row(facts: dict[str, Any], batch: int, time: Timing, note: str) -> Row:
    return Row(
        **facts,
        basis=Basis.MEASURED,
        batch=batch,
        fps=batch / time.seconds,
        latency_ms=1000 * time.seconds,
        runs=time.runs,
        note=note,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, torch.OutOfMemoryError):
        return "the frame does not fit into the GPU's memory"
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
