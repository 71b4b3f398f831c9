# SPDX-License-Identifier: MIT
"""The two board drivers against stand-ins for the vendors' packages; no board has run yet."""

import json
import sys

import numpy as np
import pytest

from tarsier_fpga.devices import pynq_board, xrt_card
from tarsier_fpga.devices.accelerator import restore_frames
from tarsier_fpga.devices.designed import Designed
from tarsier_fpga.devices.pynq_board import PynqAccelerator, PynqBoard
from tarsier_fpga.devices.xrt_card import XrtAccelerator, XrtCard
from tarsier_fpga.flow.sim.built_design import BuiltDesign
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import FlowError, HostError
from tests.boards import pynq_stand_in, pyxrt_stand_in
from tests.boards.design_stand_in import design_facts, port
from tests.boards.stand_in import network

SHAPE = (20, 13)
DESIGN = design_facts(*SHAPE)
OTHER = DESIGN.model_copy(update={"key": "fedcba9876543210", "net": "other"})


def restored(frames):
    """What the network of DESIGN makes of a frame."""
    return {"y": network(frames["x"], 3)}


def deployed(folder, design) -> None:
    """The deploy folders of `design`, whose DMAs FINN numbers from the last one on."""
    for tool, suffix in {"vivado": ".bit", "vitis": "-0.xclbin"}.items():
        place = folder / tool / "deploy"
        (place / "bitfile").mkdir(parents=True)
        design.write(place)
        (place / "driver").mkdir()
        (place / f"bitfile/finn-accel{suffix}").touch()
        shapes = {}
        for way, ports in (("i", design.inputs), ("o", design.outputs)):
            numbers = range(len(ports))
            shapes[f"{way}dma_names"] = [f"{way}dma{n}" for n in reversed(numbers)]
            frames = [(1, *design.frames[port.name], 1, -(-port.width // 8)) for port in ports]
            shapes[f"{way}shape_packed"] = frames
        facts = {"driver_information": {"io_shape_dict": shapes, "fclk_mhz": 187.5}}
        (place / "driver/settings.json").write_text(json.dumps(facts))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of DESIGN with its deploy folders, and in it that of OTHER."""
    (tmp_path / "other").mkdir()
    DESIGN.write(tmp_path)
    OTHER.write(tmp_path / "other")
    deployed(tmp_path, DESIGN)
    monkeypatch.setitem(sys.modules, "pynq", None)
    monkeypatch.setitem(sys.modules, "pyxrt", None)
    return tmp_path


@pytest.fixture
def board(monkeypatch, folder):
    board = pynq_stand_in.Board(restored, DESIGN)
    monkeypatch.setitem(sys.modules, "pynq", pynq_stand_in.module(board))
    return board


@pytest.fixture
def card(monkeypatch, folder):
    card = pyxrt_stand_in.Card(restored, DESIGN)
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


def test_a_design_whose_frames_are_neither_mosaics_nor_pictures(tmp_path):
    rgb, planes = port("x", FrameKind.RGB), port("y", FrameKind.PLANES, channels=8)
    for streams, sentence in (
        ({"inputs": (rgb,)}, "net takes rgb frames and gives bayer frames, where"),
        ({"outputs": (planes,)}, "net gives frames of 8 planes, which are neither mosaics"),
        ({"inputs": (port("x0"), port("x1"))}, "net has 2 inputs and 1 outputs, where a frame"),
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
    with pytest.raises(
        HostError, match=r"ishape_packed .* of idma0 must be one frame of x, 1300 bytes"
    ):
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


# Of other channels, bits, signs and frame sizes each.
UNEQUAL = design_facts(
    6,
    10,
    inputs=(
        port("x0", FrameKind.RGB, bits=8),
        port("x1", FrameKind.PLANES, channels=2, bits=6, signed=True, step=(2, 1)),
    ),
    outputs=(
        port("y0", FrameKind.LUMA, bits=11, signed=True, step=(1, 2)),
        port("y1", FrameKind.PLANES, channels=5, bits=4, step=(2, 1)),
    ),
)


def summed(frames):
    """What the network of UNEQUAL makes of a frame of each input: sums that tell them apart."""
    frames = {name: frame.astype(np.int64) for name, frame in frames.items()}
    fine = np.repeat(np.repeat(frames["x0"].sum(axis=2) - 400, 2, axis=0), 2, axis=1)
    coarse = np.arange(5) + frames["x1"].sum(axis=2, keepdims=True) % 11
    return {"y0": fine[..., None], "y1": coarse}


@pytest.mark.parametrize("kind", [PynqBoard, XrtCard])
def test_every_port_has_frames_of_its_own(rng, tmp_path, monkeypatch, kind):
    deployed(tmp_path, UNEQUAL)
    board, card = pynq_stand_in.Board(summed, UNEQUAL), pyxrt_stand_in.Card(summed, UNEQUAL)
    monkeypatch.setitem(sys.modules, "pynq", pynq_stand_in.module(board))
    monkeypatch.setitem(sys.modules, "pyxrt", pyxrt_stand_in.module(card))
    given = {
        "x1": rng.integers(-32, 32, (3, 3, 5, 2)).astype(np.int16),
        "x0": rng.integers(0, 256, (3, 6, 10, 3)).astype(np.uint16),
    }
    driver = kind(tmp_path, UNEQUAL)
    for _ in range(2):
        made = driver.receive(driver.run(driver.send(given)))
        assert list(made) == ["y0", "y1"]
        assert [made[name].dtype for name in made] == [np.int16, np.uint16]
        for n in range(3):
            wanted = summed({name: frames[n] for name, frames in given.items()})
            assert all(np.array_equal(made[name][n], wanted[name]) for name in made)
    assert board.memory == {}


@pytest.mark.parametrize("kind", [PynqBoard, XrtCard])
def test_ports_without_frames_or_dmas(rng, tmp_path, monkeypatch, kind):
    deployed(tmp_path, UNEQUAL)
    board, card = pynq_stand_in.Board(summed, UNEQUAL), pyxrt_stand_in.Card(summed, UNEQUAL)
    monkeypatch.setitem(sys.modules, "pynq", pynq_stand_in.module(board))
    monkeypatch.setitem(sys.modules, "pyxrt", pyxrt_stand_in.module(card))
    with pytest.raises(FlowError, match=r"frames of shape nothing for stream x1; the design takes"):
        kind(tmp_path, UNEQUAL).send({"x0": np.zeros((1, 6, 10, 3), np.uint16)})
    for path in tmp_path.glob("*/deploy/driver/settings.json"):
        path.write_text(path.read_text().replace('"idma1", ', ""))
    with pytest.raises(
        HostError, match=r"idma_names \['idma0'\] and .* as many DMAs as .* streams: x0, x1$"
    ):
        kind(tmp_path, UNEQUAL)
