# SPDX-License-Identifier: MIT
"""tarsier search: networks and hardware searched together, or the folding of a network alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarsier_fpga.cli.options import parse_size
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.cli.training_options import resumable
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.hls.base.progress import Show

if TYPE_CHECKING:
    from tarsier_fpga.search.search import Notice, Search

__all__ = ["search"]


def search(
    config: Annotated[
        str, typer.Argument(help="a search that ships or a .toml file; with --folding-only a net")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="folder of the search; build/search/NAME if left out"),
    ] = None,
    store: Annotated[
        str, typer.Option(help="URL of the Optuna store; else store.db in its folder")
    ] = "",
    address: Annotated[
        str | None, typer.Option(help="of a Ray cluster; its machines share the folder")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="trainings at once, on this machine", min=1)
    ] = None,
    data: Annotated[Path | None, typer.Option(help="folder of sets; or $TARSIER_DATA")] = None,
    trials: Annotated[int | None, typer.Option(help="instead of the config's", min=1)] = None,
    page: Annotated[bool, typer.Option("--page", help="write the page of what there is")] = False,
    best: Annotated[
        int, typer.Option(help="train, export and build as many of the front", min=0)
    ] = 0,
    synth: Annotated[str, typer.Option(help="with --best: synthesize by this tool")] = "",
    full: Annotated[int, typer.Option(help="train as many to the end, evenly", min=0)] = 0,
    correlation: Annotated[
        bool, typer.Option("--correlation", help="print that of short and full trainings")
    ] = False,
    folding_only: Annotated[
        bool, typer.Option("--folding-only", help="the least hardware of a net at a rate")
    ] = False,
    board: Annotated[str | None, typer.Option(help="with --folding-only")] = None,
    size: Annotated[str | None, typer.Option(help="with --folding-only")] = None,
    fps: Annotated[float | None, typer.Option(help="with --folding-only")] = None,
) -> None:
    """Search networks and hardware together; the same command resumes."""
    if folding_only:
        _fold(config, board, size, fps, out)
        return
    if board or size or fps:
        raise HostError(
            "--board, --size and --fps go with --folding-only; a search's config has its own"
        )
    if synth and not best:
        raise HostError(f"--synth {synth} goes with --best")
    if synth:
        from tarsier_fpga.flow.synth.backend import find_backend

        find_backend(synth)  # known before hours of training
    from dataclasses import replace

    from tarsier_fpga.search.finalists import agreement
    from tarsier_fpga.search.search import Search
    from tarsier_fpga.search.search import search as search_points
    from tarsier_fpga.search.search_plan import SEARCHES, read_plan
    from tarsier_fpga.search.store import Store
    from tarsier_fpga.search.workers import in_turn, ray_workers
    from tarsier_fpga.training.facts.paths import data_dir

    file = SEARCHES / f"{config}.toml"
    file = file if file.is_file() else Path(config)
    plan = read_plan(file)
    plan = replace(plan, trials=trials) if trials else plan
    folder = (out or Path("build/search") / file.stem).resolve()
    going = not (best or full or correlation or page)
    database = Store(store or str(folder / "store.db"), plan, new=going)
    if correlation:
        found = agreement(database.records())
        print(
            f"{found.count} networks, {found.steps} steps against full trainings:"
            f" Spearman {found.spearman:.3f}, Kendall {found.kendall:.3f}"
        )
        return
    with _noticed() as notice:
        job = Search(plan, database, in_turn, folder, data, notice)
        if not page:
            images = data_dir(data).resolve()
            with resumable(), ray_workers(address, workers) as run:
                job = replace(job, run=run, data=images)
                if going:
                    search_points(job)
                else:
                    _train(job, best, full)
    if best:
        _build(job, best, synth)
    _report(job)


def _train(job: "Search", best: int, full: int) -> None:
    from tarsier_fpga.search.finalists import best as best_of
    from tarsier_fpga.search.finalists import evenly, train_fully

    records = job.store.records()
    chosen = [*(best_of(records, best) if best else ()), *(evenly(records, full) if full else ())]
    train_fully(job, list({one.number: one for one in chosen}.values()))


def _build(job: "Search", count: int, tool: str) -> None:
    from tarsier_fpga.flow.synth.backend import find_backend, synthesize
    from tarsier_fpga.jobs.designs import build_design
    from tarsier_fpga.search.finalists import best
    from tarsier_fpga.search.search_plan import board_at
    from tarsier_fpga.training.deploy.export import export

    for record in best(job.store.records(), count):
        onnx = export(job.folder / "full" / f"{record.name}.safetensors", job.folder / "full")
        board, folder = board_at(job.plan, record.params), job.folder / "designs" / record.name
        folder.parent.mkdir(parents=True, exist_ok=True)
        lut = ""
        with progress() as show:
            build_design(str(onnx), board, job.plan.extent, job.plan.fps, folder, show)
            if tool:
                found = synthesize(find_backend(tool), folder, board, show)
                text = found.model_dump_json(indent=2) + "\n"
                write_together({folder / "synth.json": text.encode()})
                lut = f", {found.lut:,g} LUT by {found.tool}"
        print(
            f"trial {record.number}: {record.full_db:.2f} dB on the held-back scenes; {onnx};"
            f" {folder}{lut}"
        )


def _report(job: "Search") -> None:
    from tarsier_fpga.cli.search_results import write_results

    print(write_results(job.plan, job.store, job.folder))


def _fold(
    net: str, board: str | None, size: str | None, fps: float | None, out: Path | None
) -> None:
    options = {"--board": board, "--size": size, "--fps": fps}
    if missing := [option for option, value in options.items() if value is None]:
        raise HostError(f"the folding of a net needs {', '.join(missing)}")
    from tarsier_fpga.flow.board import load_board
    from tarsier_fpga.jobs.folding_job import fold_least

    assert board is not None and size is not None and fps is not None
    with progress() as show:
        print(fold_least(net, load_board(board), parse_size(size), fps, out, show))


@contextmanager
def _noticed() -> "Iterator[Notice]":
    """Events of a search: on a bar on terminals, else as lines, which logs keep."""
    import sys

    from tarsier_fpga.hls.base.progress import silent

    with progress() as show:
        drawn: Show = show

        def notice(what: str, done: float, left: float | None) -> None:
            time = f", {timedelta(seconds=round(left))} left" if left is not None else ""
            if drawn is silent:
                print(f"{what}; {done:.0%} done{time}", file=sys.stderr, flush=True)
            else:
                drawn("search", done, f"{what}{time}")

        yield notice
