# SPDX-License-Identifier: MIT
"""Rows that were not measured here: recorded on another machine, or published by others."""

import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

from platformdirs import user_data_path

from tarsier_fpga.bench.bench_facts import Basis, Bench, Place, Row
from tarsier_fpga.hls.base.facts import read_facts

__all__ = [
    "FLAGSHIP",
    "PICTURES",
    "RESULTS",
    "own_records",
    "published",
    "record_file",
    "recorded",
    "to_record",
]

RESULTS = Path(__file__).parents[1] / "results"  # what ships; only a maintainer writes there
FLAGSHIP = RESULTS / "flagship.json"
PICTURES = RESULTS / "pictures.json"  # these two are of no GPU


def own_records() -> Path:
    """Where this user's GPUs are recorded: $TARSIER_RECORDS, else in the user's data folder."""
    return Path(os.environ.get("TARSIER_RECORDS") or user_data_path("tarsier") / "records")


def published() -> list[Row]:
    """What papers say, each with its source."""
    rows = []
    for paper in tomllib.loads((RESULTS / "published.toml").read_text()).values():
        for place in (Place.GPU, Place.CPU):
            rows += [
                Row(
                    net=net,
                    place=place,
                    device=paper[place]["device"],
                    precision="",  # none is stated
                    width=paper["width"],
                    height=paper["height"],
                    basis=Basis.PUBLISHED,
                    fps=1000 / latency,
                    latency_ms=latency,
                    note=paper["source"],
                )
                for net, latency in paper[place]["latency_ms"].items()
            ]
    return rows


def recorded(
    nets: Iterable[str], sizes: Iterable[tuple[int, int]], folders: Iterable[Path] = (RESULTS,)
) -> list[Row]:
    """GPU rows of these nets and sizes that were recorded earlier, each with machine and date.

    Where two folders have a file of the same GPU, the later one's counts.

    Raises:
        FlowError: a recorded file is damaged.
    """
    nets, sizes, rows = set(nets), set(sizes), []
    files = {path.name: path for folder in folders for path in sorted(folder.glob("*.json"))}
    for other in (FLAGSHIP, PICTURES):
        files.pop(other.name, None)
    for path in files.values():
        bench = read_facts(path, Bench, "record it again")
        machine = bench.machine
        where = f"{machine.date[:10]}, driver {machine.driver}, PyTorch {machine.torch}"
        rows += [
            row.model_copy(
                update={"basis": Basis.RECORDED, "note": "; ".join(filter(None, (where, row.note)))}
            )
            for row in bench.rows
            if row.net in nets and (row.width, row.height) in sizes
        ]
    return rows


def to_record(bench: Bench) -> Bench:
    """What is worth recording of `bench`: what its GPU measured."""
    measured = (row for row in bench.rows if row.basis is Basis.MEASURED)
    return bench.model_copy(update={"rows": tuple(r for r in measured if r.place is Place.GPU)})


def record_file(gpu: str, folder: Path) -> Path:
    """Where in `folder` the GPU of that name is recorded.

    >>> record_file("NVIDIA H200 (80 GB)", Path("records")).name
    'nvidia-h200-80-gb.json'
    """
    return folder / f"{re.sub(r'[^a-z0-9]+', '-', gpu.lower()).strip('-')}.json"
