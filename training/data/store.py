# SPDX-License-Identifier: MIT
"""Decoded files, kept on the disk as arrays that are mapped, not loaded.

A set of thousands of large files is decoded once, not once a run, and needs no memory of its own.
"""

import os
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, takewhile
from pathlib import Path

import numpy as np

from tarsier_fpga.hls.base.cache import cache_dir
from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.hls.base.files import writing
from tarsier_fpga.training.data.images import Folder, image_files, in_colour, read_image

__all__ = ["decode_once", "photographs"]


def decode_once(
    file: Path, decode: Callable[[Path], tuple[np.ndarray, ...]], how: str
) -> tuple[np.ndarray, ...]:
    """What `decode` makes of `file`, from the cache if the file has not changed since.

    `how` names what `decode` does: another name, and the file is decoded again.

    Raises:
        OSError, ValueError, TarsierError: as `decode` does.
    """
    facts = file.stat()
    key = f"{file.resolve()} {facts.st_size} {facts.st_mtime_ns} {how}"
    stem = f"{file.stem}-{zlib.crc32(key.encode()):08x}-{facts.st_mtime_ns:x}"
    folder = cache_dir() / "decoded"
    if not (folder / f"{stem}.0.npy").exists():
        arrays = decode(file)
        folder.mkdir(parents=True, exist_ok=True)
        # The first array last: it is what says that all are there.
        for index, array in reversed(list(enumerate(arrays))):
            with writing(folder / f"{stem}.{index}.npy") as partial:
                np.save(partial, array)
    files = takewhile(Path.exists, (folder / f"{stem}.{index}.npy" for index in count()))
    return tuple(np.load(array, mmap_mode="r") for array in files)


def photographs(folder: Path, smallest: int) -> Folder:
    """All photographs in `folder`, (H, W, 3) uint8 and mapped, of `smallest` pixels a side or more.

    Raises:
        TrainingError: the folder holds none that is usable, or one is too small.
    """
    files = image_files(folder)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = dict(zip(files, pool.map(_photograph, files), strict=True))
    images = {file.stem: image for file, image in found.items() if image is not None}
    if not images:
        raise TrainingError(f"{folder}: none of its {len(files)} images can be read")
    for name, image in images.items():
        if min(image.shape[:2]) < smallest:
            raise TrainingError(
                f"{folder}/{name} has {image.shape[1]} x {image.shape[0]} pixels, "
                f"but training cuts samples of {smallest} x {smallest}"
            )
    return Folder(images, tuple(file.name for file, image in found.items() if image is None))


def _photograph(file: Path) -> np.ndarray | None:
    try:
        return decode_once(file, _decode, "photograph")[0]
    except OSError:
        return None


def _decode(file: Path) -> tuple[np.ndarray]:
    return (in_colour(read_image(file)),)
