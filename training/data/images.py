# SPDX-License-Identifier: MIT
"""Folders of images, read once; what cannot be read is named and left out."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from tarsier_fpga.hls.base.errors import TrainingError

__all__ = ["Folder", "find_set", "image_files", "in_colour", "read_folder", "read_image"]

SUFFIXES = {".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff"}
NAMED = 3  # of the images left out; the others are counted


@dataclass(frozen=True, slots=True)
class Folder:
    """Images by file stem, (H, W) or (H, W, 3) uint8, and the names of files left out."""

    images: dict[str, np.ndarray]
    skipped: tuple[str, ...]

    def report(self) -> None:
        """Say on stderr what was left out, if anything."""
        if self.skipped:
            names = ", ".join(self.skipped[:NAMED]) + (", ..." if len(self.skipped) > NAMED else "")
            total = len(self.images) + len(self.skipped)
            print(f"left out {len(self.skipped)} of {total} images: {names}", file=sys.stderr)


def find_set(name: str, data: Path) -> Path:
    """The folder of an image set: `name` within `data`, or `name` itself if it is a folder.

    Raises:
        TrainingError: neither; the message lists the sets in `data`.
    """
    for folder in (data / name, Path(name)):
        if folder.is_dir():
            return folder
    known = ", ".join(sorted(f.name for f in data.iterdir() if f.is_dir())) if data.is_dir() else ""
    raise TrainingError(f"no image set {name!r}: give a folder or one of {known or 'none'}")


def image_files(folder: Path) -> list[Path]:
    """The images in `folder`, in the order of their names.

    Raises:
        TrainingError: there are none.
    """
    if not folder.is_dir():
        raise TrainingError(f"{folder} is no folder of images")
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES)
    if not files:
        raise TrainingError(f"{folder} holds no images ({', '.join(sorted(SUFFIXES))})")
    return files


def read_image(file: Path) -> np.ndarray:
    """The pixels of `file`: (H, W) uint8 if it is grey, (H, W, 3) otherwise.

    Raises:
        OSError: it is no image, or damaged.
    """
    try:
        with Image.open(file) as image:
            return np.asarray(image if image.mode == "L" else image.convert("RGB"))
    except (SyntaxError, ValueError, UnidentifiedImageError) as error:
        raise OSError(f"{file} is no image: {error}") from None


def in_colour(image: np.ndarray) -> np.ndarray:
    """`image` as (H, W, 3): a grey one three times."""
    return image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)


def read_folder(folder: Path, smallest: int = 1) -> Folder:
    """All images in `folder` that can be read and have `smallest` pixels a side.

    Raises:
        TrainingError: there is none.
    """
    images, skipped = {}, []
    for file in image_files(folder):
        try:
            image = read_image(file)
        except OSError:
            skipped.append(f"{file.name} (unreadable)")
            continue
        if min(image.shape[:2]) < smallest:
            skipped.append(f"{file.name} (below {smallest} pixels)")
        else:
            images[file.stem] = image
    if not images:
        raise TrainingError(f"{folder}: no image is usable: {', '.join(skipped[:NAMED])}")
    return Folder(images, tuple(skipped))
