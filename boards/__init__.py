# SPDX-License-Identifier: MIT
"""Tarsier: raw frames restored by 1-bit networks as streaming FPGA hardware.

    import tarsier_fpga as tarsier

    restored = tarsier.restore("frame.dng", on="cpu")
    picture = restored.picture()

    design = tarsier.build("bbcu-raw-16x8", board="zcu104", size=(1920, 1080))
    run = design.simulate(frames, stalls=0.3)

What a call cannot do is a TarsierError, one sentence. What takes long to import is imported by
the call that needs it, since every part of Tarsier begins with this package.
"""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tarsier_fpga.camera.raw import Raw
    from tarsier_fpga.flow.sim.built_design import BuiltDesign
    from tarsier_fpga.hls.base.errors import TarsierError
    from tarsier_fpga.jobs.restored import Restored
    from tarsier_fpga.picture.photo import Photo

__all__ = ["TarsierError", "build", "read", "restore"]


def __getattr__(name: str) -> type:
    if name != "TarsierError":
        raise AttributeError(f"module {__name__} has no {name}")
    from tarsier_fpga.hls.base.errors import TarsierError

    return TarsierError


def read(
    path: str | PathLike[str],
    sidecar: str | PathLike[str] | None = None,
    *,
    index: int | None = None,
    binned: bool = False,
) -> "Raw":
    """The raw frame in a file, number `index` of one that holds several.

    `sidecar` is the TOML that describes bare numbers; `binned` adds up the like-coloured pixels of
    a quad Bayer sensor.

    Raises:
        TarsierError: it is missing, damaged, or no raw frame of a Bayer sensor.
    """
    from tarsier_fpga.camera.read import read_raw

    beside = None if sidecar is None else Path(sidecar)
    return read_raw(Path(path), beside, index, binned=binned)


def restore(
    raw: "str | PathLike[str] | Raw | Photo",
    *,
    net: str = "bbcu-raw-16x8",
    on: str = "cpu",
    board: str = "zcu104",
    design: str | PathLike[str] | None = None,
    gain: float | str = "auto",
    check: bool = False,
) -> "Restored":
    """A raw frame or a picture through a network: its `codes`, and the `picture()` of them.

    Args:
        raw: a file, or a frame or a picture that was read before.
        net: a shipped net, a checkpoint or an .onnx file.
        on: cpu, the network compiled for it; gpu, in PyTorch; sim, its RTL cycle by cycle; pynq or
            xrt, a board.
        board: what `sim` builds a design for, where none is given.
        design: folder of the design to run, as `build` leaves it.
        gain: a factor on the light, or how it is found: auto or red.
        check: compare all bits with the hardware graph; `exact` of the result says how it went.

    Raises:
        TarsierError: one sentence on what is wrong, and what would be right.
    """
    from tarsier_fpga.flow.board import load_board
    from tarsier_fpga.hls.base.coding import FrameKind
    from tarsier_fpga.hls.base.errors import HostError
    from tarsier_fpga.hls.base.progress import silent
    from tarsier_fpga.jobs.accelerators import open_accelerator
    from tarsier_fpga.jobs.choices import Accel
    from tarsier_fpga.jobs.job import Job, parse_gain
    from tarsier_fpga.jobs.kinds import net_kind
    from tarsier_fpga.jobs.restore import Restoring
    from tarsier_fpga.jobs.restored import Shot

    if on not in list(Accel):
        raise HostError(f"on {on!r}: frames are restored on {', '.join(Accel)}")
    built = None if design is None else Path(design)
    kind = net_kind(net, built)
    if not isinstance(raw, (str, PathLike)):
        frame: Raw | Photo = raw
    elif kind is FrameKind.BAYER:
        frame = read(raw)
    else:
        from tarsier_fpga.picture.read import read_photo

        frame = read_photo(Path(raw))
    job = Job(
        raw=Path(frame.name),
        net=net,
        board=load_board(board),
        accel=Accel(on),
        design=built,
        gain=parse_gain(str(gain)),
        check=check,
        kind=kind,
    )
    accelerator = open_accelerator(job, (frame.width, frame.height), silent)
    return Restoring(job, accelerator).one(Shot(frame.name, frame))


def build(
    net: str = "bbcu-raw-16x8",
    *,
    board: str = "zcu104",
    size: tuple[int, int],
    fps: float | None = None,
    out: str | PathLike[str] | None = None,
) -> "BuiltDesign":
    """The design of a network: its `facts`, its `folder`, and `simulate(frames)`.

    Args:
        net: a shipped net, a checkpoint or an .onnx file.
        board: what it is for.
        size: width and height of the raw frames.
        fps: frames per second; None is as many as one packed pixel a cycle gives.
        out: folder to write it to; None keeps it in the user's cache.

    Raises:
        TarsierError: one sentence on what is wrong, and what would be right.
    """
    from tarsier_fpga.flow.board import load_board
    from tarsier_fpga.hls.base.progress import silent
    from tarsier_fpga.jobs.designs import build_design, kept_design

    target = load_board(board)
    if out is None:
        return kept_design(net, target, size, fps, silent)
    return build_design(net, target, size, fps, Path(out), silent)
