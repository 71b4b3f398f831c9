# SPDX-License-Identifier: MIT
"""The network in PyTorch against the hardware graph in NumPy, bit for bit."""

import numpy as np
import pytest
import torch

from tarsier_fpga.devices import pytorch
from tarsier_fpga.devices.accelerator import restore_frames
from tarsier_fpga.devices.pytorch import TorchAccelerator
from tarsier_fpga.devices.tiles import Cutting, cut, join
from tarsier_fpga.flow.sim import integer_net, integer_ops
from tarsier_fpga.flow.sim.integer_ops import Convolution
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.golden.int_dot import int_dot
from tarsier_fpga.hls.golden.window import window
from tarsier_fpga.hls.golden.xnor_dot import xnor_dot


def frames(rng) -> np.ndarray:
    """Noise, black, all that is above white, and edges between the two."""
    frames = np.zeros((4, 37, 43, 4), np.uint16)
    frames[0] = rng.integers(0, 1024, frames.shape[1:])
    frames[2] = 1023
    frames[3, ::3, ::2] = 1023
    return frames


def test_same_bits_as_the_hardware_graph(rng, lowered):
    accelerator = TorchAccelerator(lowered, "cpu")
    restorer = accelerator.restorer
    assert (restorer.net, restorer.cutting) == ("bbcu-raw-16x8", Cutting(10, 10, 10, 10))
    assert restorer.x.coding == restorer.y.coding == Coding(128, 896, 10)
    shown = []
    given = frames(rng)

    def show(step, fraction, note=""):
        shown.append((step, fraction))

    restored = restore_frames(accelerator, given, show).frames
    assert restored.dtype == np.uint16
    for frame, result in zip(given, restored, strict=True):
        assert np.array_equal(result, lowered.reference(frame))
    assert shown == [("restoring", quarter / 4) for quarter in (1, 2, 3, 4)]


@pytest.mark.gpu
def test_same_bits_on_the_gpu(rng, lowered):
    if not torch.cuda.is_available():
        pytest.skip("no CUDA GPU")
    given = frames(rng)
    results = [
        restore_frames(TorchAccelerator(lowered, device), given).frames
        for device in ("cpu", "cuda")
    ]
    assert np.array_equal(*results)


def test_tiled_is_whole(rng, lowered, monkeypatch):
    frame = rng.integers(0, 1024, (200, 30, 4)).astype(np.uint16)
    accelerator = TorchAccelerator(lowered, "cpu")
    assert accelerator.tile((200, 30)) == (200, 30)
    whole = restore_frames(accelerator, frame[None]).frames[0]
    monkeypatch.setitem(pytorch._AT_ONCE, "cpu", 1)
    assert accelerator.tile((200, 30)) == (84, 30)
    tiles = cut(frame, (84, 30), accelerator.restorer.cutting)
    restored = restore_frames(accelerator, tiles).frames
    assert np.array_equal(join(restored, (200, 30), (84, 30), accelerator.restorer.cutting), whole)


def test_kernels_without_a_module_are_their_golden(rng, lowered, monkeypatch):
    model = lowered.model
    codes = rng.integers(0, 1024, (1, 24, 25, 4)).astype(np.int16)
    fast = integer_net.IntegerNet(model)(torch.from_numpy(codes))
    monkeypatch.setattr(integer_net, "_dot_of", lambda *_: None)
    slow = integer_net.IntegerNet(model)
    assert "Golden" in {type(step).__name__ for step in slow.steps}
    assert torch.equal(slow(torch.from_numpy(codes)), fast)


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("dilation", [1, 2])
def test_convolution_is_window_and_dot_product(rng, kernel, dilation):
    shape, outside = {"kernel": kernel, "dilation": dilation}, np.array([1, 0, 1])
    bits, signs = rng.integers(0, 2, (9, 12, 3)), rng.choice([-1, 1], (5, kernel**2 * 3))
    minus = (signs < 0).sum(axis=1)
    binary = Convolution(signs, minus, outside, largest=1, **shape)
    expected = xnor_dot(window(bits, outside, **shape), signs)
    assert binary.dtype is torch.float32
    assert np.array_equal(channels_last(binary(channels_first(bits)))[0], expected)


@pytest.mark.parametrize(("largest", "dtype"), [(1000, torch.float32), (10**7, torch.float64)])
def test_sums_are_exact_beyond_float32(rng, largest, dtype):
    outside = np.array([largest, -largest])
    pixels = rng.integers(-largest, largest + 1, (8, 9, 2))
    weights, bias = rng.integers(-127, 128, (3, 18)), rng.integers(-9999, 9999, 3)
    convolution = Convolution(weights, bias, outside, kernel=3, dilation=1, largest=largest)
    assert convolution.dtype is dtype
    expected = int_dot(window(pixels, outside), weights, bias)
    assert np.array_equal(channels_last(convolution(channels_first(pixels)))[0], expected)


def test_where_sums_take_a_detour_float32_is_held_shorter(rng, lowered):
    model = lowered.model
    codes = torch.from_numpy(rng.integers(0, 1024, (1, 24, 25, 4)).astype(np.int16))
    direct = integer_net.IntegerNet(model)
    detour = integer_net.IntegerNet(model, integer_ops.EXACT_BY_DETOUR)
    wide = [step.dtype is torch.float64 for step in detour.steps if isinstance(step, Convolution)]
    assert wide == [True, *[False] * 8, True]  # the head and the tail
    assert torch.equal(direct(codes), detour(codes))


def channels_first(frame: np.ndarray) -> torch.Tensor:
    return torch.tensor(frame[None].astype(np.float32)).permute(0, 3, 1, 2)


def channels_last(stream: torch.Tensor) -> np.ndarray:
    return stream.permute(0, 2, 3, 1).numpy()


def test_no_gpu_is_one_sentence(lowered):
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA GPU")
    with pytest.raises(HostError, match="accelerator gpu: PyTorch finds no CUDA GPU here; use cpu"):
        TorchAccelerator(lowered, "cuda")


def test_a_frame_smaller_than_the_receptive_field(rng, lowered):
    accelerator = TorchAccelerator(lowered, "cpu")
    assert accelerator.tile((3, 5)) == (3, 5)
    given = rng.integers(0, 1024, (1, 3, 5, 4)).astype(np.uint16)
    (restored,) = restore_frames(accelerator, given).frames
    assert np.array_equal(restored, lowered.reference(given[0]))
