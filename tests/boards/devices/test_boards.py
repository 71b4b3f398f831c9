# SPDX-License-Identifier: MIT
"""The two board drivers against stand-ins for the vendors' packages; no board has run yet."""

import json
import sys

import numpy as np
import pytest

from tarsier_fpga.devices import pynq_board, xrt_card
from tarsier_fpga.devices.accelerator import restore_frames
from tarsier_fpga.devices.designed import Designed
from tarsier_fpga.devices.pynq_board import PynqAccelerator
from tarsier_fpga.devices.xrt_card import XrtAccelerator
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tests.boards import pynq_stand_in, pyxrt_stand_in
from tests.boards.design_stand_in import design_facts, port
from tests.boards.stand_in import network

SHAPE = (20, 13)
DESIGN = design_facts(*SHAPE)
OTHER = DESIGN.model_copy(update={"key": "fedcba9876543210", "net": "other"})


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of DESIGN with its deploy folders, and in it that of OTHER."""
    (tmp_path / "other").mkdir()
    DESIGN.write(tmp_path)
    OTHER.write(tmp_path / "other")
    for tool, suffix in {"vivado": ".bit", "vitis": "-0.xclbin"}.items():
        place = tmp_path / tool / "deploy"
        (place / "bitfile").mkdir(parents=True)
        DESIGN.write(place)
        (place / "driver").mkdir()
        (place / f"bitfile/finn-accel{suffix}").touch()
        shapes = {"idma_names": ["idma0"], "odma_names": ["odma0"]}
        shapes |= {f"{side}shape_packed": [(1, *SHAPE, 1, 5)] for side in "io"}
        facts = {"driver_information": {"io_shape_dict": shapes, "fclk_mhz": 187.5}}
        (place / "driver/settings.json").write_text(json.dumps(facts))
    monkeypatch.setitem(sys.modules, "pynq", None)
    monkeypatch.setitem(sys.modules, "pyxrt", None)
    return tmp_path


@pytest.fixture
def board(monkeypatch, folder):
    board = pynq_stand_in.Board(lambda frame: network(frame, 3), SHAPE)
    monkeypatch.setitem(sys.modules, "pynq", pynq_stand_in.module(board))
    return board


@pytest.fixture
def card(monkeypatch, folder):
    card = pyxrt_stand_in.Card(lambda frame: network(frame, 3), SHAPE)
    monkeypatch.setitem(sys.modules, "pyxrt", pyxrt_stand_in.module(card))
    return card


def frames(rng, count: int = 3) -> np.ndarray:
    return rng.integers(0, 1024, (count, *SHAPE, 4)).astype(np.uint16)


def test_pynq_restores_what_its_network_says(rng, folder, board):
    accelerator = PynqAccelerator(BuiltDesign.read(folder))
    given = frames(rng)
    measured = restore_frames(accelerator, given)
    assert np.array_equal(measured.frames, np.stack([network(frame, 3) for frame in given]))
    assert measured.seconds > 0
    assert board.bitfile == str(folder / "vivado/deploy/bitfile/finn-accel.bit")
    assert (len(board.flushed), len(board.invalidated), board.memory) == (1, 1, {})
    assert sys.modules["pynq"].ps.Clocks.fclk0_mhz == 187.5


def test_pynq_sends_the_next_frames_before_it_has_received_the_last(rng, folder, board):
    accelerator = PynqAccelerator(BuiltDesign.read(folder))
    first, second = frames(rng, 1), frames(rng, 1)
    sent = accelerator.send(first)
    waiting = accelerator.send(second)
    done = accelerator.run(sent)
    assert np.array_equal(accelerator.receive(done).frames[0], network(first[0], 3))
    result = accelerator.receive(accelerator.run(waiting)).frames[0]
    assert np.array_equal(result, network(second[0], 3))


def test_xrt_restores_what_its_network_says(rng, folder, card):
    given = frames(rng)
    measured = restore_frames(XrtAccelerator(BuiltDesign.read(folder)), given)
    assert np.array_equal(measured.frames, np.stack([network(frame, 3) for frame in given]))
    assert card.bitfile == str(folder / "vitis/deploy/bitfile/finn-accel-0.xclbin")


@pytest.mark.parametrize("kind", [PynqAccelerator, XrtAccelerator])
def test_bitstream_of_another_net(folder, kind):
    sentence = (
        r"other configures the board for other at 26 x 40 \(design fedcba98\), "
        r"not for net at 26 x 40 \(design 01234567\)"
    )
    with pytest.raises(HostError, match=sentence):
        kind(BuiltDesign.read(folder), folder / "other")


@pytest.mark.parametrize("kind", [PynqAccelerator, XrtAccelerator])
def test_frame_smaller_than_the_design(folder, board, card, kind):
    with pytest.raises(HostError, match="the frame is 24 x 40, smaller than the 26 x 40 of the de"):
        kind(BuiltDesign.read(folder)).tile((20, 12))


def test_a_design_of_a_network_on_pictures_takes_no_raw_frames(tmp_path):
    rgb, planes = port("x", FrameKind.RGB), port("y", FrameKind.PLANES, channels=8)
    for streams, sentence in (
        ({"inputs": (rgb,)}, "net takes rgb pictures, which are no mosaics: `tarsier sim` runs"),
        ({"outputs": (planes,)}, "net gives frames of 8 planes, which are no mosaics: `tarsier"),
        ({"inputs": (port("x0"), port("x1"))}, "net has 2 inputs and 1 outputs, where a raw fr"),
    ):
        with pytest.raises(HostError, match=sentence):
            Designed(BuiltDesign(tmp_path, design_facts(*SHAPE, **streams)))


def test_nothing_synthesized_yet(folder):
    (folder / "vivado/deploy/bitfile/finn-accel.bit").unlink()
    with pytest.raises(HostError, match=r"finn-accel\.bit is missing: run\.sh of tarsier synth"):
        PynqAccelerator(BuiltDesign.read(folder))


def test_no_deploy_folder(folder):
    with pytest.raises(HostError, match=r"vitis/gone is missing: run\.sh of tarsier synth"):
        XrtAccelerator(BuiltDesign.read(folder), folder / "vitis/gone")


def test_driver_settings_of_another_size(folder):
    path = folder / "vitis/deploy/driver/settings.json"
    path.write_text(path.read_text().replace("13", "14"))
    with pytest.raises(HostError, match=r"ishape_packed .* must be one frame of 1300 bytes"):
        XrtAccelerator(BuiltDesign.read(folder))


@pytest.mark.parametrize("content", ["", "[]", "{", '{"driver_information": {"fclk_mhz": 100}}'])
def test_damaged_driver_settings(folder, content):
    (folder / "vivado/deploy/driver/settings.json").write_text(content)
    with pytest.raises(HostError, match=r"settings\.json is damaged or not FINN's; synthesize it"):
        PynqAccelerator(BuiltDesign.read(folder))


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (PynqAccelerator, "no Python package pynq here: the PYNQ image of the board brings it"),
        (XrtAccelerator, "no Python package pyxrt here: XRT brings it"),
    ],
)
def test_machine_without_the_board(folder, kind, sentence):
    with pytest.raises(HostError, match=sentence):
        kind(BuiltDesign.read(folder))


def test_unplugged(folder, board, card, monkeypatch):
    pynq = pynq_stand_in.module(board, problem="No Devices Found\nstack")
    monkeypatch.setitem(sys.modules, "pynq", pynq)
    with pytest.raises(HostError, match=r"^pynq: No Devices Found; is it plugged in and free"):
        PynqAccelerator(BuiltDesign.read(folder))
    xrt = pyxrt_stand_in.module(card, problem="Could not open device with index '0'")
    monkeypatch.setitem(sys.modules, "pyxrt", xrt)
    with pytest.raises(HostError, match=r"^xrt: Could not open device with index '0'; is it"):
        XrtAccelerator(BuiltDesign.read(folder))


def test_busy_or_hanging_board(rng, folder, board, monkeypatch):
    accelerator = PynqAccelerator(BuiltDesign.read(folder))
    board.busy = True
    with pytest.raises(HostError, match="busy with frames of another program"):
        restore_frames(accelerator, frames(rng))
    board.busy, board.hangs = False, True
    monkeypatch.setattr(pynq_board, "_PATIENCE", 0.01)
    with pytest.raises(HostError, match=r"no 3 frames after 0\.03 s: the design hangs"):
        restore_frames(accelerator, frames(rng))


def test_failing_or_hanging_card(rng, folder, card, monkeypatch):
    accelerator = XrtAccelerator(BuiltDesign.read(folder))
    card.state = pyxrt_stand_in.State.ERT_CMD_STATE_ABORT
    with pytest.raises(HostError, match=r"the card gave up with State\.ERT_CMD_STATE_ABORT"):
        restore_frames(accelerator, frames(rng))
    card.state = pyxrt_stand_in.State.ERT_CMD_STATE_TIMEOUT
    monkeypatch.setattr(xrt_card, "_PATIENCE", 0.01)
    with pytest.raises(HostError, match=r"no 3 frames after 0\.03 s: the design hangs"):
        restore_frames(accelerator, frames(rng))


def test_xclbin_without_our_kernels(folder, card):
    card.kernels = {"vadd": "vadd_1"}
    with pytest.raises(HostError, match="the xclbin has no idma0, but vadd"):
        XrtAccelerator(BuiltDesign.read(folder))
