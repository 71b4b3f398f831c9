# SPDX-License-Identifier: MIT
import io

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
