# SPDX-License-Identifier: MIT
"""Build a design: QONNX file in, hardware graph, FIFO depths and stitched RTL out.

What is there already is not built again, and nothing is replaced that is not ours. The steps are
those of build_steps.py; the graph after each is saved under intermediate/.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga import hls
from tarsier_fpga.flow.board import Board, write_board
from tarsier_fpga.flow.build_steps import Plan, make_design
from tarsier_fpga.flow.design.design_facts import Design, read_design
from tarsier_fpga.flow.lower.ingest import read_qonnx
from tarsier_fpga.flow.ops.register import VERSIONS, prepare_finn
from tarsier_fpga.flow.synth.backend import backends
from tarsier_fpga.hls.base.cache import content_key
from tarsier_fpga.hls.base.code_key import code_of
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.files import replacing_folder
from tarsier_fpga.hls.base.progress import Show, silent

__all__ = ["BuildConfig", "build", "read_told"]

# What is found by its name, and so by no import, is named beside the steps.
_CODE = ("tarsier_fpga.flow.build_steps", "tarsier_fpga.flow.ops", "tarsier_fpga.hls.kernels")
_RTL = Path(hls.__file__).parent / "rtl"


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
        told: what is said of the network beside its file, by the keys of flow.lower.net, without
            their "tarsier."; it wins over what the file says
        constant: build the matrices of unfolded dot products in, as adders that share sums
    """

    onnx: Path
    board: Board
    raw_width: int
    raw_height: int
    fps: float | None
    output: Path
    constant: bool = True
    told: Mapping[str, str] = field(default_factory=dict)


def build(config: BuildConfig, notify: Show = silent) -> Design:
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
    with replacing_folder(config.output) as folder:
        return _build(config, key, folder, notify)


def _build(config: BuildConfig, key: str, folder: Path, notify: Show) -> Design:
    prepare_finn()
    plan = Plan(
        key=key,
        network=read_told(config.onnx, config.told),
        board=config.board,
        raw_width=config.raw_width,
        raw_height=config.raw_height,
        fps=config.fps,
        constant=config.constant,
        folder=folder,
    )
    design = make_design(plan, notify)
    write_board(config.board, folder)
    notify("done", 1.0)
    return design


def read_told(onnx: Path, told: Mapping[str, str]) -> ModelWrapper:
    """The network in the file `onnx`, of which is said what is `told`, as in `BuildConfig`.

    Raises:
        FlowError: it cannot be read.
    """
    network = read_qonnx(onnx)
    for fact, said in told.items():
        network.set_metadata_prop(f"tarsier.{fact}", said)
        for n in ("", *range(len(network.graph.input))):
            if network.get_metadata_prop(f"tarsier.x{n}.{fact}") is not None:
                network.set_metadata_prop(f"tarsier.x{n}.{fact}", said)
    return network


def _key(config: BuildConfig) -> str:
    """Content of the network, the request, and the code that builds, ours and FINN's."""
    try:
        network = config.onnx.read_bytes()
    except OSError as error:
        raise FlowError(f"{config.onnx}: {error.strerror}; a QONNX network is needed") from None
    request = f"{config.raw_width}x{config.raw_height}@{config.fps} {config.constant}"
    request += "".join(f" {key}={value}" for key, value in sorted(config.told.items()))
    board = config.board.model_dump_json()
    return content_key([network, request, board, VERSIONS, *code_of(*_CODE, beside=[_RTL])])
