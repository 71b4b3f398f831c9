# SPDX-License-Identifier: MIT
"""A built design behind its video shell: the bits and the pace of the design alone."""

import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.design.queue_facts import Blanking
from tarsier_fpga.flow.shell.shell_facts import VideoShell, read_video
from tarsier_fpga.flow.shell.stalls import largest_queue, with_blend, with_buffer
from tarsier_fpga.flow.shell.video import check_fits, write_video
from tarsier_fpga.flow.shell.video_sim import VideoSim, video_beats
from tarsier_fpga.flow.sim.frame_sim import FrameSim
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.golden.defective_pixels import defective_pixels
from tarsier_fpga.hls.kernels.bayer_front import Cfa
from tests.hls.camera import draw_video

HEIGHT, WIDTH = 12, 20  # blocks
PLAIN = VideoShell(pixels=2, bits=10, black=128, white=896)  # what comes is the network's code


@pytest.fixture
def rng() -> np.random.Generator:
    """The same for every test, so that one design is built and compiled for all."""
    return np.random.default_rng(5)


def built(random_net, folder: Path, pace: int) -> Path:
    """A design that takes a block in `pace` cycles."""
    onnx, board = folder / "random.onnx", load_board("zcu104")
    random_net(channels=4, units=2, height=9, width=9).save(str(onnx))
    fps = board.clock_mhz * 1e6 / (HEIGHT * WIDTH * pace) - 1
    config = BuildConfig(onnx, board, 2 * WIDTH, 2 * HEIGHT, fps, folder / f"design{pace}")
    assert build(config).ideal_cycles == HEIGHT * WIDTH * pace
    return config.output


@pytest.fixture
def folder(random_net, tmp_path) -> Path:
    return built(random_net, tmp_path, pace=1)


@pytest.fixture
def folded(random_net, tmp_path) -> Path:
    return built(random_net, tmp_path, pace=2)


def packed(mosaics: np.ndarray, cfa: Cfa) -> np.ndarray:
    """(N, H, W) -> (N, H/2, W/2, 4), the colours in the network's order."""
    places = [divmod(lane ^ int(cfa), 2) for lane in range(4)]
    return np.stack([mosaics[:, row::2, column::2] for row, column in places], axis=-1)


def unpacked(blocks: np.ndarray, cfa: Cfa) -> np.ndarray:
    """The inverse of `packed`."""
    count, height, width, _ = blocks.shape
    mosaics = np.empty((count, 2 * height, 2 * width), blocks.dtype)
    for lane in range(4):
        row, column = divmod(lane ^ int(cfa), 2)
        mosaics[:, row::2, column::2] = blocks[..., lane]
    return mosaics


def restored(folder: Path, mosaics: np.ndarray, cfa: Cfa = Cfa.RGGB) -> np.ndarray:
    """By the design alone."""
    blocks = packed(mosaics, cfa).astype(np.uint16)
    return unpacked(FrameSim(folder).restore(blocks).frames, cfa)


