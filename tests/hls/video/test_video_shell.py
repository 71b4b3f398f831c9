# SPDX-License-Identifier: MIT
"""The shell as a whole, by golden models, around a network that gives what it takes."""

import zlib
from dataclasses import replace

import numpy as np
import pytest

from tarsier_fpga.hls.golden.defective_pixels import defective_pixels
from tarsier_fpga.hls.golden.frame_regulariser import frame_regulariser
from tarsier_fpga.hls.kernels.bayer_front import Cfa
from tarsier_fpga.hls.kernels.frame_regulariser import Fault
from tests.hls.camera import clean_beats, draw_video
from tests.hls.video.shell_bench import Settings, Shell, given, restored, run

pytestmark = pytest.mark.slow  # a shell compiles for seconds

SHELLS = [
    Shell(pixels=1, bits=10, width=12, height=6),
    Shell(pixels=2, bits=12, width=16, height=8),
    Shell(pixels=4, bits=14, width=24, height=6, net_bits=8, offset=30),
]


def settings_of(shell: Shell, rng: np.random.Generator, **changes) -> Settings:
    """Drawn ones for frames of full size."""
    black = tuple(rng.integers(0, 1 << shell.bits - 3, 4).tolist())
    gain = tuple(rng.integers(1, 1 << 14, 4).tolist())
    red, fill = rng.choice(list(Cfa)), int(rng.integers(1 << shell.bits))
    settings = Settings((shell.width, shell.height), black, gain, red, fill)
    return replace(settings, **changes)


