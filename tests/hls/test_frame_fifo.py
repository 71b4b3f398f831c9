# SPDX-License-Identifier: MIT
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError, SimError
from tarsier_fpga.hls.golden.frame_fifo import frame_fifo as golden
from tarsier_fpga.hls.kernels.frame_fifo import frame_fifo
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import rtl_sources
from tests.hls.grid import Case, Grid, contract, run, seeded

FRAMES = 4


@dataclass(frozen=True)
class Params:
    lanes: int
    folds: int
    bits: int
    pixels: int
    frames: int
    initial: int
    data_width: int
    burst: int
    reads: int
    base: int = 0

    @property
    def channels(self) -> int:
        return self.lanes * self.folds

    @property
    def burst_beats(self) -> int:
        return self.burst * (self.data_width // (self.lanes * self.bits))


@st.composite
def params(draw, most=200):
    lanes, bits = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    data_width = draw(st.sampled_from([w for w in (8, 32, 64, 256) if w >= lanes * bits]))
    burst = draw(st.sampled_from([1, 2, 8, 16]))
    return Params(
        lanes,
        draw(st.integers(1, 3)),
        bits,
        pixels=draw(st.integers(1, most)),
        frames=draw(st.integers(1, 3)),
        initial=draw(st.integers(0, 2)),
        data_width=data_width,
        burst=burst,
        reads=draw(st.integers(1, 5)),
        base=draw(st.integers(0, 3)) * burst * data_width // 8,
    )


# the last one's frame is one burst, so that a word is read back as soon as it is written
GRID = Grid(params(), also=[Params(1, 1, 8, 32, 1, 1, data_width=64, burst=4, reads=2)])


def fill(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, p.channels)


def case(p: Params, x: np.ndarray) -> Case:
    options = {"data_width": p.data_width, "burst": p.burst, "reads": p.reads, "base": p.base}
    instance = frame_fifo(fill(p), p.lanes, p.bits, p.pixels, p.frames, p.initial, **options)
    x_beats, y_beats = (
        pack(frames.reshape(-1, p.lanes), p.bits) for frames in (x, golden(x, fill(p), p.initial))
    )
    return Case(p, instance, {"x": x_beats}, {"y": y_beats})


def random_x(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, (FRAMES, p.pixels, p.channels))


def extreme_x(p: Params) -> np.ndarray:
    """Frames of ones and of zeros in turn."""
    ones = np.full((p.pixels, p.channels), (1 << p.bits) - 1)
    return np.array([ones, 0 * ones, ones, ones])


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.9}, {"x": 0.9}, {"x": 0.5, "y": 0.5}]
)


def test_the_first_frames_leave_before_anything_comes():
    p = Params(2, 2, 8, 60, 1, 1, data_width=64, burst=4, reads=2)
    (ran,) = run([random_case(p)], {"x": 0.95})
    first = p.pixels * p.folds
    assert np.array_equal(ran.out_cycles["y"][:first], np.arange(first) + 1)


def test_what_comes_is_taken_up_to_the_capacity_while_nothing_leaves():
    p = Params(1, 1, 8, 64, 2, 0, data_width=8, burst=4, reads=2)
    (ran,) = run([random_case(p)], {"y": 0.99})
    took, gave = ran.in_cycles["x"], ran.out_cycles["y"]
    held = [np.searchsorted(took, cycle) - n for n, cycle in enumerate(gave)]
    queues = 2 * p.burst + p.reads * p.burst
    assert p.frames * p.pixels <= max(held) <= p.frames * p.pixels + queues + 2


def longest_latency(p: Params) -> int:
    """Of a read, and of a write, by the header's Rate line."""
    frame = p.pixels * p.folds
    bursts = -(-frame // p.burst_beats)
    beats = [min(p.burst_beats, frame - n % bursts * p.burst_beats) for n in range(2 * bursts)]
    for_reads = min(sum(np.tile(beats, p.reads)[n:][: p.reads - 1]) for n in range(bursts)) - 8
    for_both = p.initial * p.pixels * p.folds - 3 * p.burst_beats - 16
    return min(for_reads, for_both // 2)


def in_time(p: Params) -> bool:
    words_need_cycles = p.data_width // (p.lanes * p.bits) >= 2  # one word each way
    return words_need_cycles and longest_latency(p) >= 20 and p.frames > p.initial


FAST = Grid(
    params(most=900).filter(in_time),
    also=[Params(4, 1, 8, 64 * 48, 2, 1, data_width=64, burst=16, reads=8)],
)


def test_cycle_contract():
    cases = [random_case(p) for p in FAST]
    latencies = [longest_latency(p) for p in FAST]
    assert max(latencies) >= 120
    knobs = {
        "memory.least_latency": latencies,
        "memory.most_latency": latencies,
        "memory.pause": [0] * len(FAST),
    }
    for c, ran in zip(cases, run(cases, knobs=knobs), strict=True):
        assert np.array_equal(ran.in_cycles["x"], np.arange(len(c.inputs["x"]))), c.params
        assert np.array_equal(ran.out_cycles["y"], np.arange(len(c.expected["y"])) + 1), c.params


def test_the_memory_answers_no_master_that_reads_before_its_write_is_acknowledged():
    c = case(GRID[-1], random_x(GRID[-1]))
    sources = rtl_sources(c.instance)
    name = "tarsier_frame_fifo.sv"
    early = sources[name].replace("count_t'(m_axi_bvalid) -", "count_t'(burst_sent) -")
    assert early != sources[name]
    hasty = replace(c.instance, sources={**sources, name: early})
    with pytest.raises(SimError, match="the design hangs"):
        run([replace(c, instance=hasty)])


def test_rejects_bad_parameters(refused):
    def made(**changes):
        facts = {"fill": np.array([0, 0]), "lanes": 2, "bits": 8, "pixels": 64, "frames": 2}
        return frame_fifo(**{**facts, "initial": 1, **changes})

    with pytest.raises(KernelError, match=r"lanes=2 must divide channels=3"):
        made(fill=np.array([0, 0, 0]))
    with pytest.raises(KernelError, match=r"data_width=48 must be a power of two in 8..1024"):
        made(data_width=48)
    with pytest.raises(KernelError, match=r"a beat of 16 bits must fit in data_width=8"):
        made(data_width=8)
    with pytest.raises(KernelError, match=r"burst=12 must be a power of two <= 256"):
        made(burst=12)
    with pytest.raises(KernelError, match=r"base=64 must be a multiple of 128, the bytes of a bur"):
        made(base=64)
    instance = made()
    assert "frame_fifo: Width=65 must be 1 .. DataWidth=64" in refused(instance, Width=65)
    assert "frame_fifo: Burst=12 must be a power of two <= 256" in refused(instance, Burst=12)
    assert "frame_fifo: FrameBeats=63 must be a multiple of Folds=2" in refused(
        instance, FrameBeats=63, Folds=2
    )
    assert "frame_fifo: Bursts=2 Reads=0 Folds=1 CountW=16, all must be >= 1" in refused(
        instance, Reads=0
    )
