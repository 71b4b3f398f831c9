# SPDX-License-Identifier: MIT
"""Pictures of 8 bits as Pillow decodes them, with all that says how they are to look."""

from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.picture.photo import Photo, upright

__all__ = ["damaged", "pillow_photo", "tags_of"]

_GREY = ("1", "L")
_ORIENTATION = 0x0112
_OTHERS = {"CMYK": "CMYK, colours for print", "LAB": "Lab", "YCbCr": "YCbCr", "F": "floats"}


def pillow_photo(path: Path, kind: str) -> Photo:
    """The picture in `path`, of the format that Pillow calls `kind`.

    Raises:
        HostError: it is damaged, of another format, or of colours that no screen shows.
    """
    try:
        with Image.open(path, formats=[kind]) as image:
            profile, orientation = tags_of(image)
            photo = Photo(path.name, *_pixels(path, image), profile=profile)
    except (UnidentifiedImageError, SyntaxError, ValueError, OSError) as error:
        raise damaged(path, kind, error) from None
    except Image.DecompressionBombError:
        raise HostError(f"{path} claims to have more pixels than any picture") from None
    return upright(photo, orientation)


def tags_of(image: Image.Image) -> tuple[bytes | None, int]:
    """The ICC profile of `image` and its EXIF orientation."""
    orientation = image.getexif().get(_ORIENTATION, 1)
    return image.info.get("icc_profile"), orientation if isinstance(orientation, int) else 1


def damaged(path: Path, kind: str, error: Exception) -> HostError:
    """The sentence on a file that cannot be read."""
    if isinstance(error, UnidentifiedImageError):  # Pillow says no more than that, and the path
        return HostError(f"{path} is truncated or damaged, or no {kind}")
    said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    return HostError(f"{path} is truncated or damaged, or no {kind}: {said}")


def _pixels(path: Path, image: Image.Image) -> tuple[np.ndarray, np.ndarray | None]:
    """Levels, and alpha; a palette's colours are looked up."""
    if image.mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA"):
        raise HostError(
            f"{path} is {_OTHERS.get(image.mode, f'of mode {image.mode}')}; pictures are grey, RGB"
            " or a palette, so convert it to RGB first"
        )
    if image.has_transparency_data:
        grey = image.mode in ("L", "LA")
        levels = np.asarray(image.convert("LA" if grey else "RGBA"))
        return levels[..., 0] if grey else levels[..., :3], levels[..., -1]
    return np.asarray(image.convert("L" if image.mode in _GREY else "RGB")), None
