# SPDX-License-Identifier: MIT
"""Before and after side by side, as a film: MP4 by FFmpeg, or a GIF for pages that take no film."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from PIL import Image

from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import writing

__all__ = ["FORMATS", "GIF_MOST", "Film", "beside", "open_film"]

FORMATS = (".mp4", ".gif")
GIF_MOST = 50  # pictures per second: a GIF counts hundredths, and one each is shown as ten
_MP4_WIDTH, _GIF_WIDTH = 1920, 640


class Film(Protocol):
    """Takes pictures, (H, W, 3) uint8; all are fitted to the size of the first."""

    def add(self, picture: np.ndarray) -> None: ...

    def finish(self) -> None: ...


def beside(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """One picture of two, a white line between."""
    line = np.full((before.shape[0], 2, 3), 255, np.uint8)
    return np.concatenate([before, line, after], axis=1)


@contextmanager
def open_film(path: Path, rate: float) -> Iterator[Film]:
    """A film of `rate` pictures per second that is at `path` once all were added.

    Raises:
        HostError: the name ends in neither .mp4 nor .gif, or the film cannot be written.
    """
    kinds: dict[str, type[_Mp4] | type[_Gif]] = {".mp4": _Mp4, ".gif": _Gif}
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise HostError(f"{path}: a film is named {' or '.join(f'FILM{end}' for end in FORMATS)}")
    with writing(path) as partial:
        film: Film = kind(partial, rate)
        try:
            yield film
            film.finish()
            if not partial.is_file():
                raise HostError(f"{path}: the film could not be written")
        finally:
            with suppress(HostError, OSError):
                film.finish()


class _Mp4:
    def __init__(self, path: Path, rate: float) -> None:
        self._path, self._rate = path, rate
        self._size: tuple[int, int] | None = None
        self._writer: Any = None  # FFmpeg's, a generator without a type

    def add(self, picture: np.ndarray) -> None:
        image = _scaled(picture, _MP4_WIDTH, self._size)
        if self._writer is None:
            from imageio_ffmpeg import write_frames

            self._size = image.size
            self._writer = write_frames(
                str(self._path), image.size, fps=self._rate, quality=8, macro_block_size=2
            )
            self._writer.send(None)
        with self._said():
            self._writer.send(image.tobytes())

    def finish(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with self._said():
                writer.close()

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except (OSError, StopIteration) as error:
            raise HostError(f"{self._path}: FFmpeg cannot write the film: {error}") from None


class _Gif:
    """Pillow writes a GIF in one go, so its pictures wait in memory, small and in 256 colours."""

    def __init__(self, path: Path, rate: float) -> None:
        self._path, self._rate = path, rate
        self._pictures: list[Image.Image] = []

    def add(self, picture: np.ndarray) -> None:
        size = self._pictures[0].size if self._pictures else None
        self._pictures.append(_scaled(picture, _GIF_WIDTH, size).quantize(256))

    def finish(self) -> None:
        pictures, self._pictures = self._pictures, []
        if pictures:
            first, *others = pictures
            first.save(
                self._path,
                save_all=True,
                append_images=others,
                duration=round(1000 / self._rate),
                loop=0,
            )


def _scaled(picture: np.ndarray, width: int, size: tuple[int, int] | None) -> Image.Image:
    """Of `size`, or at most `width` wide and even both ways, which film formats ask for."""
    image = Image.fromarray(picture)
    factor = min(1.0, width / image.width)
    if size is None:
        across, down = (max(2, round(length * factor) // 2 * 2) for length in image.size)
        size = across, down
    return image if size == image.size else image.resize(size, Image.Resampling.BOX)
