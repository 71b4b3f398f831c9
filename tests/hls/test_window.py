# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from hls import make
from hls.beats import pack, unpack
from hls.errors import KernelError
from hls.golden.window import window as golden

FRAMES = 5
# channels, bits, width, height: one-bit pixels, all border, the smallest frame with beats beyond
# the 1,024 bits of a plain ap_int, a tall one
SHAPES = [(16, 1, 8, 5), (2, 3, 3, 2), (16, 8, 2, 2), (3, 2, 2, 7)]
shapes = pytest.mark.parametrize("channels, bits, width, height", SHAPES)


def pad_of(channels, bits):
    return np.random.default_rng([channels, bits]).integers(0, 1 << bits, channels)


def random_frames(rng, channels, bits, width, height):
    return rng.integers(0, 1 << bits, (FRAMES, height, width, channels))


def beats_in(frames, bits):
    return {"x": pack(frames.reshape(-1, frames.shape[-1]), bits)}


def windows(outputs, channels, bits):
    return unpack(outputs["y"], 9 * channels, bits, signed=False)


def expected(frames, pad):
    return np.concatenate([golden(frame, pad) for frame in frames]).reshape(-1, 9 * len(pad))


@shapes
def test_matches_golden(channels, bits, width, height, simulate, rng):
    frames = random_frames(rng, channels, bits, width, height)
    pad = pad_of(channels, bits)
    instance = make.window(channels, bits, width, height, pad)
    outputs = simulate(instance, beats_in(frames, bits), FRAMES * width * height)
    assert np.array_equal(windows(outputs, channels, bits), expected(frames, pad))


@shapes
def test_extremes(channels, bits, width, height, simulate):
    ones = np.ones((height, width, channels), int) * ((1 << bits) - 1)
    chess = np.indices((height, width)).sum(axis=0)[..., None] % 2 * ones
    frames = np.array([ones, 0 * ones, ones, chess, ones - chess])
    pad = pad_of(channels, bits)
    instance = make.window(channels, bits, width, height, pad)
    outputs = simulate(instance, beats_in(frames, bits), FRAMES * width * height)
    assert np.array_equal(windows(outputs, channels, bits), expected(frames, pad))


@shapes
@pytest.mark.parametrize("pauses", [{"y": 0.9}, {"x": 0.9}, {"x": 0.5, "y": 0.5}], ids=str)
def test_output_holds_under_backpressure(channels, bits, width, height, pauses, rtl, rng):
    # pauses of x let the bottom row leave in part before the next frame's first row arrives
    frames = random_frames(rng, channels, bits, width, height)
    pad = pad_of(channels, bits)
    instance = make.window(channels, bits, width, height, pad)
    result = rtl(instance, beats_in(frames, bits), FRAMES * width * height, pauses)
    assert np.array_equal(windows(result.outputs, channels, bits), expected(frames, pad))


@shapes
def test_cycle_contract(channels, bits, width, height, rtl, rng):
    pixels = FRAMES * width * height
    inputs = beats_in(random_frames(rng, channels, bits, width, height), bits)
    instance = make.window(channels, bits, width, height, pad_of(channels, bits))
    result = rtl(instance, inputs, pixels)
    assert np.array_equal(result.in_cycles["x"], np.arange(pixels))
    assert np.array_equal(result.out_cycles["y"], np.arange(pixels) + width + 3)


@shapes
def test_latency_when_the_input_pauses(channels, bits, width, height, rtl, rng):
    pixels = FRAMES * width * height
    inputs = beats_in(random_frames(rng, channels, bits, width, height), bits)
    instance = make.window(channels, bits, width, height, pad_of(channels, bits))
    result = rtl(instance, inputs, pixels, {"x": 0.6})
    taken, left = (
        cycles.reshape(FRAMES, height, width).astype(int)
        for cycles in (result.in_cycles["x"], result.out_cycles["y"])
    )
    assert np.array_equal(left[:, :-1, :-1], taken[:, 1:, 1:] + 2)
    assert np.array_equal(left[:, :-1, -1], taken[:, 1:, -1] + 3)
    # no input follows the last frame: its bottom row leaves one window per cycle
    assert np.array_equal(left[-1, -1], taken[-1, -1, -1] + 4 + np.arange(width))


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"frame_w=1 must be an integer >= 2"):
        make.window(2, 3, 1, 4, np.array([0, 0]))
    with pytest.raises(KernelError, match=r"pad of shape \(3,\) must be \(2,\)"):
        make.window(2, 3, 8, 4, np.array([0, 0, 0]))
    with pytest.raises(KernelError, match=r"items 0..9 do not fit in width=3 bits"):
        make.window(2, 3, 8, 4, np.array([0, 9]))
    instance = make.window(2, 3, 3, 2, pad_of(2, 3))
    assert "window: FrameW=3 FrameH=1, both must be >= 2" in refused(instance, FrameH=1)
    assert "window: FrameW=1 FrameH=2, both must be >= 2" in refused(instance, FrameW=1)
