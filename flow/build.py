# SPDX-License-Identifier: MIT
"""Build a design: QONNX file in, hardware graph, FIFO depths and stitched RTL out.

The steps, each saved under intermediate/ as it is left:

    ingest    the network with integer weights, on frames (1, H, W, C)
    lower     our kernels on plain integers
    fold      as much hardware per layer as the frame rate asks for
    solve     adders that share sums, where a matrix is built in
    widths    FINN's RTL variants and width converters
    fifos     FIFO depths found by simulation, FINN's FIFO nodes
    stitch    one SystemVerilog top around the kernels
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.board import Board, write_board
from tarsier_fpga.flow.cost.estimate import estimate, estimate_fifos
from tarsier_fpga.flow.design.describe import fifo_facts, layer_facts, wire_facts
from tarsier_fpga.flow.design.design_facts import (
    GRAPH,
    LOWERED,
    RTL,
    TOP,
    Design,
    FifoSizing,
    packing,
    read_design,
)
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, net_facts, read_qonnx
from tarsier_fpga.flow.ops.register import VERSIONS, prepare_finn
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.size.fifos import fifo_depths
from tarsier_fpga.flow.size.fit import check_fit
from tarsier_fpga.flow.size.fold import adder_levels, fold, pixel_budget, solve_dots
from tarsier_fpga.flow.size.frame_size import check_frame, set_frame
from tarsier_fpga.flow.size.uram import place_fifos
from tarsier_fpga.flow.size.widths import adapt_widths, insert_fifos, specialize
from tarsier_fpga.flow.synth.backend import backends
from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.netlist.instance import rtl_sources
from tarsier_fpga.hls.netlist.netlist import Netlist
from tarsier_fpga.hls.netlist.rtl_top import rtl_top

__all__ = ["BuildConfig", "build"]

_SIZING = "tarsier.fifo_sizing"  # property of the model, from its step to design.json
_MODEL = "model.onnx"  # in the cache, after a step

Notify = Callable[[str, float], None]


@dataclass(frozen=True)
class BuildConfig:
    """What to build.

    Attributes:
        onnx: the network, as training/deploy/export.py writes it
        raw_width, raw_height: of the Bayer mosaic, both even, or of the picture, if the network
            restores pictures
        fps: frames per second the design must reach at the board's clock; None for one packed
            pixel per cycle
        output: the design folder
        constant: build the matrices of unfolded dot products in, as adders that share sums
    """

    onnx: Path
    board: Board
    raw_width: int
    raw_height: int
    fps: float | None
    output: Path
    constant: bool = True


def build(config: BuildConfig, notify: Notify = lambda step, fraction: None) -> Design:
    """The design of `config`, in its folder; at once if the folder holds it already.

    `notify` is told the name of each step and the fraction done. Nothing is left in the folder
    unless all steps succeed.

    Raises:
        FlowError: the network cannot be lowered, the frame is too small or odd, the rate is out
            of reach, the design does not fit the board, or the folder holds something else, or
            what `tarsier synth` made of another design, in which hours of work may lie.
    """
    key = _key(config)
    if (config.output / "design.json").is_file():
        with suppress(FlowError):  # a damaged design is built again
            existing = read_design(config.output)
            if existing.key == key:
                return existing
    elif config.output.exists() and (not config.output.is_dir() or any(config.output.iterdir())):
        raise FlowError(f"{config.output} exists and is no design folder; name another one")
    if Path.cwd().is_relative_to(config.output.resolve()):
        raise FlowError(
            f"{config.output} holds the folder you are in, and is replaced as a whole;"
            " name another one"
        )
    for project in (config.output / backend for backend in backends()):
        if project.exists():
            raise FlowError(f"{project} is of another design; name another folder, or remove it")
    with _replacing(config.output) as folder:
        return _build(config, key, folder, notify)


@dataclass(frozen=True)
class _Plan:
    """What the steps need to know beside the model; height and width are packed pixels."""

    board: Board
    height: int
    width: int
    budget: int  # cycles a pixel may take
    constant: bool
    folder: Path
    progress: Callable[[float], None] = lambda done: None  # of the step


Step = Callable[[ModelWrapper, _Plan], ModelWrapper]

_STEPS: dict[str, Step] = {
    "ingest": lambda model, plan: ingest(model),
    "lower": lambda model, plan: set_frame(lower(model), plan.height, plan.width),
    "fold": lambda model, plan: fold(
        model, plan.budget, plan.constant, adder_levels(plan.board.clock_mhz)
    ),
    "solve": lambda model, plan: solve_dots(model, plan.progress),
    "widths": lambda model, plan: adapt_widths(specialize(model, plan.board.part), plan.board.part),
    "fifos": lambda model, plan: _with_fifos(model, plan),
}


def _build(config: BuildConfig, key: str, folder: Path, notify: Notify) -> Design:
    prepare_finn()
    board, model = config.board, read_qonnx(config.onnx)
    facts = net_facts(model)
    step = packing(model.get_tensor_shape(model.graph.input[0].name)[1])
    height, width = _packed(config, step)
    check_frame(model, height, width, step)
    budget = pixel_budget(board, height, width, config.fps, step)
    plan = _Plan(board, height, width, budget, config.constant, folder)

    (folder / "intermediate").mkdir()
    for number, (name, step) in enumerate(_STEPS.items()):
        progress = partial(_within, notify, name, number)
        progress(0)
        model = _done_once(f"{key}-{name}", step, model, replace(plan, progress=progress))
        model.save(str(folder / "intermediate" / f"{number + 1}_{name}.onnx"))
    _check_fit(model, plan)

    notify("stitch", len(_STEPS) / (len(_STEPS) + 1))
    netlist = _write_rtl(model, folder)
    layers = layer_facts(model)
    pace = max(layer.cycles for layer in layers)
    lanes = model.get_tensor_shape(model.graph.input[0].name)[-1]
    design = Design(
        key=key,
        net=facts.name,
        board=board.name,
        part=board.part,
        clock_mhz=board.clock_mhz,
        width=config.raw_width,
        height=config.raw_height,
        pixels_per_cycle=height * width / pace,
        ideal_cycles=pace,
        channels=lanes,
        bits=netlist.inputs[0].width // lanes,
        black=facts.black,
        white=facts.white,
        radius=facts.radius,
        layers=layers,
        fifos=fifo_facts(netlist),
        fifo_sizing=FifoSizing.model_validate_json(model.get_metadata_prop(_SIZING)),
        streams=wire_facts(model, netlist),
        estimate=estimate(model, board.family),
    )
    design.write(folder)
    write_board(board, folder)
    notify("done", 1.0)
    return design


def _done_once(key: str, step: Step, model: ModelWrapper, plan: _Plan) -> ModelWrapper:
    """What `step` makes of `model`, kept, so that an interrupted build goes on behind it."""
    kept = made_once("builds", key, lambda folder: step(model, plan).save(str(folder / _MODEL)))
    return ModelWrapper(str(kept / _MODEL))


def _within(notify: Notify, name: str, number: int, done: float) -> None:
    notify(name, (number + done) / (len(_STEPS) + 1))


def _write_rtl(model: ModelWrapper, folder: Path) -> Netlist:
    """The stitched top, its kernels and the graph they come from, in `folder`."""
    netlist = stitch(model, TOP)
    (folder / RTL).mkdir()
    for kernel in netlist.kernels:
        for name, text in rtl_sources(kernel).items():
            (folder / RTL / name).write_text(text)
    (folder / RTL / f"{TOP}.sv").write_text(rtl_top(netlist))
    model.save(str(folder / GRAPH))
    return netlist


def _with_fifos(model: ModelWrapper, plan: _Plan) -> ModelWrapper:
    """`model` with its FIFOs; what does not fit without them is refused before they are sized."""
    _check_fit(model, plan)
    depths, sizing = fifo_depths(model, plan.board.clock_mhz)
    model = place_fifos(insert_fifos(model, depths, plan.board.part), plan.board)
    model.set_metadata_prop(_SIZING, sizing.model_dump_json())
    return model


def _check_fit(model: ModelWrapper, plan: _Plan) -> None:
    family, net = plan.board.family, net_facts(model).name
    needed, fifos = estimate(model, family), estimate_fifos(model, family)
    check_fit(needed, plan.board, net, plan.folder / LOWERED, fifos, plan.budget)


def _packed(config: BuildConfig, step: int) -> tuple[int, int]:
    if config.raw_width % step or config.raw_height % step:
        raise FlowError(
            f"a Bayer frame of {config.raw_width}x{config.raw_height} pixels must be even both ways"
        )
    return config.raw_height // step, config.raw_width // step


def _key(config: BuildConfig) -> str:
    """Content of the network, the request, and the code that builds, ours and FINN's."""
    try:
        network = config.onnx.read_bytes()
    except OSError as error:
        raise FlowError(f"{config.onnx}: {error.strerror}; a QONNX network is needed") from None
    here = Path(__file__).parent
    code = [
        path
        for folder in (here, here.parent / "hls")
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".py", ".sv", ".j2"}
    ]
    request = f"{config.raw_width}x{config.raw_height}@{config.fps} {config.constant}"
    board = config.board.model_dump_json()
    return content_key([network, request, board, VERSIONS, *(path.read_bytes() for path in code)])


@contextmanager
def _replacing(output: Path) -> Iterator[Path]:
    """A temporary folder that becomes `output` if all goes well, and vanishes if not."""
    output.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
    try:
        yield work
        old = work.with_name(f"{work.name}.old")
        if output.exists():
            output.rename(old)
        work.chmod(0o755)
        work.rename(output)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
