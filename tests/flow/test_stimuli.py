# SPDX-License-Identifier: MIT
"""Test frames follow the coding of the design, whatever it is."""

import numpy as np
import pytest

from tarsier_fpga.flow.sim.stimuli import SCENES, sample_frames
from tarsier_fpga.hls.base.coding import BYTE, RAW, UNCLIPPED, FrameKind
from tests.boards.design_stand_in import design_facts, port


@pytest.mark.parametrize("coding", [RAW, UNCLIPPED, BYTE])
def test_frames_are_noise_over_all_codes_and_a_ramp_from_black_to_white(coding):
    facts = {"black": coding.black, "white": coding.white, "bits": coding.bits}
    design = design_facts(60, 90, inputs=(port("x", **facts),))
    noise, scene, again = sample_frames(design, SCENES + 1)["x"]
    assert noise.dtype == np.uint16
    assert noise.shape == (60, 90, 4)
    assert (noise.min(), noise.max()) == (0, coding.top)
    assert np.array_equal(noise, again)
    means = scene.mean(axis=(0, 2))
    assert abs(means[0] - coding.black) < 0.05 * coding.span
    assert abs(means[-1] - coding.white) < 0.05 * coding.span
    assert (np.diff(means[::10]) > 0).all()
    assert scene.max() <= coding.top


def test_every_input_gets_frames_of_its_own_kind():
    half = port(
        "x1", FrameKind.PLANES, channels=7, bits=5, signed=True, step=(2, 1), black=-9, white=9
    )
    frames = sample_frames(design_facts(16, 12, inputs=(port("x0"), half)), 3)
    assert {name: each.shape for name, each in frames.items()} == {
        "x0": (3, 16, 12, 4),
        "x1": (3, 8, 6, 7),
    }
    assert frames["x1"].dtype == np.int16
    assert (frames["x1"].min(), frames["x1"].max()) == (-16, 15)
