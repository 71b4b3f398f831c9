# SPDX-License-Identifier: MIT
"""tarsier run: a raw frame in, a restored picture out."""

from pathlib import Path
from typing import Annotated

import typer

from boards.cli.guard import NOT_EXACT
from boards.cli.options import Accel, parse_gain
from boards.cli.outputs import check_folder, json_bytes, png_bytes, write_together
from boards.cli.progress import progress
from boards.errors import HostError

__all__ = ["run", "summary"]

DEFAULT_NET = "bbcu-raw-16x8"
DEFAULT_BOARD = "zcu104"


def run(
    raw: Annotated[Path, typer.Argument(help="DNG or camera raw, or .raw with a TOML sidecar")],
    out: Annotated[Path, typer.Option("--out", "-o", help="picture to write, OUT.png")],
    net: Annotated[str, typer.Option(help="a shipped net, a checkpoint or an .onnx")] = DEFAULT_NET,
    accel: Annotated[Accel, typer.Option(help="where to run it")] = Accel.SIM,
    board: Annotated[str, typer.Option(help="board to build the design for")] = DEFAULT_BOARD,
    design: Annotated[Path | None, typer.Option(help="design to use, tiling the frame")] = None,
    fps: Annotated[float | None, typer.Option(help="rate to build for, else the most")] = None,
    gain: Annotated[str, typer.Option(help="auto, or a factor on the light")] = "auto",
    sidecar: Annotated[Path | None, typer.Option(help="describes a headerless RAW")] = None,
    reference: Annotated[Path | None, typer.Option(help="clean raw frame, for PSNR")] = None,
) -> int:
    """Restore one raw frame on an accelerator; writes OUT.png and OUT.json."""
    if out.suffix.lower() != ".png":
        raise HostError(f"{out}: the picture is a PNG, name it OUT.png")
    check_folder(out)
    with progress() as show:
        from boards.cli.job import Job, perform

        job = Job(raw, net, board, accel, design, fps, parse_gain(gain), sidecar, reference)
        result = perform(job, show)
        show("developing the picture", 0.0)
        picture = png_bytes(result.picture(result.restored.after))
        write_together({out: picture, out.with_suffix(".json"): json_bytes(result.facts)})
    print(summary(result.facts))
    return 0 if result.bit_exact else NOT_EXACT


def summary(facts: dict) -> str:
    """Three lines a person reads: what came out, how fast, and whether it is right."""
    quality = ""
    if facts["psnr_db"] is not None:
        quality = f", PSNR {facts['psnr_noisy_db']} -> {facts['psnr_db']} dB"
    exact = "bit-exact" if facts["bit_exact"] else "NOT bit-exact"
    return (
        f"{facts['net']} on {facts['accel']}: {facts['width']} x {facts['height']}{quality}\n"
        f"{facts['cycles_per_frame']} cycles per frame (ideal {facts['ideal_cycles']}), "
        f"{facts['fps']} fps at {facts['clock_mhz']:g} MHz, a clock assumed for "
        f"{facts['board']}\n"
        f"{exact} against the hardware graph in Python, {facts['seconds']} s"
    )
