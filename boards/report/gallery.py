# SPDX-License-Identifier: MIT
"""Pictures through networks as one page that needs no other file."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tarsier_fpga.report.page import environment
from tarsier_fpga.report.pictures import data_uri, detail_of, png_uri

__all__ = ["Exhibit", "Reel", "Room", "render_gallery"]

_WIDTH = 960
_QUALITY = 88  # of pictures on the page; what is shown pixel for pixel is lossless


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """One scene through a network.

    Attributes:
        title: what is seen, and what was done to it
        command: that makes the same
        views: before, after, and others where they exist, all (H, W, 3) uint8 of one size
        numbers: by view, how close it is to the reference
    """

    title: str
    command: str
    views: Mapping[str, np.ndarray]
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Reel:
    """A film: its pictures one after the other, (H, W, 3) uint8."""

    title: str
    command: str
    pictures: Sequence[np.ndarray]
    rate: float


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """What one network restored."""

    net: str
    lead: str
    exhibits: Sequence[Exhibit]
    reels: Sequence[Reel] = ()


def render_gallery(rooms: Sequence[Room], note: str) -> str:
    """The page of `rooms`; `note` is a sentence on where the pictures come from."""
    return (
        environment()
        .get_template("gallery.html.j2")
        .render(
            rooms=rooms,
            note=note,
            whole=_whole,
            detail=lambda picture: png_uri(detail_of(picture)),
            moving=_moving,
        )
    )


def _whole(picture: np.ndarray) -> str:
    """At most as wide as the page."""
    image = Image.fromarray(picture)
    if image.width > _WIDTH:
        height = round(image.height * _WIDTH / image.width)
        image = image.resize((_WIDTH, height), Image.Resampling.BOX)
    buffer = io.BytesIO()
    image.save(buffer, format="WEBP", quality=_QUALITY)
    return data_uri(buffer.getvalue(), "image/webp")


def _moving(reel: Reel) -> str:
    """As an animated picture, which every browser plays without being asked."""
    first, *others = (Image.fromarray(picture) for picture in reel.pictures)
    buffer = io.BytesIO()
    first.save(
        buffer,
        format="WEBP",
        save_all=True,
        append_images=others,
        duration=round(1000 / reel.rate),
        loop=0,
        quality=_QUALITY,
    )
    return data_uri(buffer.getvalue(), "image/webp")
