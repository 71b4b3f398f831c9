# SPDX-License-Identifier: MIT
"""The Bayer front end on a chip encodes a frame as the host does."""

import numpy as np
import pytest

from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.exposure import GAIN_STEPS
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.kernels.bayer_front import Cfa
from tarsier_fpga.hls.netlist.beats import pack
from tests.hls.grid import agrees
from tests.hls.test_bayer_front import Params, case


@pytest.mark.slow
@pytest.mark.parametrize("way", ["rtl-stall0%", "hls"])
def test_gives_the_codes_that_the_host_gives(way):
    """With the gain of boards/camera/encode.py it does on chip what encode does on the host."""
    cases, scale = [], Coding(black=128, white=896, bits=10)
    for white, gain in ((4095, 1.0), (15871, 37.25), (1023, 256.0), (4352, 1 / 256)):
        x_width, black = white.bit_length(), (63, 64, 65, 80)
        x = np.arange(1 << 10).reshape(-1, 16) * ((1 << x_width) // (1 << 10))
        numerator = scale.span * round(gain * GAIN_STEPS)
        ratios = tuple((numerator, GAIN_STEPS * (white - max(black))) for _ in black)
        p = Params(4, 16, x_width, 10, black, ratios, scale.black, Cfa.RGGB)
        cases.append(case(p, x))
        wanted = encode(Raw("ramp", x.astype(np.uint16), black, white), gain, scale)
        assert np.array_equal(cases[-1].expected["y"], pack(wanted.reshape(-1, 8), 10))
    agrees(cases, way)
