# SPDX-License-Identifier: MIT
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import strategies as st

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.golden.csi2_receiver import csi2_receiver as golden
from tarsier_fpga.hls.kernels.csi2_receiver import Csi2Count, csi2_receiver
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import Instance
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.csi2_sender import checksum_of, code_of, on_lanes, packed_line
from tests.hls.camera import clean_beats
from tests.hls.csi2_camera import clean_frame, draw_bursts
from tests.hls.grid import Case, Grid, agrees, run, seeded
from tests.hls.test_frame_regulariser import packed

DEEP = 4096  # words: more than a test sends
COUNT_WIDTH = 8  # all counts together are one number that the simulator gives back


@dataclass(frozen=True)
class Params:
    lanes: int
    pixels: int
    bits: int
    packs: int  # of a line, of four pixels
    height: int
    channel: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.height, 4 * self.packs


GRID = Grid(
    st.builds(
        Params,
        lanes=st.sampled_from([2, 1, 4]),
        pixels=st.sampled_from([2, 1, 4]),
        bits=st.sampled_from([12, 8, 10, 14]),
        packs=st.integers(1, 5),
        height=st.integers(1, 4),
        channel=st.integers(0, 3),
    ),
    quick=Params(2, 2, 10, 3, 3, 1),
)
LONG = [Params(4, 2, 10, 3, 3, 0), Params(1, 1, 12, 2, 4, 3), Params(2, 4, 14, 4, 2, 2)]


def kernel(p: Params, depth: int = DEEP) -> Instance:
    return csi2_receiver(p.lanes, p.pixels, p.bits, depth, p.channel, COUNT_WIDTH)


def lanes_of(x: np.ndarray) -> np.ndarray:
    """(cycles, lanes, 2) active and byte as beats of the stream."""
    return pack(x[..., 1] | x[..., 0] << 8, 9)


def case(p: Params, x: np.ndarray) -> Case:
    y, _ = golden(x, p.pixels, p.bits, p.channel)
    return Case(p, kernel(p), {"x": lanes_of(x)}, {"y": packed(y, 2, p.bits)})


def random_case(p: Params, faulty: bool = True) -> Case:
    return case(p, draw_bursts(seeded(p), p.shape, p.bits, p.channel, 6, p.lanes, faulty))


@pytest.mark.parametrize("stall", [0.0, 0.3, 0.7])
def test_matches_golden(stall):
    agrees([random_case(p) for p in GRID], stall)


def test_output_holds_under_backpressure():
    agrees([random_case(p) for p in GRID], {"y": 0.9})


@pytest.mark.parametrize("value", [0x00, 0xFF, 0xB8])
def test_extremes(value):
    """Lanes that bring one byte for ever, of which none is a picture, before and behind a frame."""

    def bursts(p: Params) -> np.ndarray:
        frame = np.full(p.shape, (1 << p.bits) - 1)
        noise = [bytes([value] * size) for size in (1, 2, 3, 4, 5, 9, 40)]
        packets = [*noise, *clean_frame(frame, p.bits, p.channel), *noise]
        return on_lanes(packets, p.lanes)

    agrees([case(p, bursts(p)) for p in GRID], 0.3)


@pytest.mark.parametrize("p", LONG, ids=str)
def test_every_fault_is_counted(p):
    x = draw_bursts(seeded(p), p.shape, p.bits, p.channel, 400, p.lanes)
    y, counts = golden(x, p.pixels, p.bits, p.channel)
    model = verilate.build(kernel(p), probes={"counts": "u_dut.counts_q"})
    result = model.run({"x": lanes_of(x)}, {"y": len(y)}, stall={"x": 0.1, "y": 0.1}, drain=64)
    assert np.array_equal(result.outputs["y"], packed(y, 2, p.bits))
    assert min(counts[kind.name.lower()] for kind in Csi2Count if kind < Csi2Count.LOST_BYTES) > 50
    assert_counted(result.probes["counts"], counts)


def assert_counted(value: int, counts: Counter[str]) -> None:
    for kind in Csi2Count:
        assert count(value, kind) == counts[kind.name.lower()] % (1 << COUNT_WIDTH), kind


def count(value: int, kind: Csi2Count) -> int:
    """One of the counts of a probe."""
    return value >> kind * COUNT_WIDTH & ((1 << COUNT_WIDTH) - 1)


@pytest.mark.parametrize("p", LONG, ids=str)
def test_a_clean_frame_comes_out_as_it_was(p):
    frames = seeded(p).integers(0, 1 << p.bits, (3, *p.shape))
    packets = [one for frame in frames for one in clean_frame(frame, p.bits, p.channel)]
    y, counts = golden(on_lanes(packets, p.lanes), p.pixels, p.bits, p.channel)
    assert np.array_equal(y, np.concatenate([clean_beats(frame, p.pixels) for frame in frames]))
    assert not counts


def test_published_examples():
    """Of the annexes of the CSI-2 specification."""
    assert code_of(0x01F037) == 0x3F
    first = bytes.fromhex("FF000002B9DCF372BBD4B85AC875C27C81F805DFFF000001")
    second = bytes.fromhex("FF0000001EF01EC74F8278C582E08C70D23C78E9FF000001")
    assert (checksum_of(first), checksum_of(second)) == (0x00F0, 0xE569)


