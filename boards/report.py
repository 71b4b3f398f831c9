# SPDX-License-Identifier: MIT
"""A finished run as one self-contained HTML page: pictures, numbers, the pipeline."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from boards.board import Board

__all__ = ["Pictures", "render"]

# A page stays light enough for a phone: larger frames are shown smaller, with details at 1:1.
_SHOWN_WIDTH = 1280
_DETAIL = 160


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """(H, W, 3) uint8 before and after; `reference` where a clean frame is known."""

    before: np.ndarray
    after: np.ndarray
    reference: np.ndarray | None = None


def render(
    facts: Mapping[str, Any], design: Any, board: Board, pictures: Pictures, drawing: str, note: str
) -> str:
    """The page.

    Args:
        facts: the keys of run.json.
        design: the design that ran, with `estimate`.
        board: the board it was built for.
        pictures: what to show.
        drawing: SVG of the pipeline.
        note: one sentence on where the frame comes from.
    """
    shown = {
        name: _Shown(_data_uri(_scaled(picture)), _data_uri(_detail(picture)))
        for name in ("before", "after", "reference")
        if (picture := getattr(pictures, name)) is not None
    }
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("report.html.j2").render(
        facts=facts,
        used=_used(design.estimate, board),
        board=board,
        shown=shown,
        scaled=pictures.after.shape[1] > _SHOWN_WIDTH,
        drawing=drawing,
        note=note,
        latency_us=facts["latency_cycles"] / facts["clock_mhz"],
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    whole: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Used:
    name: str
    count: int
    total: int

    @property
    def share(self) -> float:
        return self.count / self.total if self.total else 0.0


def _used(estimate: Any, board: Board) -> list[_Used]:
    names = {"lut": "LUT", "ff": "FF", "bram36": "BRAM36", "uram": "URAM", "dsp": "DSP"}
    return [
        _Used(label, getattr(estimate, name), getattr(board.resources, name))
        for name, label in names.items()
    ]


def _scaled(picture: np.ndarray) -> Image.Image:
    image = Image.fromarray(picture)
    if image.width > _SHOWN_WIDTH:
        height = round(image.height * _SHOWN_WIDTH / image.width)
        image = image.resize((_SHOWN_WIDTH, height), Image.Resampling.BOX)
    return image


def _detail(picture: np.ndarray) -> Image.Image:
    """The middle of the picture, pixel for pixel."""
    height, width = picture.shape[:2]
    side = min(_DETAIL, height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return Image.fromarray(picture[top : top + side, left : left + side])


def _data_uri(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
