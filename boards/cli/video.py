# SPDX-License-Identifier: MIT
"""tarsier video: a design between AXI4-Stream Video and AXI4-Stream Video, with registers."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tarsier_fpga.cli.options import parse_link, parse_pauses
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.hls.base.errors import HostError

__all__ = ["video"]


class Colours(StrEnum):
    """Of the first two by two pixels."""

    RGGB = "RGGB"
    GRBG = "GRBG"
    GBRG = "GBRG"
    BGGR = "BGGR"


def video(
    design: Annotated[Path, typer.Argument(help="folder written by tarsier build")],
    out: Annotated[Path, typer.Option("-o", "--out", help="folder for RTL and registers")],
    pixels: Annotated[int, typer.Option(help="per clock: 1, 2 or 4")] = 2,
    bits: Annotated[
        int | None,
        typer.Option(help="of a pixel of the camera, 8 to 16; 12, or that of --csi2, if left out"),
    ] = None,
    black: Annotated[int, typer.Option(help="the camera's code without light")] = 0,
    white: Annotated[
        int | None, typer.Option(help="its code at full light; all ones if left out")
    ] = None,
    cfa: Annotated[Colours, typer.Option(help="colours of its first pixels")] = Colours.RGGB,
    blend: Annotated[
        bool, typer.Option("--blend", help="with a register for how much of the input is mixed in")
    ] = False,
    mend: Annotated[
        int | None,
        typer.Option(
            metavar="CODES",
            help="mend pixels that differ by more from those of their colour around them, with a"
            " register for it; 0 mends none until the host says so",
        ),
    ] = None,
    auto_gain: Annotated[
        bool,
        typer.Option(
            "--auto-gain",
            help="measure RED's gain of every frame, with a register by which the next takes it",
        ),
    ] = False,
    csi2: Annotated[
        str,
        typer.Option(
            "--csi2",
            metavar="LANES,TYPE[,CHANNEL]",
            help="a receiver of MIPI CSI-2 in front: 1, 2 or 4 lanes, RAW8, RAW10, RAW12 or RAW14,"
            " virtual channel 0 to 3",
        ),
    ] = "",
    timeout: Annotated[
        int, typer.Option(help="silent cycles after which a frame is filled; 0 never")
    ] = 0,
    pauses: Annotated[
        str,
        typer.Option(
            metavar="LINE,FRAME",
            help="a camera that cannot wait, silent for so many cycles behind lines and frames,"
            " each N or LEAST-MOST: its line buffer is sized by simulation",
        ),
    ] = "",
) -> None:
    """Put a design for Bayer mosaics behind a camera; writes OUT/rtl and the registers."""
    blanking = parse_pauses(pauses) if pauses else None
    lanes, raw, channel = parse_link(csi2) if csi2 else (0, 12, 0)
    if csi2 and bits not in (None, raw):
        raise HostError(f"--csi2 {csi2} has pixels of {raw} bits, and --bits says {bits}")
    bits = bits or raw
    with progress() as show:
        show("reading the design", 0.0)
        from tarsier_fpga.flow.design.queue_facts import Blanking
        from tarsier_fpga.flow.shell.shell_facts import VideoShell
        from tarsier_fpga.flow.shell.stalls import (
            largest_queue,
            with_blend,
            with_buffer,
            with_link,
        )
        from tarsier_fpga.flow.shell.video import VIDEO_TOP, check_output, write_video
        from tarsier_fpga.hls.kernels.bayer_front import Cfa

        check_output(out)
        shell = VideoShell(
            pixels=pixels,
            bits=bits,
            black=black,
            white=(1 << bits) - 1 if white is None else white,
            cfa=Cfa[cfa],
            timeout=timeout,
            mend=mend,
            auto_gain=auto_gain,
        )
        if csi2:
            shell = with_link(design, shell, lanes, channel)
        if blend:
            show("simulating what waits to be mixed", 0.1)
            shell = with_blend(design, shell)
        if blanking:
            show("simulating a camera", 0.3)
            line, frame = blanking
            queue = largest_queue(design, shell, Blanking(line=line, frame=frame))
            shell = with_buffer(shell, queue)
        write_video(design, shell, out)
    if shell.queue:
        print(
            f"at most {shell.queue.beats} beats waited in {shell.queue.frames} frames;"
            f" the line buffer holds {shell.buffer}"
        )
    elif shell.csi2:
        print(f"the line buffer holds {shell.buffer} beats; --pauses LINE,FRAME sizes it")
    if shell.blend:
        print(f"{shell.blend} blocks of four pixels wait to be mixed into their results")
    print(f"{out / 'rtl'}: {VIDEO_TOP}; {out / 'video_registers.md'} has its registers")
