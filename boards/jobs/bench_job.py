# SPDX-License-Identifier: MIT
"""The bench: every network on every device at every size, or why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

from tarsier_fpga.bench import measure
from tarsier_fpga.bench import records as results
from tarsier_fpga.bench.bench_facts import Basis, Bench, Machine, Place, Row
from tarsier_fpga.bench.chip import Counted, chip_row, count_cycles, skipped_chip
from tarsier_fpga.bench.contender import Contender
from tarsier_fpga.bench.machine import this_machine
from tarsier_fpga.devices.accelerator import Restorer
from tarsier_fpga.devices.cpu_engine import EngineAccelerator, compiles
from tarsier_fpga.flow.board import board_of
from tarsier_fpga.flow.lower.ingest import read_qonnx
from tarsier_fpga.flow.lower.net import name_of
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.synth.synth_facts import read_synthesis
from tarsier_fpga.hls.base.errors import FlowError, HostError
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.accelerators import lowered_net
from tarsier_fpga.jobs.bench_scene import Look, bench_scene
from tarsier_fpga.jobs.compare import matches, reference_of
from tarsier_fpga.jobs.contenders import check_beside, exported, full_precision, parent_of
from tarsier_fpga.jobs.designs import kept_design, qonnx_file

__all__ = ["BenchJob", "Benched", "perform_bench"]

NO_GPU = "no GPU here and none recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchJob:
    """What a user asks for; `net` is the file or the name of what the design was built of."""

    design: BuiltDesign
    sizes: tuple[tuple[int, int], ...]
    net: str
    also: tuple[str, ...] = ()
    runs: int = 50
    limit_s: float = 20.0
    compiled: bool = True
    picture: Path | None = None  # in place of the built-in one, for networks on pictures
    setting: int | None = None  # sigma or JPEG quality of what is done to it
    records: Path | None = None  # folder of recorded GPUs; None is the user's


@dataclass(frozen=True, slots=True, eq=False)
class Benched:
    """A finished bench, and what its report shows beside it.

    `counted` is the design's own run; `look` is what the network makes of the frame of PSNR.
    """

    job: BenchJob
    bench: Bench
    counted: Counted
    bit_exact: bool
    look: Look


def perform_bench(job: BenchJob, show: Show) -> Benched:
    """Do `job`.

    Raises:
        HostError, BoardError, FlowError, TrainingError: one sentence each.
    """
    design = job.design.facts
    onnx = _network(job, show)
    ours = exported(design, onnx)
    raw = ours.spec is None
    nets = [ours]
    names = (parent_of(design.net), "red" if raw else None, *job.also)
    for name in dict.fromkeys(filter(None, names)):
        nets.append(full_precision(name))
        check_beside(ours, nets[-1], name)
    scene, look = bench_scene(ours, design, job.picture, job.setting)
    machine, how = this_machine(), measure.How(scene, job.runs, job.limit_s, job.compiled)
    engine = _engine(onnx, show)

    own, exact = None, True
    rows: list[Row] = []
    quality = ours.psnr(scene, "cpu", torch.float32)
    for size in job.sizes:
        name = f"{size[0]} x {size[1]}"
        try:
            built = _design_for(job, size, onnx, show)
            counted = count_cycles(built, _named(show, f"chip, {name}"))
        except FlowError as error:
            if size == (design.width, design.height):
                raise  # there is nothing to set beside others
            rows.append(skipped_chip(design, size, str(error)))
        else:
            exact &= _is_exact(counted, _named(show, f"comparing, {name}"))
            rows.append(chip_row(counted, read_synthesis(built.folder, design.board), quality))
            own = counted if built is job.design else own
        if engine is not None:
            show(f"our engine, {name}", 0.0)
            frames = ours.inputs(*size, batch=1).numpy().transpose(0, 2, 3, 1)
            codes = np.ascontiguousarray(np.rint(frames).astype(np.uint16))
            run = partial(engine.run, codes)
            rows.append(measure.engine_row(ours.name, run, size, quality, how))
        for index, net in enumerate(nets):
            show(f"{net.name}, {name}", index / len(nets))
            rows += _torch_rows(net, size, machine, how, job)
    if own is None:
        raise HostError(f"{job.design.folder}: its own size is not among those of the bench")
    rows += results.published() if raw else []
    bench = Bench(
        net=design.net,
        board=design.board,
        machine=machine,
        rows=tuple(rows),
        kind=design.x.kind,
        scale=design.y.step[1] / design.y.step[0],
        scene=look.scene,
        psnr_before_db=look.psnr_before_db,
    )
    return Benched(job, bench, own, exact, look)


def _engine(onnx: Path, show: Show) -> EngineAccelerator | None:
    """The network compiled for this processor; None where it does not compile here."""
    graph = lowered_net(str(onnx), show)
    if not compiles(graph.model):
        return None
    show("compiling our engine", 0.0)
    return EngineAccelerator(graph)


def _named(show: Show, name: str) -> Show:
    """`show`, with every step called `name`."""
    return lambda step, fraction, note="": show(name, fraction, note)


def _network(job: BenchJob, show: Show) -> Path:
    """The exported file that the design was built of."""
    onnx = qonnx_file(job.net, show)
    if (found := name_of(read_qonnx(onnx))) != (net := job.design.facts.net):
        raise HostError(f"{job.design.folder} was built of {net}, but {onnx} is {found}")
    return onnx


def _design_for(job: BenchJob, size: tuple[int, int], onnx: Path, show: Show) -> BuiltDesign:
    """The design itself, or one like it for another size, at as many cycles per pixel."""
    design = job.design.facts
    if size == (design.width, design.height):
        return job.design
    pixels = size[0] * size[1] // design.x.kind.step**2
    own_pixels = design.packed_shape[0] * design.packed_shape[1]
    budget = design.ideal_cycles // own_pixels
    # A hair below the rate, so that rounding does not ask for one cycle less.
    fps = None if budget == 1 else 0.9999 * design.clock_mhz * 1e6 / (pixels * budget)
    return kept_design(str(onnx), board_of(job.design.folder, design.board), size, fps, show)


def _is_exact(counted: Counted, show: Show) -> bool:
    design = counted.design
    facts = design.facts
    frame, restored = counted.frames[0], counted.run.frames[0]
    states = [loop.name for loop in facts.states]
    restorer = Restorer.of(facts.net, facts.inputs, facts.outputs, facts.reach, facts.align, states)
    reference = reference_of(design.graph, design, frame.shape[0] * frame.shape[1])
    return matches(frame, restored, reference, restorer.cutting, show)


def _torch_rows(
    net: Contender, size: tuple[int, int], machine: Machine, how: measure.How, job: BenchJob
) -> Iterator[Row]:
    """A network on this machine's GPU, else as recorded, and on its CPU."""
    if machine.gpu:
        yield from measure.gpu_rows(net, size, machine.gpu, how)
    elif known := results.recorded(
        [net.name], [size], (results.RESULTS, job.records or results.own_records())
    ):
        yield from known
    else:
        width, height = size
        yield Row(
            net=net.name,
            place=Place.GPU,
            device="GPU",
            precision="",
            width=width,
            height=height,
            basis=Basis.SKIPPED,
            note=NO_GPU,
        )
    yield measure.cpu_row(net, size, "CPU", how)