@pytest.mark.slow
@pytest.mark.parametrize("pixels", [1, 2, 4])
def test_bits_and_pace_are_those_of_the_design_alone(folder, pixels, rng):
    cfa = Cfa(int(rng.integers(4)))
    frames = rng.integers(0, 1 << 10, (5, 2 * HEIGHT, 2 * WIDTH))
    beats = video_beats(frames, pixels)
    shell = PLAIN.model_copy(update={"pixels": pixels, "cfa": cfa})
    run = VideoSim(folder, shell).run(beats, np.zeros(len(beats), int), len(beats))
    expected = restored(folder, frames, cfa)
    assert np.array_equal(run.beats, video_beats(expected, pixels))
    alone = FrameSim(folder).restore(packed(frames, cfa).astype(np.uint16)).cycles_per_frame
    assert run.counts["cycles"] == max(alone, frames[0].size // pixels)
    assert run.counts["crc_in"] == zlib.crc32(frames[-1].astype("<u2").tobytes())
    assert run.counts["crc_out"] == zlib.crc32(expected[-1].astype("<u2").tobytes())
    assert (run.counts["frames_in"], run.counts["frames_out"]) == (5, 5)
    assert run.counts["lines"] == 5 * 2 * HEIGHT


@pytest.mark.slow
def test_the_frame_after_a_fault_is_right(folder, rng):
    sent = draw_video(rng, (2 * HEIGHT, 2 * WIDTH), 2, 10, 30)
    sent = [*sent, replace(sent[0])]  # ends with a whole frame
    beats = np.concatenate([one.beats for one in sent])
    sim = VideoSim(folder, PLAIN)
    frames = int(sim_frames(beats))
    run = sim.run(beats, np.zeros(len(beats), int), frames * WIDTH * HEIGHT * 2)
    got = iter(run.beats[:, :2].reshape(frames, 2 * HEIGHT, 2 * WIDTH))
    clean = np.array([one.frame for one in sent if one.clean])
    assert 10 < len(clean) < len(sent)
    for picture in restored(folder, clean):
        assert any(np.array_equal(picture, other) for other in got)
    faults = ("short_lines", "long_lines", "missing_lines", "extra_lines")
    assert sum(run.counts[name] for name in (*faults, "short_frames", "long_frames")) > 0


def sim_frames(beats: np.ndarray) -> int:
    """Each start of a frame makes one."""
    return beats[:, -2].sum()


@pytest.mark.slow
def test_a_line_buffer_holds_what_the_design_keeps_waiting(folder, rng):
    blanking = Blanking(line=(2, 9), frame=(60, 90))
    queue = largest_queue(folder, PLAIN, blanking)
    assert 0 < queue.beats < 2 * WIDTH * HEIGHT
    shell = with_buffer(PLAIN, queue)
    assert queue.beats < shell.buffer
    write_video(folder, shell, folder.parent / "camera")
    buffer = read_design(folder.parent / "camera").line_buffer
    assert (buffer.beats, buffer.queue) == (shell.buffer, queue)
    assert read_design(folder).line_buffer is None
    frames = rng.integers(0, 1 << 10, (6, 2 * HEIGHT, 2 * WIDTH))
    beats = video_beats(frames, 2)
    gaps = np.where(np.roll(beats[:, -1], 1) == 1, rng.integers(2, 9, len(beats)), 0)
    gaps[beats[:, -2] == 1] += 60
    sim = VideoSim(folder, shell)
    run = sim.run(beats, gaps, len(beats))
    expected = video_beats(restored(folder, frames), 2)
    assert np.array_equal(run.beats, expected)
    assert (run.counts["overflows"], run.counts["dropped"]) == (0, 0)
    assert 0 < run.counts["fullest"] <= queue.beats + queue.beats // 4
    # the last lines of a frame are lost: it is filled in its pause, and no other suffers
    whole, lost = len(beats) // len(frames), 3 * WIDTH
    kept = np.r_[0 : 2 * whole - lost, 2 * whole : len(beats)]
    gaps[2 * whole] += lost
    run = sim.run(beats[kept], gaps[kept], len(beats))
    for number in (0, 2, 3, 4, 5):
        beats_of_it = slice(number * whole, (number + 1) * whole)
        assert np.array_equal(run.beats[beats_of_it], expected[beats_of_it]), number
    found = [run.counts[name] for name in ("short_frames", "missing_lines", "overflows")]
    assert found == [1, 3, 0]


@pytest.mark.slow
def test_defective_pixels_are_mended_before_the_network(folder, rng):
    """What comes out is the design's own result of the mended mosaic."""
    row, column = np.indices((2 * HEIGHT, 2 * WIDTH))
    frames = 300 + 4 * row + 3 * column + rng.integers(0, 16, (3, *row.shape))
    frames = np.where(rng.random(frames.shape) < 0.02, rng.choice([0, 1023], frames.shape), frames)
    beats = video_beats(frames, 2)
    shell = PLAIN.model_copy(update={"mend": 90})
    run = VideoSim(folder, shell).run(beats, np.zeros(len(beats), int), len(beats))
    mended = [defective_pixels(frame, 90) for frame in frames]
    assert all(count > 5 for _, count in mended)
    expected = restored(folder, np.stack([frame for frame, _ in mended]))
    assert np.array_equal(run.beats, video_beats(expected, 2))
    assert (run.counts["mended"], run.counts["defect"]) == (mended[-1][1], 90)
    assert run.counts["crc_in"] == zlib.crc32(frames[-1].astype("<u2").tobytes())


@pytest.mark.slow
def test_a_design_that_is_just_fast_enough_is_not_slowed_down(folded, rng):
    """Bursts of blocks are queued, so two pixels a clock meet a block in two cycles."""
    frames = rng.integers(0, 1 << 10, (5, 2 * HEIGHT, 2 * WIDTH))
    beats = video_beats(frames, 2)
    run = VideoSim(folded, PLAIN).run(beats, np.zeros(len(beats), int), len(beats))
    assert np.array_equal(run.beats, video_beats(restored(folded, frames), 2))
    alone = FrameSim(folded).restore(packed(frames, Cfa.RGGB).astype(np.uint16)).cycles_per_frame
    assert run.counts["cycles"] == max(alone, frames[0].size // 2)
    fast, none = PLAIN.model_copy(update={"pixels": 4}), Blanking(line=(0, 0), frame=(9, 9))
    with pytest.raises(FlowError, match=r"a frame comes every 249 cycles, and the design takes 4"):
        largest_queue(folded, fast, none)


@pytest.mark.slow
def test_a_share_of_the_input_is_mixed_in_at_the_pace_of_the_design(folder, rng):
    """What waits for its results is found by simulation, and slows nothing down."""
    shell = with_blend(folder, PLAIN)
    frames = rng.integers(0, 1 << 10, (4, 2 * HEIGHT, 2 * WIDTH))
    beats = video_beats(frames, 2)
    gaps, alone = np.zeros(len(beats), int), restored(folder, frames).astype(int)
    plain = VideoSim(folder, PLAIN).run(beats, gaps, len(beats))
    with VideoSim(folder, shell).opened() as board:
        for share in (0, 256, 77):
            board.registers["blend"] = share
            run = board.send(beats, gaps, len(beats))
            mixed = (frames * share + alone * (256 - share) + 128) >> 8
            assert np.array_equal(run.beats, video_beats(mixed, 2))
            assert run.counts["cycles"] == plain.counts["cycles"]
            assert run.counts["latency"] == plain.counts["latency"]
        assert run.blended == shell.blend - 2  # no more is built than it takes
    other = read_design(folder)
    y = other.y.model_copy(update={"black": 64})
    with pytest.raises(FlowError, match=r"takes codes from 128 to 896 and gives 64 to 896; only"):
        check_fits(folder, other.model_copy(update={"outputs": (y,)}), shell)


@pytest.mark.slow
@pytest.mark.parametrize("pace", [1, 2])
def test_the_largest_stall_is_that_of_the_rtl(random_net, tmp_path, pace, rng):
    """Found on short frames by a model without data, it is the same of whole ones with data."""
    design = read_design(folder := built(random_net, tmp_path, pace))
    sim = FrameSim(folder)
    beats = rng.integers(0, 1 << 10, (4 * HEIGHT * WIDTH, 2)).astype(np.uint32)
    beats[:, 1] &= 0xFF  # 40 bits
    run = sim.model.run({"x": beats}, {"y": len(beats)})
    taken = run.in_cycles["x"][HEIGHT * WIDTH :]
    assert int(np.diff(taken).max()) - 1 == design.fifo_sizing.stall == pace - 1


@pytest.mark.slow
def test_a_shell_is_written_with_all_that_a_host_needs(folder, tmp_path):
    write_video(folder, PLAIN, tmp_path / "video")
    assert read_video(tmp_path / "video") == PLAIN
    assert read_design(tmp_path / "video") == read_design(folder)
    with pytest.raises(FlowError, match=r"has a video shell already; name the design that it is"):
        write_video(tmp_path / "video", PLAIN, tmp_path / "again")
    names = {path.name for path in (tmp_path / "video").iterdir()}
    assert names == {
        *("rtl", "video.json", "video_registers.h", "video_registers.md", "video_registers.py"),
        *("design.json", "graph.onnx", "board.json"),
    }
    registers: dict[str, object] = {}
    exec((tmp_path / "video" / "video_registers.py").read_text(), registers)
    reset, key = registers["RESET"], read_design(folder).key
    assert reset[registers["SIZE"]] == 2 * HEIGHT << 16 | 2 * WIDTH
    assert reset[registers["BLACK_RED"]] == 128 and reset[registers["GAIN_BLUE"]] == 1 << 12
    table = (tmp_path / "video" / "video_registers.md").read_text()
    for name, digits in (("hash_high", key[:8]), ("hash_low", key[8:16])):
        assert f"`{name}` | 31:0 | r | 0x{int(digits, 16):02X} |" in table


@pytest.mark.slow
def test_refuses_what_it_does_not_fit(folder):
    with pytest.raises(FlowError, match=r"3 pixels a clock must be 1, 2 or 4"):
        VideoShell(pixels=3)
    with pytest.raises(FlowError, match=r"black 4000 and white 100 must be in this order"):
        VideoShell(black=4000, white=100)
    top = folder / "rtl" / "tarsier_top.sv"
    top.write_text(top.read_text() + "// u_delay_m_axi_awaddr\n")
    with pytest.raises(FlowError, match=r"a design with external memory has no video shell yet"):
        write_video(folder, PLAIN, folder / "video")
    (folder / "rtl" / "tarsier_fifo.sv").write_text("// another\n")
    top.write_text("")
    with pytest.raises(FlowError, match=r"tarsier_fifo.sv is of another version; build it again"):
        write_video(folder, PLAIN, folder / "video")
