# SPDX-License-Identifier: MIT
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.frame_regulariser import CUT
from tarsier_fpga.hls.golden.frame_regulariser import frame_regulariser as golden
from tarsier_fpga.hls.kernels.frame_regulariser import Fault, frame_regulariser
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import Instance
from tarsier_fpga.hls.sim import verilate
from tests.hls.camera import Sent, clean_beats, draw_video
from tests.hls.grid import Case, Grid, agrees, run, seeded

COUNT_WIDTH = 10  # all counts together are one number that the simulator gives back
SEQUENCES = 2_500  # of each of the four sets in LONG
FRAMES = 6  # of a sequence, half of them with faults


@dataclass(frozen=True)
class Params:
    pixels: int
    bits: int
    width: int
    height: int
    size: tuple[int, int]  # width and height of what comes


def params(pixels, bits, beats, height, less) -> Params:
    width = pixels * beats
    size = (pixels * max(2, beats - less[0]), max(1, height - less[1]))
    return Params(pixels, bits, width, height, size)


GRID = Grid(
    st.builds(
        params,
        pixels=st.sampled_from([2, 1, 4]),
        bits=st.integers(8, 16),
        beats=st.integers(2, 9),
        height=st.integers(1, 7),
        less=st.sampled_from([(0, 0), (0, 0), (1, 2), (3, 1)]),
    ),
    quick=params(2, 12, 5, 4, (1, 1)),
)
LONG = [
    params(1, 8, 4, 3, (0, 0)),
    params(2, 12, 5, 4, (0, 0)),
    params(4, 10, 2, 1, (0, 0)),
    params(2, 9, 6, 5, (2, 1)),
]


def video(p: Params, frames: int) -> list[Sent]:
    return draw_video(seeded(p), (p.size[1], p.size[0]), p.pixels, p.bits, frames)


def fill(p: Params) -> int:
    return int(seeded(p).integers(1 << p.bits))


def kernel(p: Params) -> Instance:
    return frame_regulariser(
        p.pixels, p.bits, p.width, p.height, p.size, fill(p), count_width=COUNT_WIDTH
    )


