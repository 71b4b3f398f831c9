# SPDX-License-Identifier: MIT
"""The op that makes packed pixels of raw samples."""

import numpy as np
import pytest

from tarsier_fpga.hls.golden.bayer_front import bayer_front
from tarsier_fpga.hls.kernels.bayer_front import Cfa
from tests.flow.one_op import OneOp, works

HEIGHT, WIDTH = 6, 8
BLACK = [60, 64, 65, 70]
GAIN = [[3, 2], [1, 6], [7, 10], [1, 1]]


@pytest.mark.parametrize("samples, cfa", [(1, "RGGB"), (2, "GBRG"), (4, "BGGR")])
def test_bayer_front(samples, cfa, rng, tmp_path):
    x = rng.integers(0, 4096, (HEIGHT, WIDTH, 1))
    facts = {
        "samples": samples,
        "cfa": cfa,
        "black": BLACK,
        "gain": [term for ratio in GAIN for term in ratio],
        "offset": 128,
        "outputDataType": "UINT10",
    }
    y = bayer_front(x[..., 0], np.array(BLACK), np.array(GAIN), 128, 1023, Cfa[cfa])
    works(OneOp("TarsierBayerFront", (x,), ("UINT12",), (), facts), [y], tmp_path)
