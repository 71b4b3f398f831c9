# SPDX-License-Identifier: MIT
"""tarsier bench: a design beside a GPU and a CPU, on the frame sizes people ask for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarsier_fpga.cli.guard import NOT_EXACT
from tarsier_fpga.cli.options import parse_size
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import write_together

if TYPE_CHECKING:
    from tarsier_fpga.bench.bench_facts import Bench

__all__ = ["bench", "parse_sizes"]

DEFAULT_SIZES = "720p,1080p,4k,12mpx"


def bench(
    design: Annotated[Path, typer.Argument(help="folder written by tarsier build")],
    sizes: Annotated[
        str,
        typer.Option(help="frames in: 720p 1080p 4k 12mpx red or WIDTHxHEIGHT, by comma, or own"),
    ] = DEFAULT_SIZES,
    net: Annotated[str, typer.Option(help="what DESIGN was built of, if it does not ship")] = "",
    also: Annotated[
        list[str] | None, typer.Option(help="config of one more network for GPU and CPU")
    ] = None,
    runs: Annotated[int, typer.Option(min=3, help="timed runs, whose median counts")] = 50,
    limit: Annotated[
        float, typer.Option(min=0, help="GPU, CPU: skip what takes more seconds")
    ] = 20,
    compiled: Annotated[
        bool, typer.Option("--compile/--no-compile", help="PyTorch's compiler; slow to start")
    ] = True,
    picture: Annotated[
        Path | None, typer.Option(help="clean picture for PSNR, else the built-in one")
    ] = None,
    setting: Annotated[
        int | None, typer.Option(help="its noise, sigma 25, or its JPEG quality, 10, if not said")
    ] = None,
    record: Annotated[bool, typer.Option("--record", help="keep this GPU's numbers")] = False,
    records: Annotated[
        Path | None, typer.Option(help="folder of kept numbers; else $TARSIER_RECORDS, or your own")
    ] = None,
) -> int:
    """Measure a design against GPU and CPU; writes DESIGN/bench.json, plots, report.html."""
    from tarsier_fpga.flow.sim.built_design import BuiltDesign

    built = BuiltDesign.read(design)
    facts = built.facts
    if facts.x.kind is FrameKind.BAYER and facts.outputs[0].kind is not FrameKind.BAYER:
        raise HostError(
            f"{design} is of {facts.net}, which gives {facts.outputs[0].kind} frames of raw ones:"
            " the bench's networks give frames of the kind that they take; `tarsier sim` counts its"
            " cycles and `tarsier eval NET --accel` scores it"
        )
    wanted = parse_sizes(sizes, (facts.width, facts.height), facts.x.kind)
    if records and not records.is_dir():
        raise HostError(f"{records}: there is no such folder of records")
    with progress() as show:
        show("loading PyTorch", 0.0)
        from tarsier_fpga.bench.figures import FIGURES
        from tarsier_fpga.bench.machine import this_machine
        from tarsier_fpga.bench.records import own_records
        from tarsier_fpga.jobs.bench_job import BenchJob, perform_bench
        from tarsier_fpga.report.bench_files import bench_files

        if record and not this_machine().gpu:
            raise HostError("there is no GPU here that PyTorch can use, so none to record")
        job = BenchJob(
            design=built,
            sizes=wanted,
            net=net or built.facts.net,
            also=tuple(also or ()),
            runs=runs,
            limit_s=limit,
            compiled=compiled,
            picture=picture,
            setting=setting,
            records=records,
        )
        result = perform_bench(job, show)
        show("drawing", 1.0)
        home = records or own_records()
        if record:
            home.mkdir(parents=True, exist_ok=True)
        files = bench_files(result, home if record else None)
        write_together(files)
        for name in {figure.file for figure in FIGURES} - {path.name for path in files}:
            (design / name).unlink(missing_ok=True)  # of an earlier bench, which knew more
    _print(result.bench, list(files))
    return 0 if result.bit_exact else NOT_EXACT


def _print(found: "Bench", files: list[Path]) -> None:
    from rich.console import Console

    from tarsier_fpga.bench.bench_table import bench_table

    Console().print(bench_table(found), "", *files, sep="\n", highlight=False)


def parse_sizes(
    text: str, own: tuple[int, int], kind: FrameKind = FrameKind.BAYER
) -> tuple[tuple[int, int], ...]:
    """Sizes of frames of `kind` by name or WIDTHxHEIGHT, and the design's `own`, smallest first.

    Raises:
        HostError: one of them is neither, or a Bayer frame that is not even.

    >>> parse_sizes("1080p,64x48", own=(640, 426))
    ((64, 48), (640, 426), (1920, 1080))
    """
    from tarsier_fpga.bench.bench_facts import SIZES

    found = {own}
    for part in (part.strip().lower() for part in text.split(",")):
        if part == "own":
            continue
        try:
            found.add(SIZES[part] if part in SIZES else parse_size(part))
        except HostError as error:
            raise HostError(f"{error}, own, or one of {', '.join(SIZES)}") from None
    for width, height in found:
        if width % kind.step or height % kind.step:
            raise HostError(f"size {width}x{height}: a Bayer frame is even in both directions")
    return tuple(sorted(found, key=lambda size: size[0] * size[1]))
