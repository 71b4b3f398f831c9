# SPDX-License-Identifier: MIT
import io
import time
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from tarsier_fpga.picture.png import png_bytes


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (9, 1), (64, 48), (301, 203)])
def test_pillow_reads_what_was_written(rng, size):
    for picture in (rng.integers(0, 256, (*size, 3), np.uint8), np.zeros((*size, 3), np.uint8)):
        image = Image.open(io.BytesIO(png_bytes(picture)))
        assert (image.format, image.mode) == ("PNG", "RGB")
        assert np.array_equal(np.asarray(image), picture)


def test_a_turned_picture(rng):
    picture = rng.integers(0, 256, (20, 30, 3), np.uint8).transpose(1, 0, 2)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png_bytes(picture)))), picture)


def test_it_is_worth_its_code(rng):
    """Half the work of Pillow at its fastest, at least, and no larger; measured it is an eighth."""
    ramp = np.add.outer(np.linspace(0, 200, 750), np.linspace(0, 40, 1000))[..., None]
    picture = np.clip(ramp + rng.normal(0, 4, (750, 1000, 3)), 0, 255).astype(np.uint8)

    def pillow() -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()

    (ours, seconds), (theirs, theirs_seconds) = (
        _worked(lambda: png_bytes(picture)),
        _worked(pillow),
    )
    assert len(ours) <= len(theirs)
    assert seconds < theirs_seconds / 2


def _worked(work: Callable[[], bytes]) -> tuple[bytes, float]:
    """What `work` gives, and the processor's seconds that it takes: the least of three."""
    taken = []
    for _ in range(3):
        begin = time.process_time()
        content = work()
        taken.append(time.process_time() - begin)
    return content, min(taken)
