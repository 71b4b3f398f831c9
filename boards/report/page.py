# SPDX-License-Identifier: MIT
"""What a page shows, and its HTML: pictures, numbers, plots, the pipeline, the facts as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tarsier_fpga.bench.bench_facts import Bench
from tarsier_fpga.bench.bench_table import (
    LEGEND,
    device_name,
    number,
    quality_sentence,
    size_title,
)
from tarsier_fpga.flow.board import Board
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.report.camera_section import CameraSection
from tarsier_fpga.report.pictures import Pictures, data_uri, shown
from tarsier_fpga.report.scatter import charts

__all__ = ["Card", "Page", "environment", "render"]


@dataclass(frozen=True, slots=True)
class Card:
    """One number, and what it is."""

    value: str
    meaning: str


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """Everything on a page.

    Attributes:
        lead: what was done, in a sentence or two
        good, verdict: whether the result is right, and how that is known
        captions: picture name -> what else stands below its detail
        profile, drawing: SVG of the middle row, and of the pipeline
        estimate, board: resources of the design, by formula, and what it is for; None, and
            `drawing` empty, where no hardware ran
        kind: of the frames that go in
        files: name -> JSON to download
        command: that makes the same
        camera: what `tarsier sim --video` found of the design, if it was asked
    """

    title: str
    lead: str
    good: bool
    verdict: str
    pictures: Pictures
    captions: Mapping[str, str]
    cards: tuple[Card, ...]
    profile: str
    estimate: Resources | None
    board: Board | None
    drawing: str
    kind: FrameKind = FrameKind.BAYER
    files: Mapping[str, bytes] = field(default_factory=dict)
    bench: Bench | None = None
    camera: CameraSection | None = None
    command: str = ""


def render(page: Page) -> str:
    """`page` as HTML that needs no other file."""
    templates = environment()
    templates.filters |= {"number": number, "device": device_name}
    return templates.get_template("report.html.j2").render(
        page=page,
        shown=shown(page.pictures),
        used=_used(page.estimate, page.board) if page.estimate and page.board else (),
        charts=charts(page.bench) if page.bench else (),
        legend=f"{LEGEND} {quality_sentence(page.bench)}" if page.bench else "",
        size_title=size_title,
        downloads={name: data_uri(text, "application/json") for name, text in page.files.items()},
    )


def environment() -> Environment:
    """The templates of this folder."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class _Used:
    name: str
    count: int
    total: int

    @property
    def share(self) -> float:
        return self.count / self.total if self.total else 0.0


def _used(estimate: Resources, board: Board) -> list[_Used]:
    names = {"lut": "LUT", "ff": "FF", "bram36": "BRAM36", "uram": "URAM", "dsp": "DSP"}
    return [
        _Used(label, getattr(estimate, name), total)
        for name, label in names.items()
        if (total := getattr(board.resources, name)) or getattr(estimate, name)
    ]
