# SPDX-License-Identifier: MIT
"""From the name of a net to a design folder, each made once and kept."""

from collections.abc import Mapping
from pathlib import Path

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.cache import cache_dir, content_key, made_once
from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.training.facts.paths import NETS, net_file

__all__ = ["build_design", "kept_design", "qonnx_file"]


def qonnx_file(net: str, show: Show) -> Path:
    """The QONNX file of `net`: a shipped net's name, a checkpoint, or already an .onnx file.

    Raises:
        TrainingError: there is no such net.
    """
    if Path(net).suffix == ".onnx":
        if not Path(net).is_file():
            raise TrainingError(f"{net}: there is no such network file")
        return Path(net)
    checkpoint = net_file(net)
    shipped = NETS / f"{checkpoint.stem}.onnx"
    if checkpoint.parent == NETS and shipped.is_file():
        return shipped

    def export_into(folder: Path) -> None:
        show("exporting the network", 0.0)
        from tarsier_fpga.training.deploy.export import export

        export(checkpoint, folder)

    key = content_key([checkpoint.stem, checkpoint.read_bytes()])
    return made_once("nets", key, export_into) / f"{checkpoint.stem}.onnx"


def build_design(
    net: str,
    board: Board,
    size: tuple[int, int],
    fps: float | None,
    folder: Path,
    show: Show,
    told: Mapping[str, str] = {},
) -> BuiltDesign:
    """The design of `net` for raw frames of `size` (width, height), built into `folder`.

    `told` is what is said of the network beside its file.
    """
    onnx = qonnx_file(net, show)
    show("loading the flow", 0.0)
    from tarsier_fpga.flow.build import BuildConfig, build

    width, height = size
    config = BuildConfig(onnx, board, width, height, fps, folder, told=told)
    facts = build(config, notify=show)
    return BuiltDesign(folder, facts)


def kept_design(
    net: str, board: Board, size: tuple[int, int], fps: float | None, show: Show
) -> BuiltDesign:
    """The design of `net` for frames of `size` at `fps`, kept in the user's cache."""
    rate = "" if fps is None else f"-{fps:g}fps"
    name = f"{Path(net).stem}-{board.name}-{size[0]}x{size[1]}{rate}"
    folder = cache_dir() / "designs" / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    return build_design(net, board, size, fps, folder, show)
