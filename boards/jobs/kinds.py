# SPDX-License-Identifier: MIT
"""Raw frames or pictures: what a network takes, what a file is, and what to do where they differ.

A network's file says what its frames are; so does the design that was built of it.
"""

import shlex
from pathlib import Path

from tarsier_fpga.camera.read import is_raw, takes_sidecar
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError, TrainingError
from tarsier_fpga.jobs.choices import DEFAULT_NET
from tarsier_fpga.picture.read import is_picture
from tarsier_fpga.training.facts.paths import NETS, net_file

__all__ = ["check_kind", "net_kind", "wrong_kind"]

_TRAINABLE = "bbcu-rgb-32x12"  # a config of a network on pictures

_PICTURE, _RAW = "is no raw frame but a picture", "is a raw frame of a sensor"

_TAKES = {
    FrameKind.BAYER: "raw frames of a Bayer sensor",
    FrameKind.RGB: "RGB pictures",
    FrameKind.LUMA: "the luma of pictures",
    FrameKind.PLANES: "frames of planes",
}


def net_kind(net: str, design: Path | None) -> FrameKind:
    """What the network in the folder `design` takes, or that of `net`: a name that ships, a
    checkpoint or an .onnx file.

    Raises:
        FlowError, TrainingError: there is none, or its file does not say.
    """
    if design is not None:
        return read_design(design).x.kind
    path = Path(net)
    if path.suffix != ".onnx":
        checkpoint = net_file(net)
        path = checkpoint.with_suffix(".onnx")
        if checkpoint.parent != NETS or not path.is_file():
            from tarsier_fpga.training.facts.checkpoint import read_net

            return read_net(checkpoint).spec.task.frame
    elif not path.is_file():
        raise TrainingError(f"{net}: there is no such network file")
    from tarsier_fpga.flow.lower.ingest import read_qonnx
    from tarsier_fpga.flow.lower.net import net_of

    return net_of(read_qonnx(path)).x.kind


def check_kind(path: Path, kind: FrameKind, net: str, sidecar: Path | None, out: Path) -> None:
    """Make sure that `path`, a file or a folder, is of the `kind` of frames that `net` takes.

    Raises:
        HostError: it is not there, or of the other; the sentence has the command that would work.
    """
    if not path.exists():
        raise HostError(f"{path}: there is no such file")
    files = [file for file in path.iterdir() if file.is_file()] if path.is_dir() else [path]
    raws = [is_raw(file, sidecar) for file in files]
    # A DNG begins like the TIFF that it is.
    pictures = [is_picture(file, by_content=not it) for file, it in zip(files, raws, strict=True)]
    raw, picture = any(raws), any(pictures)
    if kind is FrameKind.BAYER and picture and not raw:
        holds = (
            "holds no raw frames but pictures" if path.is_dir() else f"{_PICTURE}{_mosaic(path)}"
        )
        raise wrong_kind(str(path), net, kind, out, holds)
    if kind is not FrameKind.BAYER and raw and not picture:
        raise wrong_kind(str(path), net, kind, out, "holds raw frames" if path.is_dir() else _RAW)


def wrong_kind(
    path: str, net: str, kind: FrameKind, out: Path = Path("OUT.png"), holds: str = ""
) -> HostError:
    """The sentence on frames at `path` of a kind that `net` does not take; what it `holds`."""
    if kind is FrameKind.BAYER:
        holds, other = holds or _PICTURE, _picture_net()
    else:
        holds, other = holds or _RAW, DEFAULT_NET
    trained = "" if other else f"after `tarsier train {_TRAINABLE}` "
    words = ["tarsier", "run", path, "--net", other or f"{_TRAINABLE}.safetensors", "-o", str(out)]
    return HostError(
        f"{path} {holds}, and {net} takes {_TAKES[kind]}; {trained}this works: {shlex.join(words)}"
    )


def _mosaic(path: Path) -> str:
    """What makes a raw frame of a picture, where something does."""
    if not takes_sidecar(path):
        return ""
    return f" (a mosaic in it needs a sidecar, {path.with_suffix('.toml').name} beside it)"


def _picture_net() -> str:
    """A network on RGB pictures that ships; nothing where none does."""
    for onnx in sorted(NETS.glob("*.onnx")):
        if net_kind(onnx.stem, None) is FrameKind.RGB:
            return onnx.stem
    return ""
