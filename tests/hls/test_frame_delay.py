# SPDX-License-Identifier: MIT
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError, SimError
from tarsier_fpga.hls.golden.frame_delay import frame_delay as golden
from tarsier_fpga.hls.kernels.frame_delay import frame_delay
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import rtl_sources
from tests.hls.grid import Case, Grid, contract, run, seeded

FRAMES = 4


@dataclass(frozen=True)
class Params:
    channels: int
    bits: int
    frame_w: int
    frame_h: int
    data_width: int
    burst: int
    reads: int
    base: int = 0

    @property
    def burst_beats(self) -> int:
        return self.burst * (self.data_width // (self.channels * self.bits))


@st.composite
def params(draw, rows=9):
    channels, bits = draw(st.integers(1, 8)), draw(st.integers(1, 8))
    data_width = draw(st.sampled_from([w for w in (8, 32, 64, 256) if w >= channels * bits]))
    burst = draw(st.sampled_from([1, 2, 8, 16]))
    least = burst * (data_width // (channels * bits))
    frame_w = draw(st.integers(1, 40))
    return Params(
        channels,
        bits,
        frame_w,
        frame_h=-(-least // frame_w) + draw(st.integers(0, rows)),
        data_width=data_width,
        burst=burst,
        reads=draw(st.integers(1, 5)),
        base=draw(st.integers(0, 3)) * burst * data_width // 8,
    )


# the last one's frame is one burst, so that a word is read back as soon as it is written
GRID = Grid(
    params(),
    also=[
        Params(1, 8, frame_w=16, frame_h=2, data_width=64, burst=4, reads=2),
    ],
)


def fill(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, p.channels)


def case(p: Params, x: np.ndarray) -> Case:
    options = {"data_width": p.data_width, "burst": p.burst, "reads": p.reads, "base": p.base}
    instance = frame_delay(p.channels, p.bits, p.frame_w, p.frame_h, fill(p), **options)
    x_beats, y_beats = (
        pack(frames.reshape(-1, p.channels), p.bits) for frames in (x, golden(x, fill(p)))
    )
    return Case(p, instance, {"x": x_beats}, {"y": y_beats})


def random_x(p: Params) -> np.ndarray:
    return seeded(p).integers(0, 1 << p.bits, (FRAMES, p.frame_h, p.frame_w, p.channels))


def extreme_x(p: Params) -> np.ndarray:
    """Frames of ones and of zeros in turn."""
    ones = np.full((p.frame_h, p.frame_w, p.channels), (1 << p.bits) - 1)
    return np.array([ones, 0 * ones, ones, ones])


def random_case(p: Params) -> Case:
    return case(p, random_x(p))


def extreme_case(p: Params) -> Case:
    return case(p, extreme_x(p))


test_matches_golden, test_extremes, test_output_holds_under_backpressure = contract(
    GRID, random_case, extreme_case, [{"y": 0.9}, {"x": 0.9}, {"x": 0.5, "y": 0.5}]
)


def longest_latency(p: Params) -> int:
    """Of a read, and of a write, by the header's Rate line."""
    for_reads = (p.reads - 1) * p.burst_beats - 8
    for_both = p.frame_w * p.frame_h - 3 * p.burst_beats - 16
    return min(for_reads, for_both // 2)


def in_time(p: Params) -> bool:
    words_need_cycles = p.data_width // (p.channels * p.bits) >= 2  # one word each way
    return words_need_cycles and longest_latency(p) >= 20


FAST = Grid(
    params(rows=60).filter(in_time),
    also=[Params(4, 8, frame_w=64, frame_h=48, data_width=64, burst=16, reads=8)],
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
        beats = len(c.inputs["x"])
        assert np.array_equal(ran.in_cycles["x"], np.arange(beats)), c.params
        assert np.array_equal(ran.out_cycles["y"], np.arange(beats) + 1), c.params


def test_full_rate_beside_a_memory_that_pauses():
    """60 to 120 cycles of latency, a tenth of the cycles lost on every channel: the defaults."""
    real = Params(2, 8, frame_w=64, frame_h=48, data_width=64, burst=16, reads=4)
    (ran,) = run([case(real, random_x(real))])
    beats = FRAMES * real.frame_w * real.frame_h
    assert np.array_equal(ran.in_cycles["x"], np.arange(beats))


def test_the_memory_answers_no_master_that_reads_before_its_write_is_acknowledged():
    c = case(GRID[-1], random_x(GRID[-1]))
    sources = rtl_sources(c.instance)
    name = "tarsier_frame_delay.sv"
    early = sources[name].replace("count_t'(m_axi_bvalid)", "count_t'(burst_sent)")
    assert early != sources[name]
    hasty = replace(c.instance, sources={**sources, name: early})
    with pytest.raises(SimError, match="the design hangs"):
        run([replace(c, instance=hasty)])


def test_rejects_bad_parameters(refused):
    def made(**changes):
        facts = {"channels": 2, "bits": 8, "frame_w": 16, "frame_h": 16, "fill": np.array([0, 0])}
        return frame_delay(**{**facts, **changes})

    with pytest.raises(KernelError, match=r"fill of shape \(3,\) must be \(2,\)"):
        made(fill=np.array([0, 0, 0]))
    with pytest.raises(KernelError, match=r"a frame of 32 pixels must be >= 64, those of a burst"):
        made(frame_h=2)
    with pytest.raises(KernelError, match=r"data_width=48 must be a power of two in 8..1024"):
        made(data_width=48)
    with pytest.raises(KernelError, match=r"a pixel of 16 bits must fit in data_width=8"):
        made(data_width=8)
    with pytest.raises(KernelError, match=r"burst=12 must be a power of two <= 256"):
        made(burst=12)
    with pytest.raises(KernelError, match=r"base=64 must be a multiple of 128, the bytes of a bur"):
        made(base=64)
    instance = made()
    assert "frame_delay: Width=65 must be 1 .. DataWidth=64" in refused(instance, Width=65)
    assert "frame_delay: Burst=12 must be a power of two <= 256" in refused(instance, Burst=12)
    assert "frame_delay: FrameBeats=63 must be >= 64" in refused(instance, FrameBeats=63)
    assert "frame_delay: Base=64 must be a multiple of 128" in refused(instance, Base=64)
    assert "frame_delay: Reads=0 must be >= 1" in refused(instance, Reads=0)
