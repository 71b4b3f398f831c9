# SPDX-License-Identifier: MIT
"""tarsier bench of networks on pictures: what it scores, compares and refuses."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tarsier_fpga.bench.bench_facts import Bench, Machine
from tarsier_fpga.bench.bench_table import quality_sentence
from tarsier_fpga.bench.contender import Contender, Frames
from tarsier_fpga.bench.picture_scene import PictureScene
from tarsier_fpga.hls.base.coding import BYTE, Coding, FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.jobs.bench_scene import bench_scene
from tarsier_fpga.jobs.contenders import check_beside
from tarsier_fpga.picture.degrade import degraded, said
from tarsier_fpga.picture.photo import Photo
from tarsier_fpga.picture.png import photo_png
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks.network import build
from tarsier_fpga.training.score.picture_scores import score
from tests.boards.design_stand_in import design_facts
from tests.boards.test_cli import refused, tarsier
from tests.boards.test_eval_integers import SPECS, exported

SETTINGS = {"rgb": 25, "jpeg": 10, "sr": 2}


def parent(task: Task, scale: int = 1) -> NetSpec:
    return NetSpec("parent", 1, 1, task=task, scale=scale)


def contender(spec: NetSpec | None, module=None, **facts) -> Contender:
    return Contender("n", module or torch.nn.Identity(), Frames.COLOUR, True, spec=spec, **facts)


@pytest.fixture
def image(rng) -> np.ndarray:
    return rng.integers(0, 256, (9, 12, 3), np.uint8).repeat(6, 0).repeat(6, 1)


@pytest.mark.parametrize("task", SPECS)
def test_a_network_has_the_score_that_papers_give_it(image, task):
    spec = SPECS[task]
    torch.manual_seed(3)
    net = build(spec).eval()
    scene = PictureScene(image, spec.task, SETTINGS[task])
    wanted = score(net, spec, {"p": image}, SETTINGS[task], "set").psnr_db
    found = contender(spec, net).psnr(scene, "cpu", torch.float32)
    assert found == round(wanted, 2)
    before = score(None, spec, {"p": image}, SETTINGS[task], "set").psnr_db
    assert scene.psnr_before_db == round(before, 2)


@pytest.mark.parametrize("coding", [BYTE, Coding(16, 235, 8), Coding(256, 1021, 11)])
def test_a_network_of_integers_gets_the_codes_that_it_takes(image, coding):
    """A network that does nothing leaves what the codes hold of the picture, in its own levels."""
    seen = []

    class Watching(torch.nn.Module):
        def forward(self, codes):
            seen.append(codes)
            return codes

    scene = PictureScene(image, Task.RGB, 1)
    net = contender(parent(Task.RGB), Watching(), codes=(coding, coding), align=8)
    views = scene.seen(net.values(), net.spec).views
    (codes,) = seen
    assert codes.shape == (1, 3, 56, 72)
    assert torch.equal(codes, codes.round())
    assert (codes.min() >= 0, codes.max() <= coding.top) == (True, True)
    levels = (codes[0, :, :54].permute(1, 2, 0).numpy() - coding.black) / coding.span * 255
    assert np.array_equal(views["after"], np.rint(levels.clip(0, 255).astype(np.float64)))
    assert np.array_equal(views["reference"], image)


def test_pictures_of_a_scene_have_one_size(image):
    torch.manual_seed(3)
    spec = SPECS["sr"]
    scene = PictureScene(image[:53], Task.SR, 2)
    views = scene.seen(contender(spec, build(spec).eval()).values(), spec).views
    assert {view.shape for view in views.values()} == {(52, 72, 3)}


def test_who_has_learned_nothing_or_something_else_has_no_score(image):
    scene = PictureScene(image, Task.RGB, 25)
    same = contender(parent(Task.RGB))
    assert replace(same, trained=False).psnr(scene, "cpu", torch.float32) is None
    for spec in (None, parent(Task.SR, 2)):
        assert contender(spec).psnr(scene, "cpu", torch.float32) is None
    assert same.psnr(scene, "cpu", torch.float32) > 20


@pytest.mark.parametrize(
    ("first", "other", "sentence"),
    [
        (None, parent(Task.SR, 2), "raw frames or pictures of their size beside n, not sr"),
        (parent(Task.SR, 2), parent(Task.SR, 4), "task sr, scale 2, not of task sr, scale 4"),
        (parent(Task.RGB), None, "task rgb, scale 1, not of raw frames"),
        (parent(Task.JPEG), parent(Task.RGB), "task jpeg, scale 1, not of task rgb, scale 1"),
    ],
)
def test_others_must_do_the_same(first, other, sentence):
    with pytest.raises(HostError, match=f"config: .*{sentence}"):
        check_beside(contender(first), contender(other), "config")


def test_pictures_of_their_size_may_stand_beside_raw_frames():
    check_beside(contender(None), contender(parent(Task.RGB)), "config")


@pytest.mark.parametrize(
    ("spec", "setting", "sentence"),
    [
        (None, 25, "--setting 25 is for networks on pictures, and net takes raw frames"),
        (parent(Task.RGB), 0, "--setting 0 must be 1 to 255 for n"),
        (parent(Task.JPEG), 101, "--setting 101 must be 1 to 100 for n"),
        (parent(Task.SR, 2), 4, "--setting 4: n enlarges 2 times"),
    ],
)
def test_a_setting_must_suit_the_network(spec, setting, sentence):
    with pytest.raises(HostError, match=sentence):
        bench_scene(contender(spec), design_facts(24, 32, net="net"), None, setting)


def test_a_picture_that_is_too_small_is_refused(tmp_path):
    path = tmp_path / "small.png"
    path.write_bytes(photo_png(Photo("small", np.zeros((20, 64, 3), np.uint8))))
    with pytest.raises(
        HostError, match=r"small\.png is 64 x 20, and its sides must be at least 34"
    ):
        bench_scene(contender(parent(Task.SR, 2)), design_facts(24, 32), path, None)


def test_what_psnr_is_of_is_said():
    machine = Machine(date="2026-01-02T03:04:05", cpu="a CPU", threads=2, torch="2.13")
    facts = {"net": "n", "board": "zcu104", "machine": machine, "rows": ()}
    assert quality_sentence(Bench(**facts)) == "PSNR on the built-in frame."
    found = Bench(**facts, scene="a photograph; JPEG of quality 10", psnr_before_db=27.5)
    assert quality_sentence(found) == "PSNR on: a photograph; JPEG of quality 10, 27.50 dB before."


@pytest.mark.parametrize(
    ("kind", "times", "words"),
    [
        (FrameKind.RGB, 1, "Gaussian noise, sigma 25"),
        (FrameKind.LUMA, 1, "JPEG of quality 10"),
        (FrameKind.RGB, 4, "shrunk bicubically 4 times"),
    ],
)
def test_pictures_are_degraded_as_networks_are_for(image, kind, times, words):
    given, truth = degraded(Photo("p", image), kind, times)
    assert said(kind, times) == words
    assert truth.pixels.shape == (54 // times * times, 72 // times * times, 3)
    assert given.pixels.shape == (54 // times, 72 // times, 3)
    assert not np.array_equal(given.pixels, truth.pixels)


@pytest.mark.slow
@pytest.mark.parametrize("task", ["jpeg", "sr"])
def test_a_design_of_pictures_is_benched(tmp_path, task):
    onnx, design = exported(task, tmp_path), tmp_path / "design"
    target = ["--board", "zcu104", "--size", "40x32", "-o", design]
    done = tarsier("build", onnx, *target)
    assert done.returncode == 0, done.stderr
    ask = ["--net", onnx, "--sizes", "own", "--runs", 3, "--no-compile"]
    done = tarsier("bench", design, *ask)
    assert (done.returncode, done.stderr) == (0, "")
    bench = Bench.model_validate_json((design / "bench.json").read_text())
    chip, engine, gpu, cpu = bench.rows
    found = (chip.place, engine.device, gpu.place, cpu.precision)
    assert found == ("chip", "CPU, Tarsier", "gpu", "fp32 eager")
    assert chip.psnr_db == engine.psnr_db == cpu.psnr_db
    assert bench.kind == SPECS[task].task.frame
    assert bench.scale == SPECS[task].scale
    assert bench.scene.startswith("Photograph: china.jpg")
    page = (design / "report.html").read_text()
    assert "One line of the picture" in page
    assert "sensor" not in page.split("<script>")[0]
    assert ("40 × 32 to 80 × 64" in page) == (task == "sr")
    refused(tarsier("bench", design, *ask, "--also", "dncnn-lite"), "the bench takes networks of")