def beats_of(shell: Shell, frames: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([clean_beats(frame, shell.pixels) for frame in frames])


def frames_of(shell: Shell, rng: np.random.Generator, count: int) -> list[np.ndarray]:
    return list(rng.integers(0, 1 << shell.bits, (count, shell.height, shell.width)))


def crc(frame: np.ndarray) -> int:
    return zlib.crc32(frame.astype("<u2").tobytes())


@pytest.mark.parametrize("shell", SHELLS, ids=str)
@pytest.mark.parametrize("stall", [0.0, 0.4])
def test_faulty_video_comes_out_whole(shell, stall, rng):
    for less in (0, 2 * shell.pixels):
        size = (shell.width - less, shell.height - less // shell.pixels)
        settings = settings_of(shell, rng, size=size)
        video = draw_video(rng, size[::-1], shell.pixels, shell.bits, 40)
        last = clean_beats(video[0].frame, shell.pixels)
        x = np.concatenate([*(sent.beats for sent in video), last])
        frames = given(shell, x, settings)
        y, result = run(
            shell, x, [settings], expect=sum(f.size for f in frames) // shell.pixels, stall=stall
        )
        assert np.array_equal(y, np.concatenate([clean_beats(f, shell.pixels) for f in frames]))
        regular, faults = frame_regulariser(
            x, size[0] // shell.pixels, size[1], (shell.height, shell.columns), settings.fill
        )
        for kind in Fault:
            assert result.probes[f"fault_{int(kind)}"] == faults[kind.name.lower()], kind
        assert result.probes["lines"] == x[:, -1].sum()
        assert result.probes["frames_out"] == len(frames)
        assert result.probes["frames_in"] == (regular[:, -3]).sum()
        assert result.probes["crc_out"] == crc(frames[-1])


@pytest.mark.parametrize("shell", SHELLS, ids=str)
def test_settings_change_between_frames_and_never_within(shell, rng):
    """Black, gain, phase and bypass of every frame are its own, and those held wait."""
    frames = frames_of(shell, rng, 24)
    settings = [
        settings_of(shell, rng, bypass=bool(rng.integers(3) == 0), hold=bool(rng.integers(3) == 0))
        for _ in frames
    ]
    settings[0] = replace(settings[0], hold=False)
    x = beats_of(shell, frames)
    loads = x[:, -2]
    active, expected = settings[0], []
    for frame, asked in zip(frames, settings, strict=True):
        active = active if asked.hold else asked
        expected.append(restored(shell, frame, active))
    for stall in (0.0, {"y": 0.5}):
        y, result = run(shell, x, settings, loads, expect=len(x), stall=stall)
        assert np.array_equal(y, beats_of(shell, expected))
        assert result.probes["crc_in"] == crc(frames[-1])
        assert result.probes["crc_out"] == crc(expected[-1])


@pytest.mark.parametrize("pixels", [1, 2, 4])
def test_defective_pixels_are_mended_before_the_network(pixels, rng):
    """By the threshold and the levels of their own frame; a bypassed one passes as it is."""
    shell = Shell(pixels=pixels, width=16, height=8, mend=True, block_depth=12)
    frames = [
        np.where(rng.random(f.shape) < 0.2, f, 1000 + f % 64) for f in frames_of(shell, rng, 20)
    ]
    settings = [
        settings_of(shell, rng, bypass=bool(rng.integers(4) == 0), defect=int(rng.choice([0, 80])))
        for _ in frames
    ]
    settings[-1] = replace(settings[-1], bypass=False, defect=70)
    x = beats_of(shell, frames)
    expected = [restored(shell, f, s) for f, s in zip(frames, settings, strict=True)]
    for stall in (0.0, 0.4):
        y, result = run(shell, x, settings, x[:, -2], expect=len(x), stall=stall)
        assert np.array_equal(y, beats_of(shell, expected))
        assert result.probes["mended"] == defective_pixels(frames[-1], 70)[1] > 0


@pytest.mark.parametrize("pixels", [1, 2, 4])
def test_defective_pixels_cost_no_pace_and_know_the_size(pixels, rng):
    shell = Shell(pixels=pixels, width=24, height=12, mend=True, block_depth=16)
    size = (shell.width - 2 * pixels, shell.height - 4)
    settings = settings_of(shell, rng, size=size, defect=500)
    video = list(rng.integers(0, 1 << shell.bits, (6, *size[::-1])))
    x = beats_of(shell, video)
    frames = given(shell, x, settings)
    y, _ = run(shell, x, [settings], expect=sum(f.size for f in frames) // pixels)
    first = frames[0].size // pixels  # of no size before the bench sets one
    assert np.array_equal(y[first:], beats_of(shell, frames[1:]))
    whole = settings_of(shell, rng, defect=500)
    x = beats_of(shell, frames_of(shell, rng, 5))
    _, result = run(shell, x, [whole], expect=len(x))
    _, without = run(replace(shell, mend=False), x, [replace(whole, defect=0)], expect=len(x))
    assert result.probes["cycles"] == without.probes["cycles"]
    lead = 2 * shell.columns + -(-2 // pixels) + 8
    assert result.probes["latency"] == without.probes["latency"] + lead


@pytest.mark.parametrize("pixels", [1, 2, 4])
def test_a_share_of_what_went_in_is_mixed_into_what_comes_out(pixels, rng):
    """Exactly, frame by frame, and as fast as without."""
    shell = Shell(pixels=pixels, width=24, height=8, blend=True, invert=True, input_depth=64)
    frames = frames_of(shell, rng, 9)
    shares = (0, 256, 1, 255, 128, 100, 300, 511, 37)
    settings = [settings_of(shell, rng, blend=share) for share in shares]
    settings[4] = replace(settings[4], bypass=True)
    x = beats_of(shell, frames)
    expected = beats_of(
        shell, [restored(shell, f, s) for f, s in zip(frames, settings, strict=True)]
    )
    for stall in (0.0, 0.4):
        y, _ = run(shell, x, settings, x[:, -2], expect=len(x), stall=stall)
        assert np.array_equal(y, expected)
        if not stall:
            plain = replace(shell, blend=False)
            _, without = run(plain, x, [replace(settings[0], blend=0)], expect=len(x))
            _, mixed = run(shell, x, [settings[3]], expect=len(x))
            for name in ("cycles", "latency"):
                assert mixed.probes[name] == without.probes[name]


@pytest.mark.parametrize("shell", SHELLS, ids=str)
def test_settings_that_come_within_a_frame_wait_for_the_next(shell, rng):
    frames = frames_of(shell, rng, 12)
    settings = [settings_of(shell, rng) for _ in frames]
    x = beats_of(shell, frames)
    loads = np.zeros(len(x), int)
    per_frame = len(x) // len(frames)
    loads[0] = 1
    for number in range(1, len(frames)):  # in the one before
        loads[(number - 1) * per_frame + rng.integers(1, per_frame)] = 1
    y, _ = run(shell, x, settings, loads, expect=len(x))
    expected = [restored(shell, f, s) for f, s in zip(frames, settings, strict=True)]
    assert np.array_equal(y, beats_of(shell, expected))


@pytest.mark.parametrize("shell", SHELLS, ids=str)
@pytest.mark.parametrize("pace", [1, 2, 4])
def test_as_fast_as_the_slower_of_link_and_network(shell, pace, rng):
    """Bursts of rows of blocks are queued, so a network just fast enough is fast enough."""
    fitting = replace(shell, pace=pace, block_depth=shell.width // 2 + 4, width=2 * shell.width)
    frames = frames_of(fitting, rng, 6)
    settings = settings_of(fitting, rng)
    x = beats_of(fitting, frames)
    _, result = run(fitting, x, [settings], expect=len(x))
    pixels = fitting.width * fitting.height
    assert result.probes["cycles"] == max(pixels // fitting.pixels, pixels // 4 * pace)
    first = int(result.out_cycles["y"][0] - result.in_cycles["x"][0])
    if pace == 1:  # the network of the bench has a latency of one cycle
        assert first == fitting.columns + 1 + {1: 9, 2: 8, 4: 10}[fitting.pixels]
    assert result.probes["latency"] >= first - 1  # m_ is behind a queue of its own


def test_a_bypassed_frame_is_two_cycles_late(rng):
    shell = SHELLS[1]
    x = beats_of(shell, frames_of(shell, rng, 2))
    _, result = run(shell, x, [settings_of(shell, rng, bypass=True)], expect=len(x))
    assert np.array_equal(result.out_cycles["y"], result.in_cycles["x"] + 2)


def test_a_test_pattern_needs_no_camera(rng):
    """It begins behind a whole frame, its ramps move, and a whole frame of the camera follows."""
    shell = SHELLS[1]
    frames = frames_of(shell, rng, 9)
    plain = Settings((shell.width, shell.height), bypass=True)
    x = beats_of(shell, frames)
    per_frame = len(x) // len(frames)
    loads = np.zeros(len(x), int)
    loads[[0, 5, 4 * per_frame + 7]] = 1
    asked = [plain, replace(plain, pattern=True), plain]
    y, _ = run(shell, x, asked, loads, expect=None)
    pictures = y[:, :-2].reshape(-1, shell.height, shell.width)
    assert np.array_equal(y, beats_of(shell, list(pictures)))  # the flags
    row, column = np.indices(frames[0].shape)
    ramps = len(pictures) - 1 - len(frames[5:])
    assert ramps >= 3
    moving = [(row + column + number) % (1 << shell.bits) for number in range(ramps)]
    assert np.array_equal(pictures, [frames[0], *moving, *frames[5:]])


@pytest.mark.parametrize("pixels", [1, 2, 4])
def test_silence_within_a_frame_fills_it(pixels, rng):
    """The rest of a torn frame is filled in the pause, and the next one is whole."""
    shell = Shell(pixels=pixels, width=16, height=8)
    settings = settings_of(shell, rng, timeout=50, bypass=True)
    frames = frames_of(shell, rng, 3)
    whole = beats_of(shell, frames)
    per_frame = len(whole) // 3
    torn = rng.integers(1, per_frame)
    x = np.concatenate([whole[:torn], whole[per_frame:]])
    gaps = np.zeros(len(x), int)
    gaps[torn] = 50 + 2 * per_frame
    first = frames[0].copy().reshape(-1)
    first[torn * pixels :] = settings.fill
    expected = [first.reshape(frames[0].shape), *frames[1:]]
    y, result = run(shell, x, [settings], gaps=gaps, expect=len(whole))
    assert np.array_equal(y, beats_of(shell, expected))
    assert result.probes[f"fault_{int(Fault.SHORT_FRAMES)}"] == 1
    # it was filled before the next frame came, which so was never kept waiting
    waits = np.diff(result.in_cycles["x"].astype(int)) - 1 - gaps[1:]
    assert not waits[1:].any()


@pytest.mark.parametrize("pixels", [1, 2, 4])
def test_a_camera_that_cannot_wait_overflows_by_count_and_comes_back(pixels, rng):
    shell = Shell(pixels=pixels, width=16, height=8, sensor=True, buffer_depth=8, block_depth=2)
    settings = settings_of(shell, rng, bypass=True)
    frames = frames_of(shell, rng, 30)
    x = beats_of(shell, frames)
    gaps = np.where(x[:, -2] == 1, 200, 0)
    frame_beats = len(x) // 30
    # y pauses for about eight cycles a frame, so that some overflow; all come out, some filled
    stall = {"y": shell.buffer_depth / frame_beats}
    y, result = run(shell, x, [settings], gaps=gaps, expect=len(x), stall=stall)
    got = y[:, :-2].reshape(30, shell.height, shell.width)
    torn = 0
    for number, (frame, picture) in enumerate(zip(frames, got, strict=True)):
        same = (frame.reshape(-1, pixels) == picture.reshape(-1, pixels)).all(1)
        kept = frame_beats if same.all() else int(np.argmin(same))
        rest = picture.reshape(-1)[kept * pixels :]
        assert (rest == settings.fill).all(), number
        torn += kept < frame_beats
    assert 0 < torn < 30
    assert torn == result.probes["overflows"] == result.probes["fault_4"]
    assert result.probes["dropped"] >= torn
    assert result.probes["fullest"] == shell.buffer_depth
