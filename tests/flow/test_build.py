# SPDX-License-Identifier: MIT
"""The build as a whole: what it leaves, what it refuses, and that it can be repeated."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.flow import build as build_module
from tarsier_fpga.flow import build_steps
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.sim.execute import reference
from tarsier_fpga.flow.sim.frame_sim import FrameSim
from tarsier_fpga.hls.base.coding import Coding, FrameKind
from tarsier_fpga.hls.base.errors import FlowError, SimError

pytestmark = pytest.mark.slow  # each test compiles a design


@pytest.fixture
def config(random_net, tmp_path) -> BuildConfig:
    onnx = tmp_path / "random.onnx"
    random_net(channels=4, units=2, height=9, width=9).save(str(onnx))
    return BuildConfig(onnx, load_board("zcu104"), 38, 30, None, tmp_path / "design")


@pytest.mark.parametrize("fps", [None, 250e6 / (15 * 19 * 12)])
def test_rtl_of_a_random_net_equals_its_graph(config, codes, fps):
    config = replace(config, fps=fps)
    design = build(config)
    assert design.ideal_cycles == 15 * 19 * (1 if fps is None else 12)
    frames = np.stack([codes(15, 19) for _ in range(3)])
    want = np.stack([reference(config.output, frame) for frame in frames])
    sim = FrameSim(config.output)
    for stalls in [(0, 0), (0.3, 0.7)]:
        assert np.array_equal(sim.restore(frames, *stalls).frames, want)
    assert sim.restore(frames).cycles_per_frame == design.ideal_cycles


def test_a_network_on_pictures_takes_each_pixel_as_it_is(config, random_net, rng):
    random_net(channels=4, units=1, height=9, width=9, colours=3).save(str(config.onnx))
    design = build(replace(config, raw_width=19, raw_height=15))
    assert (design.width, design.height, design.packed_shape) == (19, 15, (15, 19))
    frames = rng.integers(0, 1024, (2, 15, 19, 3)).astype(np.uint16)
    run = FrameSim(config.output).restore(frames)
    assert run.cycles_per_frame == design.ideal_cycles == 15 * 19
    want = [reference(config.output, frame) for frame in frames]
    assert np.array_equal(run.frames, np.stack(want))


@pytest.mark.parametrize(
    ("kind", "coding"),
    [(FrameKind.RGB, Coding(16, 235, 8)), (FrameKind.LUMA, Coding(256, 4000, 12))],
    ids=["rgb of 8 bits", "luma of 12 bits"],
)
def test_a_network_is_built_for_what_it_tells(config, random_net, run_qonnx, rng, kind, coding):
    told = {"kind": kind.value, "bits": coding.bits}
    network = random_net(4, 1, 15, 19, colours=kind.channels, coding=coding, told=told)
    network.save(str(config.onnx))
    design = build(replace(config, raw_width=19, raw_height=15))
    assert (design.x.kind, design.x.coding, design.packed_shape) == (kind, coding, (15, 19))
    assert {wire.name: wire.bits for wire in design.streams}["x"] == kind.channels * coding.bits
    frames = rng.integers(0, coding.top, (2, 15, 19, kind.channels), endpoint=True)
    frames = frames.astype(np.uint16)
    want = np.stack([run_qonnx(network, frame) for frame in frames])
    assert want.max() == coding.top  # the codes are used to their ends
    assert np.array_equal([reference(config.output, frame) for frame in frames], want)
    assert np.array_equal(FrameSim(config.output).restore(frames, 0.3, 0.3).frames, want)


def test_a_single_frame_runs_at_its_rate(config, codes):
    design = build(config)
    frame = codes(15, 19)
    run = FrameSim(config.output).restore(frame[None])
    assert run.frames.shape == (1, 15, 19, 4)
    assert np.array_equal(run.frames[0], reference(config.output, frame))
    assert run.cycles_per_frame == design.ideal_cycles


def test_design_folder_is_complete_and_reproducible(config):
    design = build(config)
    assert read_design(config.output) == design
    assert sum(1 for _ in (config.output / "intermediate").iterdir()) == 6
    again = replace(config, output=config.output.with_name("again"))
    assert build(again) == design
    for path in sorted((config.output / "rtl").iterdir()):
        assert (again.output / "rtl" / path.name).read_bytes() == path.read_bytes()
    graphs = [(folder / "graph.onnx").read_bytes() for folder in (config.output, again.output)]
    assert graphs[0] == graphs[1]


def test_a_second_build_returns_at_once(config, monkeypatch):
    design = build(config)
    monkeypatch.setattr(build_module, "_build", None)
    assert build(config) == design


def test_a_design_with_a_vendor_project_is_not_replaced(config):
    build(config)
    (config.output / "vivado").mkdir()
    assert build(config) == read_design(config.output)
    with pytest.raises(FlowError, match="design/vivado is of another design; name another folder"):
        build(replace(config, raw_width=40))
    assert read_design(config.output).width == config.raw_width


def test_another_request_replaces_the_design(config):
    build(config)
    wider = build(replace(config, raw_width=40))
    assert wider.width == 40
    assert read_design(config.output) == wider


def test_a_failed_build_leaves_nothing(config, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(build_steps, "rtl_top", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build(config)
    assert sorted(path.name for path in config.output.parent.iterdir()) == ["random.onnx"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"raw_width": 39}, "a Bayer frame of 39x30 pixels must be even both ways"),
        ({"raw_width": 2}, r"Window_0: frames of 1x15 pixels do not fit: window"),
        ({"fps": 1e9}, "1e\\+09 frames per second of 38x30 pixels are not possible"),
        ({"fps": 0.0}, "0 frames per second"),
    ],
)
def test_bad_requests_are_refused_and_leave_nothing(config, change, sentence):
    with pytest.raises(FlowError, match=sentence):
        build(replace(config, **change))
    assert not config.output.exists()


def test_a_missing_network_is_named(config):
    with pytest.raises(FlowError, match=r"nowhere.onnx: No such file"):
        build(replace(config, onnx=config.onnx.with_name("nowhere.onnx")))


def test_a_folder_with_something_else_in_it_is_kept(config):
    config.output.mkdir()
    (config.output / "thesis.tex").write_text("precious")
    with pytest.raises(FlowError, match="exists and is no design folder"):
        build(config)
    assert (config.output / "thesis.tex").read_text() == "precious"


def test_frames_of_another_size_are_refused(config, codes):
    build(config)
    with pytest.raises(
        FlowError, match=r"frames of shape \(9, 9, 4\) for stream x; the design takes \(15"
    ):
        FrameSim(config.output).restore(codes(9, 9)[None])


def test_a_damaged_design_is_named(config, codes):
    build(config)
    (config.output / "rtl/tarsier_top.sv").unlink()
    with pytest.raises(FlowError, match=r"rtl: there is no tarsier_top\.sv; delete .* and build"):
        FrameSim(config.output).restore(codes(15, 19)[None])
    for content, problem in {
        b'{"net": 1}': "key: field required",
        b"\xff": "the file: inva",
    }.items():
        (config.output / "design.json").write_bytes(content)
        with pytest.raises(FlowError, match=rf"design\.json: {problem}.*; build it again"):
            read_design(config.output)
    assert build(config) == read_design(config.output)


def test_a_fifo_that_is_too_small_is_named(config, codes):
    build(config)
    facts = json.loads((config.output / "design.json").read_text())
    small = next(fifo for fifo in facts["fifos"] if 10 < fifo["depth"] < 40)
    top = config.output / "rtl" / "tarsier_top.sv"
    text = top.read_text()
    assert f".Depth({small['depth']})" in text
    top.write_text(text.replace(f".Depth({small['depth']})", ".Depth(9)"))
    for fifo in facts["fifos"]:
        fifo["depth"] = 9 if fifo["depth"] == small["depth"] else fifo["depth"]
    (config.output / "design.json").write_text(json.dumps(facts))
    with pytest.raises(SimError, match=f"hangs.*full there: .*{small['name']} of depth 9"):
        FrameSim(config.output).restore(codes(15, 19)[None])


def test_another_finn_is_another_design(config, monkeypatch):
    before = build_module._key(config)
    monkeypatch.setattr(build_module, "VERSIONS", "finn-plus 0")
    assert build_module._key(config) != before


@pytest.mark.parametrize("output", [".", ".."])
def test_the_folder_one_is_in_is_not_replaced(config, tmp_path, monkeypatch, output):
    (tmp_path / "above" / "here").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "above" / "here")
    for folder in (tmp_path / "above", tmp_path / "above" / "here"):
        (folder / "design.json").write_text("{}")  # a damaged design may be replaced
    with pytest.raises(FlowError, match=r"holds the folder you are in, and is replaced as a whole"):
        build(replace(config, output=Path(output)))
