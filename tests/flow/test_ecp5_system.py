# SPDX-License-Identifier: MIT
"""The system around a network on a bare board answers as protocol.py says, whatever it hears."""

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.flow.synth.nextpnr import pnr_tools as tools
from tarsier_fpga.flow.synth.nextpnr.pll import Pll
from tarsier_fpga.flow.synth.nextpnr.serial_protocol import (
    Reply,
    Status,
    from_payload,
    read_reply,
    request,
    to_payload,
)
from tarsier_fpga.flow.synth.nextpnr.system import Frame, System, sources, system
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.netlist.instance import rtl_path, rtl_paths
from tarsier_fpga.hls.sim.toolchain import verilator
from tests.flow.ecp5.board import HERE, WAKING, compiled, pins
from tests.flow.ecp5.line import levels, rest, said
from tests.flow.small_design import write_design
from tests.flow.unequal import enlarging, hardware, two_each_way

SHAPE, BITS = (4, 5, 2), 10  # of a frame, so 20 bits and 3 bytes a pixel
SYSTEM = System(
    number=0x1234ABCD,
    x=Frame(width=20, pixels=20),
    y=Frame(width=20, pixels=20),
    divider=5,
    baud=0,
    silence=400,
    pll=Pll(1, 2, 12),
)
PAUSE = rest(2 * SYSTEM.silence)
ANSWER = rest(SYSTEM.divider * 10 * 100)  # longer than the longest reply


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """The system around the network of tarsier_top.sv, which inverts the frame."""
    rtl = tmp_path_factory.mktemp("design") / "rtl"
    rtl.mkdir()
    for path in (HERE / "tarsier_top.sv", rtl_path("fifo")):
        shutil.copy(path, rtl)
    return compiled(sources(rtl.parent, load_board("ulx3s-85f"), SYSTEM))


def talk(board, *parts) -> bytes:
    """What the board says while it hears `parts`, bytes or levels, and for an answer after."""
    heard = [levels(p, SYSTEM.divider) if isinstance(p, bytes) else p for p in parts]
    line = np.concatenate([rest(WAKING), *heard, ANSWER])
    return said(pins(board, line, len(line))[0], SYSTEM.divider)


def ask(rng) -> tuple[bytes, bytes]:
    """A request for a random frame, and the reply to it but for its cycles."""
    frame = rng.integers(0, 1 << BITS, SHAPE)
    restored = to_payload((1 << BITS) - 1 - frame, BITS)
    asked = request(SYSTEM.number, to_payload(frame, BITS))
    return asked, Reply(SYSTEM.number, Status.GOOD, PACE, restored).encode()


# The network takes a pixel every 3 cycles: so long from the first to the last.
PACE = 3 * (SYSTEM.x.pixels - 1)


def refusal(status: Status) -> bytes:
    return Reply(SYSTEM.number, status, 0, b"").encode()


@pytest.mark.slow
def test_frames_come_back_at_the_pace_of_the_network(board, rng):
    asked, answers = zip(*(ask(rng) for _ in range(3)), strict=True)
    heard = talk(board, asked[0], ANSWER, asked[1], ANSWER, asked[2])
    replies = [read_reply(heard[n * len(answers[0]) :][: len(answers[0])]) for n in range(3)]
    assert [replace(reply, cycles=PACE).encode() for reply in replies] == list(answers)
    # beside it: to read the first pixel, to wait for the network, and to write the last
    assert all(0 < reply.cycles - PACE <= 1 + 3 + 2 for reply in replies)
    assert len(heard) == 3 * len(answers[0])


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


def damages(rng):
    """Requests that went wrong on their way: what arrives, and the status of the refusal."""
    good, _ = ask(rng)
    start, body, end = good[:20], good[20:40], good[40:]
    parts = (start, 1), (body, 0), (end, 1)
    broken = np.concatenate([levels(p, SYSTEM.divider, stop) for p, stop in parts])
    return [
        (request(SYSTEM.number + 1, bytes(60)), Status.DESIGN),
        (request(SYSTEM.number, bytes(59)), Status.LENGTH),
        (request(SYSTEM.number, bytes(90)), Status.LENGTH),
        (flipped(good, 30), Status.DAMAGED),
        (flipped(good, len(good) - 1), Status.DAMAGED),
        (good[:-1], Status.CUT),
        (good[:6], Status.CUT),
        (broken, Status.BROKEN),
    ]


@pytest.mark.slow
def test_a_damaged_request_is_refused_and_the_next_one_served(board, rng):
    good, answer = ask(rng)
    for damaged, status in damages(rng):
        heard = talk(board, damaged, PAUSE, ANSWER, good)
        first, second = heard[: len(refusal(status))], heard[len(refusal(status)) :]
        assert first == refusal(status)
        assert read_reply(second).payload == read_reply(answer).payload


@pytest.mark.slow
def test_noise_and_requests_at_the_wrong_time_get_no_answer(board, rng):
    good, answer = ask(rng)
    noise = rng.integers(0, 2, 5000).astype(np.uint8)
    spikes = 1 - (rng.random(5000) < 0.02).astype(np.uint8)
    held_low = np.zeros(3000, np.uint8)
    for disturbed in (noise, spikes, held_low, bytes(rng.integers(0, 256, 300).astype(np.uint8))):
        heard = talk(board, disturbed, PAUSE, good)
        assert read_reply(heard).payload == read_reply(answer).payload
    heard = talk(board, good, rest(200), good, ANSWER, good)  # the second while it replies
    assert [read_reply(half).payload for half in (heard[:84], heard[84:])] == 2 * [
        read_reply(answer).payload
    ]


