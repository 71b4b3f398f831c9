# SPDX-License-Identifier: MIT
"""Pictures as a page holds them: small enough for a phone, and one detail pixel for pixel."""

import base64
import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

__all__ = ["Pictures", "Shown", "data_uri", "detail_of", "png_uri", "shown"]

SHOWN_WIDTH = 1280
DETAIL = 160


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """(H, W, 3) uint8 before and after; `reference` where a clean frame is known."""

    before: np.ndarray
    after: np.ndarray
    reference: np.ndarray | None = None

    @property
    def aspect(self) -> float:
        """Width by height."""
        return self.after.shape[1] / self.after.shape[0]

    @property
    def scaled(self) -> bool:
        """Whether a page shows them smaller than they are."""
        return self.after.shape[1] > SHOWN_WIDTH


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture and its detail, as data URIs."""

    whole: str
    detail: str


def shown(pictures: Pictures) -> dict[str, Shown]:
    """The pictures that there are, by name."""
    return {
        name: Shown(png_uri(_scaled(picture)), png_uri(detail_of(picture)))
        for name in ("before", "after", "reference")
        if (picture := getattr(pictures, name)) is not None
    }


def data_uri(content: bytes, kind: str) -> str:
    """A file as the address of itself."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _scaled(picture: np.ndarray) -> Image.Image:
    image = Image.fromarray(picture)
    if image.width > SHOWN_WIDTH:
        height = round(image.height * SHOWN_WIDTH / image.width)
        image = image.resize((SHOWN_WIDTH, height), Image.Resampling.BOX)
    return image


def detail_of(picture: np.ndarray) -> Image.Image:
    """The middle of the picture, pixel for pixel."""
    height, width = picture.shape[:2]
    side = min(DETAIL, height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return Image.fromarray(picture[top : top + side, left : left + side])


def png_uri(image: Image.Image) -> str:
    """`image` as the address of itself, without loss."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return data_uri(buffer.getvalue(), "image/png")