def expected(p: Params, x: np.ndarray) -> tuple[np.ndarray, Counter[str]]:
    given = (p.height, p.width // p.pixels)
    return golden(x, p.size[0] // p.pixels, p.size[1], given, fill(p))


def packed(beats: np.ndarray, flags: int, bits: int) -> np.ndarray:
    """Pixels of `bits` bits, then `flags` of one, as beats of a stream."""
    pixels = beats[:, :-flags, None] >> np.arange(bits) & 1
    return pack(np.concatenate([pixels.reshape(len(beats), -1), beats[:, -flags:]], axis=1), 1)


def case(p: Params, x: np.ndarray) -> Case:
    y, _ = expected(p, x)
    return Case(p, kernel(p), {"x": packed(x, 2, p.bits)}, {"y": packed(y, 3, p.bits)})


def beats_of(video: list[Sent]) -> np.ndarray:
    return np.concatenate([sent.beats for sent in video])


def random_case(p: Params) -> Case:
    return case(p, beats_of(video(p, 20)))


@pytest.mark.parametrize("stall", [0.0, 0.3, 0.7])
def test_matches_golden(stall):
    agrees([random_case(p) for p in GRID], stall)


@pytest.mark.parametrize("flags", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_extremes(flags):
    """Every beat with the same flags, after a clean frame."""

    def beats(p: Params) -> np.ndarray:
        start = clean_beats(np.full((p.size[1], p.size[0]), (1 << p.bits) - 1), p.pixels)
        return np.concatenate([start, np.tile([0] * p.pixels + [*flags], (40, 1))])

    agrees([case(p, beats(p)) for p in GRID], 0.3)


def test_output_holds_under_backpressure():
    agrees([random_case(p) for p in GRID], {"y": 0.9})


@pytest.mark.parametrize("p", LONG, ids=str)
def test_thousands_of_fault_sequences(p):
    """The frame after a fault is right, and the faults are counted, each of them."""
    sent = video(p, SEQUENCES * FRAMES)
    assert sum(not frame.clean for frame in sent) > SEQUENCES * FRAMES * 0.4
    x = beats_of(sent)
    y, faults = expected(p, x)
    model = verilate.build(kernel(p), probes={"counts": "u_dut.counts_q"})
    result = model.run({"x": packed(x, 2, p.bits)}, {"y": len(y)}, stall={"x": 0.1, "y": 0.1})
    assert np.array_equal(result.outputs["y"], packed(y, 3, p.bits))
    for kind in Fault:
        counted = result.probes["counts"] >> kind * COUNT_WIDTH & ((1 << COUNT_WIDTH) - 1)
        assert counted == faults[kind.name.lower()] % (1 << COUNT_WIDTH), kind
    check_clean_frames_come_out(p, sent, y)
    check_each_fault_is_counted(p, sent)


def check_clean_frames_come_out(p: Params, sent: list[Sent], y: np.ndarray) -> None:
    """Frames of one size, with flags in their places, and among them all that came clean."""
    columns = p.width // p.pixels
    whole = len(y) // (columns * p.height) * columns * p.height
    frames = y[:whole].reshape(-1, p.height, columns, p.pixels + 3)
    assert np.array_equal(frames[..., -3].reshape(len(frames), -1).sum(1), np.ones(len(frames)))
    assert frames[:, 0, 0, -3].all() and frames[:, :, -1, -2].all()
    assert frames[..., -2].sum() == len(frames) * p.height
    given = frames[..., :-3].reshape(len(frames), p.height, p.width)
    pictures = iter(given[:, : p.size[1], : p.size[0]])
    for number, frame in enumerate(sent[:-1]):
        if frame.clean:
            found = any(np.array_equal(frame.frame, picture) for picture in pictures)
            assert found, f"frame {number} came clean and does not come out"


def check_each_fault_is_counted(p: Params, sent: list[Sent]) -> None:
    """Between two clean frames, what is not framed as it should be is counted."""
    looked_at = 0
    for before, frame, after in zip(sent, sent[1:], sent[2:], strict=False):
        if before.clean and after.clean and not frame.framed:
            _, faults = expected(p, beats_of([before, frame, after])[: -len(after.beats) + 1])
            whole = faults.total() or frames_of(frame, p)
            assert whole, frame.beats[:, -2:].tolist()
            looked_at += 1
    assert looked_at > len(sent) // 20


def frames_of(frame: Sent, p: Params) -> bool:
    """Whether the beats are several whole frames: one that comes twice is no fault of framing."""
    flags = clean_beats(frame.frame, p.pixels)[:, -2:]
    repeats, rest = divmod(len(frame.beats), len(flags))
    return not rest and np.array_equal(frame.beats[:, -2:], np.tile(flags, (repeats, 1)))


def test_a_silent_camera_ends_its_frame():
    """What golden says of CUT, which the kernel has as a port; the tests of its users hold it."""
    x = np.array([[5, 1, 0], [6, 0, 1], [CUT] * 3, [7, 0, 0], [8, 1, 0]])
    y, faults = golden(x, 2, 2, (2, 2), 0)
    assert y[:, 0].tolist() == [5, 6, 0, 0, 8]
    assert faults == {"short_frames": 1, "missing_lines": 1, "long_frames": 1}


def test_cycle_contract():
    """A clean frame of full size passes at one beat per cycle, one cycle later."""
    sets = [Params(p.pixels, p.bits, p.width, p.height, (p.width, p.height)) for p in GRID]
    clean = {p: [sent for sent in video(p, 9) if sent.clean] for p in sets}
    for p, ran in zip(sets, run([case(p, beats_of(clean[p])) for p in sets]), strict=True):
        beats = len(clean[p]) * p.height * p.width // p.pixels
        assert np.array_equal(ran.in_cycles["x"], np.arange(beats)), p
        assert np.array_equal(ran.out_cycles["y"], np.arange(beats) + 1), p


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"width=6 must be two or more times pixels=4"):
        frame_regulariser(4, 8, 6, 2)
    with pytest.raises(KernelError, match=r"size\[0\]=10 must be .* pixels=2, at most 8"):
        frame_regulariser(2, 8, 8, 2, (10, 2))
    with pytest.raises(KernelError, match=r"size\[1\]=3 must be in 1\.\.2"):
        frame_regulariser(2, 8, 8, 2, (8, 3))
    with pytest.raises(KernelError, match=r"fill=256 must fit in bits=8"):
        frame_regulariser(2, 8, 8, 2, fill=256)
    assert "Columns=1 >= 2" in refused(frame_regulariser(2, 8, 8, 2), Columns=1)
