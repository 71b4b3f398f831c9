# SPDX-License-Identifier: MIT
"""The amplifier of the video shell: codes and gains of the chip are those of the host."""

from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.camera.encode import encode
from tarsier_fpga.camera.exposure import GAIN_STEPS, red_gain
from tarsier_fpga.camera.raw import Raw
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.shell.shell_facts import VideoShell
from tarsier_fpga.flow.shell.video import gain
from tarsier_fpga.flow.shell.video_sim import VideoSim, video_beats
from tarsier_fpga.flow.sim.execute import reference
from tests.flow.nets import Net

HEIGHT, WIDTH = 12, 20  # blocks
SHELL = VideoShell(pixels=2, bits=12, black=201, white=4000, auto_gain=True)


@pytest.fixture
def folder(tmp_path) -> Path:
    """A design of one convolution."""
    onnx, board, net = tmp_path / "one.onnx", load_board("zcu104"), Net(bits=10)
    y = net.quant(net.conv(net.x, 4, 4, pads=[1] * 4, scale=1 / 16), 1.0, 10, 0)
    net.network(y, black=128, white=896).save(str(onnx))
    config = BuildConfig(onnx, board, 2 * WIDTH, 2 * HEIGHT, None, tmp_path / "design")
    build(config)
    return config.output


def raws_of(mosaics: np.ndarray) -> list[Raw]:
    levels = (float(SHELL.black),) * 4
    return [Raw("test", mosaic.astype(np.uint16), levels, SHELL.white) for mosaic in mosaics]


def given(folder: Path, raw: Raw, factor: float) -> np.ndarray:
    """(H, W) of what the design makes of the codes that the host has for `raw`."""
    made = reference(folder, encode(raw, factor, read_design(folder).x.coding))
    return made.reshape(HEIGHT, WIDTH, 2, 2).transpose(0, 2, 1, 3).reshape(2 * HEIGHT, 2 * WIDTH)


@pytest.mark.slow
@pytest.mark.parametrize("pixels", [1, 2, 4])
def test_every_frame_has_the_gain_of_the_one_before(folder, pixels, rng):
    """Of dark and bright frames, all black, all white, and of one with a lamp, without a pause."""
    shape = (2 * HEIGHT, 2 * WIDTH)
    mosaics = [rng.integers(190, 201 + light, shape) for light in (40, 900, 12, 300, 7)]
    mosaics += [np.zeros(shape, int), np.full(shape, 4095), mosaics[2].copy(), mosaics[1]]
    mosaics[-2][5:9, 5:9] = 4095
    raws = raws_of(frames := np.array(mosaics))
    beats = video_beats(frames, pixels)
    gaps = np.zeros(len(beats), int)
    design, shell = read_design(folder), SHELL.model_copy(update={"pixels": pixels})
    factor, places = gain(design, shell)
    assert factor != 2**places
    with VideoSim(folder, shell).opened() as board:
        board.registers["auto_gain"] = 1
        run = board.send(beats, gaps, len(beats))
        came = run.beats[:, :-2].reshape(len(frames), *shape)
        gains = [1.0, *(red_gain(raw) for raw in raws)]
        assert len(set(gains)) == 5
        for number, (raw, before) in enumerate(zip(raws[1:], gains[1:-1], strict=True), 1):
            assert np.array_equal(came[number], given(folder, raw, before)), number
        assert run.counts["gain_used"] == gains[-2] * GAIN_STEPS
        alone = VideoSim(folder, shell.model_copy(update={"auto_gain": False}))
        plain = alone.run(beats, gaps, len(beats))
        first = frames[0].size // pixels
        assert np.array_equal(plain.beats[:first], run.beats[:first])
        longest = run.counts["cycles"] - plain.counts["cycles"]
        assert 0 <= longest < 150  # between two frames, where the camera makes no pause
        board.registers["auto_gain"] = 0
        again = board.send(beats, gaps, len(beats))
        assert np.array_equal(again.beats, plain.beats)
        assert again.counts["gain_used"] == 0


@pytest.mark.slow
def test_faults_and_other_sizes_do_not_stop_it(folder, rng):
    """A frame that is cut counts as it is repaired; a smaller one has the registers' gains."""
    shape = (2 * HEIGHT, 2 * WIDTH)
    frames = rng.integers(190, 300, (4, *shape))
    beats = video_beats(frames, SHELL.pixels)
    whole = len(beats) // len(frames)
    cut = np.r_[0 : whole + 7 * WIDTH, 2 * whole : len(beats)]  # most of frame 1 is missing
    repaired = frames.copy()
    repaired[1, 7:] = SHELL.black
    raws = raws_of(repaired)
    with VideoSim(folder, SHELL).opened() as board:
        board.registers["auto_gain"] = 1
        run = board.send(beats[cut], np.zeros(len(cut), int), len(beats))
        came = run.beats[:, :-2].reshape(frames.shape)
        for number in (1, 2, 3):
            assert np.array_equal(
                came[number], given(folder, raws[number], red_gain(raws[number - 1]))
            )
        small = video_beats(frames[:2, :-2, :], SHELL.pixels)
        board.registers["size.height"] = 2 * HEIGHT - 2
        run = board.send(small, np.zeros(len(small), int), len(small))
        assert run.counts["gain_used"] == 0