def test_every_wrong_bit_is_mended_and_every_two_are_found():
    header = 0x05A02C
    whole = code_of(header) << 24 | header
    flips = [(1 << a) | (1 << b) for a in range(30) for b in range(a + 1)]  # one bit where equal
    packets = [(whole ^ flip).to_bytes(4, "little") for flip in flips]
    _, counts = golden(on_lanes(packets, 1), 2, 12, channel=1)
    assert counts == {"ecc_corrected": 30, "other_channels": 30, "ecc_failed": 30 * 29 // 2}
    model = verilate.build(kernel(LONG[0]), probes={"counts": "u_dut.counts_q"})
    sent = on_lanes(packets, LONG[0].lanes)
    result = model.run({"x": lanes_of(sent)}, {"y": 0}, drain=len(sent) + 8)
    _, counts = golden(sent, LONG[0].pixels, LONG[0].bits, LONG[0].channel)
    assert_counted(result.probes["counts"], counts)


def test_a_full_queue_loses_bytes_by_count_and_comes_back():
    """What is lost is lost to the end of its frame; the next one that fits is whole."""
    p, depth = Params(2, 2, 10, 4, 4, 0), 12
    frames = seeded(p).integers(0, 1 << p.bits, (40, *p.shape))
    pauses = seeded(p).integers(0, 60, len(frames))
    rows = [
        on_lanes(clean_frame(frame, p.bits, 0), p.lanes, silence=int(pause))
        for frame, pause in zip(frames, pauses, strict=True)
    ]
    x = np.concatenate([*rows, np.zeros((200, p.lanes, 2), int)])
    probes = {"counts": "u_dut.counts_q", "fullest": "u_dut.fullest_o", "cut": "u_dut.cut_o"}
    model = verilate.build(kernel(p, depth), probes=probes)
    stall = {"y": 0.72}
    got = model.collect({"x": lanes_of(x)}, stall=stall)["y"]
    result = model.run({"x": lanes_of(x)}, {"y": len(got)}, stall=stall, drain=400)
    sent = packed(np.concatenate([clean_beats(frame, p.pixels) for frame in frames]), 2, p.bits)
    per_frame, at, beats = len(sent) // len(frames), 0, 0
    whole = []
    for number in range(len(frames)):
        frame = sent[number * per_frame : (number + 1) * per_frame]
        kept = 0
        while kept < per_frame and at < len(got) and np.array_equal(got[at], frame[kept]):
            kept, at = kept + 1, at + 1
        whole.append(kept == per_frame)
        beats += kept
    assert at == len(got), "a beat is out of its place"
    assert 0 < sum(whole) < len(frames)
    line = len(packed_line(frames[0][0], p.bits))
    missing = len(frames) * p.height * line - beats * p.pixels * p.bits // 8
    lost = count(result.probes["counts"], Csi2Count.LOST_BYTES)
    torn = len(frames) - sum(whole)
    # of a pack that came in part its bytes are neither given nor lost
    assert missing > lost and (missing - lost) % (1 << COUNT_WIDTH) <= 4 * torn
    assert result.probes["fullest"] == depth and result.probes["cut"] == 1


def test_cycle_contract():
    """Every cycle's bytes are taken; a beat comes as soon as the header says."""
    sets = [p for p in GRID if p.lanes * 8 <= p.pixels * p.bits]
    assert len(sets) > 5
    for p, ran in zip(sets, run([random_case(p, faulty=False) for p in sets]), strict=True):
        taken = ran.in_cycles["x"]
        assert np.array_equal(taken, np.arange(len(taken))), p
    # one line of one word behind a frame's start
    for p in (Params(1, 1, 8, 1, 1, 0), Params(4, 4, 8, 2, 1, 0)):
        frame = seeded(p).integers(0, 1 << p.bits, p.shape)
        x = on_lanes(clean_frame(frame, p.bits, 0), p.lanes, silence=4)
        words = 4 // p.lanes
        first = words + 4 + words  # the cycle of the line's first bytes
        (ran,) = run([case(p, x)])
        payload = frame.size // p.lanes
        behind = first + 1 + np.arange(payload)
        assert ran.out_cycles["y"][: payload - 1].tolist() == (behind[:-1] + 4).tolist(), p
        assert ran.out_cycles["y"][payload - 1] == behind[-2] + 5, p


def test_rejects_bad_parameters(refused):
    with pytest.raises(KernelError, match=r"lanes=3 must be one of 1, 2, 4"):
        csi2_receiver(3, 2, 12)
    with pytest.raises(KernelError, match=r"pixels=8 must be one of 1, 2, 4"):
        csi2_receiver(2, 8, 12)
    with pytest.raises(KernelError, match=r"bits=16 must be one of 8, 10, 12, 14"):
        csi2_receiver(2, 2, 16)
    with pytest.raises(KernelError, match=r"channel=4 must be one of 0, 1, 2, 3"):
        csi2_receiver(2, 2, 12, channel=4)
    with pytest.raises(KernelError, match=r"depth=1 must be an integer >= 2"):
        csi2_receiver(2, 2, 12, depth=1)
    assert "Lanes=3 must be 1, 2 or 4" in refused(csi2_receiver(2, 2, 12), Lanes=3)
    assert "Depth=1 must be >= 2" in refused(csi2_receiver(2, 2, 12), Depth=1)