@pytest.mark.slow
@pytest.mark.parametrize("off", [0.97, 1.03])
def test_a_sender_may_be_three_percent_off(board, rng, off):
    good, answer = ask(rng)
    heard = talk(board, levels(good, off * SYSTEM.divider))
    assert read_reply(heard).payload == read_reply(answer).payload


@pytest.mark.slow
def test_lights_tell_what_happened(board, rng):
    good, _ = ask(rng)
    line = np.concatenate([rest(WAKING), levels(good, SYSTEM.divider), ANSWER])
    line = np.concatenate([line, levels(good[:40], SYSTEM.divider), ANSWER])
    _, lights = pins(board, line, len(line))
    seen = [int(light) for light in lights[np.flatnonzero(np.diff(lights)) + 1]]
    hears, runs, replies, good_, refused, one, two = 2, 4, 8, 16, 32, 64, 128
    once = one + good_
    assert [light - 1 for light in seen if light & 1][-9:] == [
        hears,
        0,
        once + runs,
        once + replies,
        once,
        once + hears,
        once,
        two + refused + replies,
        two + refused,
    ]


@pytest.mark.parametrize("pixels", [64, 65])  # one frame store, and one for each
def test_the_system_lints(pixels):
    rtl = Path(tools.__file__).with_name("rtl")
    files = [
        *(path for path in rtl.glob("*.sv") if path.stem not in ("tarsier_ecp5_board", "EHXPLLL")),
        HERE / "tarsier_top.sv",
        *rtl_paths("width_adapter"),
        *rtl_paths("fifo"),
    ]
    command = [
        verilator(),
        "--lint-only",
        "-Wall",
        "-Wno-GENUNNAMED",
        "--quiet",
        "-GXWidth=20",
        "-GYWidth=20",
    ]
    env = {**os.environ, "VERILATOR_ROOT": str(verilator().parents[1])}
    done = subprocess.run([*command, *files], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.fixture(scope="module")
def enlarged(tmp_path_factory):
    """The system around a network whose frames come out larger, of fewer channels and signed."""
    folder, ulx3s = tmp_path_factory.mktemp("enlarged"), load_board("ulx3s-85f")
    design = write_design(hardware(enlarging(), ulx3s, 6, 8), ulx3s, "enlarging", folder / "design")
    return BuiltDesign(folder / "design", design), system(folder / "design", design, ulx3s)


@pytest.mark.slow
def test_frames_in_and_out_have_sizes_of_their_own(enlarged, rng):
    design, facts = enlarged
    x, y = design.facts.x, design.facts.y
    assert (facts.x, facts.y) == (Frame(24, 6 * 8), Frame(7, 12 * 16))
    facts = replace(facts, divider=SYSTEM.divider)
    board = compiled(sources(design.folder, load_board("ulx3s-85f"), facts))
    frames = rng.integers(0, 256, (2, 6, 8, 3))
    answer = rest(facts.divider * 10 * (12 * 16 + 30) + 4 * design.facts.ideal_cycles)
    asked = [request(facts.number, to_payload(frame, x.bits)) for frame in frames]
    parts = [part for one in asked for part in (levels(one, facts.divider), answer)]
    line = np.concatenate([rest(WAKING), *parts])
    heard = said(pins(board, line, len(line))[0], facts.divider)
    half = len(heard) // 2
    for frame, data in zip(frames, (heard[:half], heard[half:]), strict=True):
        reply = read_reply(data)
        assert reply.status is Status.GOOD
        restored = from_payload(reply.payload, (12, 16, 1), y.bits, y.signed)
        assert np.array_equal(restored, design.graph.reference(frame))
        assert restored.min() < 0


def test_a_design_of_several_streams_is_refused(tmp_path):
    ulx3s = load_board("ulx3s-85f")
    design = write_design(hardware(two_each_way(), ulx3s, 6, 8), ulx3s, "two", tmp_path / "design")
    with pytest.raises(FlowError, match=r"^two has the streams x0, x1, y0, y1; the serial system"):
        system(tmp_path / "design", design, ulx3s)


def test_both_frames_must_fit(tmp_path):
    ulx3s = load_board("ulx3s-85f")
    folder = tmp_path / "design"
    design = write_design(hardware(enlarging(), ulx3s, 6, 8), ulx3s, "enlarging", folder)
    large = design.model_copy(update={"frames": {"x": (480, 640), "y": (960, 1280)}})
    with pytest.raises(FlowError, match=r"the frames in and out alone need 867 of 208 EBR"):
        system(folder, large, ulx3s)


def test_signed_payloads_are_read_back(rng):
    frame = rng.integers(-64, 64, (3, 7, 3)).astype(np.int16)
    assert np.array_equal(from_payload(to_payload(frame, 7), frame.shape, 7, signed=True), frame)


def test_payloads_are_read_back(rng):
    frame = rng.integers(0, 1 << 10, (3, 7, 4)).astype(np.uint16)
    assert len(to_payload(frame, 10)) == 3 * 7 * 5
    assert np.array_equal(from_payload(to_payload(frame, 10), frame.shape, 10), frame)


def test_a_reply_that_was_damaged_is_refused():
    data = Reply(1, Status.GOOD, 2, b"abc").encode()
    for wrong in (data[:-1], data + b"x", flipped(data, 9), flipped(data, 25)):
        with pytest.raises(FlowError, match="damaged on its way"):
            read_reply(wrong)
    with pytest.raises(FlowError, match="9 bytes from the board are no reply"):
        read_reply(b"TSR1 login:"[2:])
