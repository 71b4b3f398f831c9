# SPDX-License-Identifier: MIT
"""What stands beside the flagship: a GPU's recorded numbers, and those that others published."""

import tomllib
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter

from tarsier_fpga.bench.bench_facts import Place
from tarsier_fpga.bench.bench_table import device_name
from tarsier_fpga.bench.records import RESULTS, recorded
from tarsier_fpga.hls.base.facts import Facts
from tests.flagship.flagship_facts import Entry

__all__ = ["Peer", "Seen", "gpu_peers", "published_peers"]


class Seen(StrEnum):
    """What of a source was read."""

    PAPER = "paper"
    ABSTRACT = "abstract"
    THREAD = "thread"
    NOTES = "notes"  # of others, on a paper that was not
    HERE = "here"  # recorded by this project


class Peer(Facts):
    """A network on a device; None is what the source does not say.

    `tops` are 10^12 operations a second, two for each multiply-add.
    """

    net: str
    on: str
    source: str
    seen: Seen
    frame: str = ""
    fps: float | None = None
    latency_ms: float | None = None
    tops: float | None = None


def published_peers(path: Path = RESULTS / "peers.toml") -> list[Peer]:
    """What papers say, in the order of `path`."""
    return TypeAdapter(list[Peer]).validate_python(tomllib.loads(path.read_text())["peer"])


def gpu_peers(entries: tuple[Entry, ...], folder: Path = RESULTS) -> list[Peer]:
    """The networks of `entries` on GPUs, at the same sizes, where they were recorded."""
    peers = []
    for entry in entries:
        rows = recorded([entry.net], [(entry.width, entry.height)], [folder])
        peers += [
            Peer(
                net=row.net,
                on=device_name(row),
                frame=f"{row.width} x {row.height}",
                fps=row.fps,
                latency_ms=row.latency_ms,
                source=row.note,
                seen=Seen.HERE,
            )
            for row in rows
            if row.place is Place.GPU and row.fps is not None
        ]
    return peers
