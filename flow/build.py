# SPDX-License-Identifier: MIT
"""Build a design: QONNX file in, hardware graph, FIFO depths and stitched RTL out.

The steps, each saved under intermediate/ as it is left:

    ingest    the network with integer weights, on frames (1, H, W, C)
    lower     our kernels on plain integers
    fold      as much hardware per layer as the frame rate asks for
    widths    FINN's RTL variants and width converters
    fifos     FIFO depths found by simulation, FINN's FIFO nodes
    stitch    one SystemVerilog top around the kernels
"""

import copy
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qonnx.core.modelwrapper import ModelWrapper

from boards.board import Board
from flow.cache import content_key
from flow.design import GRAPH, RTL, TOP, Design, read_design
from flow.errors import FlowError
from flow.estimate import check_fit, estimate
from flow.fifo import CUT_DEPTH, size_fifos
from flow.finn import prepare_finn
from flow.fold import fold, pixel_budget
from flow.frame import check_frame, set_frame
from flow.ingest import ingest, net_facts, read_qonnx
from flow.layers import fifo_facts, layer_facts
from flow.lower import lower
from flow.rtl_top import rtl_top
from flow.stitch import joins, stitch, stream_names
from flow.streams import adapt_widths, insert_fifos, specialize
from hls.instance import rtl_path

__all__ = ["BuildConfig", "build"]

Notify = Callable[[str, float], None]


@dataclass(frozen=True)
class BuildConfig:
    """What to build.

    Attributes:
        onnx: the network, as training/export.py writes it
        raw_width, raw_height: of the Bayer mosaic, both even
        fps: frames per second the design must reach at the board's clock; None for one packed
            pixel per cycle
        output: the design folder
    """

    onnx: Path
    board: Board
    raw_width: int
    raw_height: int
    fps: float | None
    output: Path


def build(config: BuildConfig, notify: Notify = lambda step, fraction: None) -> Design:
    """The design of `config`, in its folder; at once if the folder holds it already.

    `notify` is told the name of each step and the fraction done. Nothing is left in the folder
    unless all steps succeed.

    Raises:
        FlowError: the network cannot be lowered, the frame is too small or odd, the rate is out
            of reach, the design does not fit the board, or the folder holds something else.
    """
    key = _key(config)
    if (config.output / "design.json").is_file():
        with_facts = read_design(config.output)
        if with_facts.key == key:
            return with_facts
    elif config.output.exists() and (not config.output.is_dir() or any(config.output.iterdir())):
        raise FlowError(f"{config.output} exists and is no design folder; name another one")
    with _replacing(config.output) as folder:
        return _build(config, key, folder, notify)


def _build(config: BuildConfig, key: str, folder: Path, notify: Notify) -> Design:
    steps = ("ingest", "lower", "fold", "widths", "fifos", "stitch")
    (folder / "intermediate").mkdir()

    def enter(step: str) -> None:
        notify(step, steps.index(step) / len(steps))

    def leave(step: str) -> None:
        model.save(str(folder / "intermediate" / f"{steps.index(step) + 1}_{step}.onnx"))

    prepare_finn()
    board, height, width = config.board, *_packed(config)
    enter("ingest")
    model = read_qonnx(config.onnx)
    facts = net_facts(model)
    check_frame(model, height, width)
    budget = pixel_budget(board, height, width, config.fps)
    model = ingest(model)
    leave("ingest")

    enter("lower")
    model = set_frame(lower(model), height, width)
    leave("lower")

    enter("fold")
    model = fold(model, budget)
    leave("fold")

    enter("widths")
    model = adapt_widths(specialize(model, board.part), board.part)
    leave("widths")

    enter("fifos")
    model = insert_fifos(model, _fifo_depths(model), board.part)
    leave("fifos")
    resources = estimate(model, board.family)
    check_fit(resources, board, facts.name)

    enter("stitch")
    netlist = stitch(model, TOP)
    (folder / RTL).mkdir()
    for module in netlist.modules:
        shutil.copy(rtl_path(module), folder / RTL)
    (folder / RTL / f"{TOP}.sv").write_text(rtl_top(netlist))
    model.save(str(folder / GRAPH))

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
        fifos=fifo_facts(model),
        estimate=resources,
    )
    design.write(folder)
    notify("done", 1.0)
    return design


def _fifo_depths(model: ModelWrapper) -> dict[str, int]:
    """Depths by tensor name: what the joins need, and a short FIFO after each join."""
    height, width = _frame_of(model)
    radius = net_facts(model).radius
    short = set_frame(copy.deepcopy(model), min(height, 2 * radius + 1), width)
    netlist = stitch(short, TOP)
    sizing = size_fifos(netlist, min(height, 2 * radius + 1) * width)
    tensors = {stream: tensor for tensor, stream in stream_names(model).items()}
    cuts = {stream: CUT_DEPTH for stream in joins(netlist) if stream != "y"}
    return {tensors[stream]: depth for stream, depth in (cuts | dict(sizing.depths)).items()}


def _frame_of(model: ModelWrapper) -> tuple[int, int]:
    _, height, width, _ = model.get_tensor_shape(model.graph.input[0].name)
    return height, width


def _packed(config: BuildConfig) -> tuple[int, int]:
    if config.raw_width % 2 or config.raw_height % 2:
        raise FlowError(
            f"a Bayer frame of {config.raw_width}x{config.raw_height} pixels must be even both ways"
        )
    return config.raw_height // 2, config.raw_width // 2


def _key(config: BuildConfig) -> str:
    """Content of the network, the request, and the code that builds."""
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
    request = f"{config.raw_width}x{config.raw_height}@{config.fps}"
    board = config.board.model_dump_json()
    return content_key([network, request, board, *(path.read_bytes() for path in code)])


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
