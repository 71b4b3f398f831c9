# SPDX-License-Identifier: MIT
"""The loop: resumable to the bit, stops on NaN, leaves whole files."""

import csv
import json
import os
import re
import signal
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from tarsier_fpga.camera.read import camera_frame
from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.data.psnr import psnr_db
from tarsier_fpga.training.facts.checkpoint import read_net
from tarsier_fpga.training.facts.codes import to_codes
from tarsier_fpga.training.facts.paths import config_file
from tarsier_fpga.training.facts.recipe import CropRule, Recipe, Schedule, read
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.loop.train import open_source, train
from tarsier_fpga.training.loop.training_run import Run, learning_rate
from tarsier_fpga.training.networks.network import load

PLAN = Recipe(
    name="tiny",
    net=NetSpec("bbcu", channels=4, units=2),
    schedule=Schedule(iterations=6, warmup=2, save_every=3),
    photographs="-",
    crop=CropRule(batch=2, size=12),
)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def photos(rng):
    return [rng.integers(0, 256, (32, 40, 3), np.uint8) for _ in range(3)]


def weights(folder):
    return read_net(folder / "tiny.safetensors").tensors


def test_resumed_equals_uninterrupted(tmp_path, photos, monkeypatch):
    train(PLAN, photos, tmp_path / "straight")

    def interrupt_after_four(self, advance=Run.advance):
        loss = advance(self)
        if self.step == 4:
            os.kill(os.getpid(), signal.SIGINT)
        return loss

    monkeypatch.setattr(Run, "advance", interrupt_after_four)
    with pytest.raises(KeyboardInterrupt):
        train(PLAN, photos, tmp_path / "resumed")
    monkeypatch.undo()
    assert not (tmp_path / "resumed/tiny.safetensors").exists()
    train(PLAN, photos, tmp_path / "resumed")

    straight, resumed = weights(tmp_path / "straight"), weights(tmp_path / "resumed")
    assert all(torch.equal(straight[name], resumed[name]) for name in straight)
    assert list(tmp_path.rglob(".*")) == []


@pytest.mark.parametrize(("form", "last"), [("hardware", 1), ("hardware", 4), ("float", 5)])
def test_killed_at_any_step_it_ends_the_same(tmp_path, photos, monkeypatch, last, form):
    # Killed without a chance to save: all since the last checkpoint is done again, and averaged.
    spec = replace(PLAN.net, form=form, version="V4" if form == "hardware" else "V1")
    plan = replace(PLAN, net=spec, schedule=replace(PLAN.schedule, ema=0.5))
    train(plan, photos, tmp_path / "straight")

    def die(self, advance=Run.advance):
        if self.step == last:
            raise RuntimeError("killed")
        return advance(self)

    monkeypatch.setattr(Run, "advance", die)
    with pytest.raises(RuntimeError):
        train(plan, photos, tmp_path / "resumed")
    monkeypatch.undo()
    train(plan, photos, tmp_path / "resumed")

    straight, resumed = weights(tmp_path / "straight"), weights(tmp_path / "resumed")
    assert straight.keys() == resumed.keys()
    assert all(torch.equal(straight[name], resumed[name]) for name in straight)


def test_out_of_time_it_leaves_a_net_and_resumes_to_the_bit(tmp_path, photos, capsys):
    train(PLAN, photos, tmp_path / "straight")
    for done in (1, 2):
        train(PLAN, photos, tmp_path / "pieces", minutes=1e-9)
        wanted = f"tiny: out of time at step {done} of 6; the same command resumes"
        assert wanted in capsys.readouterr().err
        assert weights(tmp_path / "pieces").keys() == weights(tmp_path / "straight").keys()
    capsys.readouterr()
    train(
        replace(PLAN, name="whole", schedule=Schedule(iterations=1)), photos, tmp_path, minutes=1e-9
    )
    assert "out of time" not in capsys.readouterr().err
    train(PLAN, photos, tmp_path / "pieces")

    straight, pieces = weights(tmp_path / "straight"), weights(tmp_path / "pieces")
    assert all(torch.equal(straight[name], pieces[name]) for name in straight)


def test_a_log_holds_the_speed_and_the_time_left(tmp_path, photos, capsys, monkeypatch):
    monkeypatch.setattr("tarsier_fpga.training.loop.train.LOG_EVERY", 3)
    train(PLAN, photos, tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"tiny: step 3 of 6, .* dB, .* steps/s, \d:\d\d:\d\d left", lines[0])
    assert lines[-1].startswith("tiny: step 6 of 6, ") and lines[-1].endswith(" 0:00:00 left")


def test_history_is_continued_after_the_checkpoint(tmp_path, photos, monkeypatch):
    monkeypatch.setattr("tarsier_fpga.training.loop.train.LOG_EVERY", 2)

    def die(self, advance=Run.advance):
        if self.step == 5:
            raise RuntimeError("killed")
        return advance(self)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(Run, "advance", die)
        train(PLAN, photos, tmp_path)
    train(PLAN, photos, tmp_path)
    with (tmp_path / "tiny.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == [2, 4, 6]
    assert (tmp_path / "tiny.png").read_bytes().startswith(b"\x89PNG")
    assert list((tmp_path / "tensorboard" / "tiny").glob("events.out.tfevents.*"))


def test_deployed_net_computes_what_was_trained(tmp_path, photos):
    net = train(PLAN, photos, tmp_path).eval()
    codes = torch.randint(0, 1024, (1, 4, 16, 16)).float()
    with torch.no_grad():
        assert torch.equal(load(tmp_path / "tiny.safetensors")(codes), net(codes))


def test_nan_stops_with_the_step_and_the_last_good_checkpoint(tmp_path, photos, monkeypatch):
    def poisoned(self, step, batch=Run.batch):
        degraded, clean = batch(self, step)
        return (degraded * float("nan") if step == 4 else degraded), clean

    monkeypatch.setattr(Run, "batch", poisoned)
    with pytest.raises(TrainingError, match=r"loss is nan at step 4; .*tiny\.pt"):
        train(PLAN, photos, tmp_path)
    run = Run(PLAN, photos, tmp_path)
    run.resume()
    assert run.step == 3


def test_another_recipe_does_not_resume(tmp_path, photos):
    Run(PLAN, photos, tmp_path).save()
    other = replace(PLAN, seed=9)
    with pytest.raises(TrainingError, match="made by another version of this config"):
        train(other, photos, tmp_path)


def test_a_run_of_before_photographs_could_be_left_out_resumes(tmp_path, photos):
    run = Run(PLAN, photos, tmp_path)
    run.save()
    state = torch.load(run.state_file)
    recipe = json.loads(state["recipe"])
    assert recipe.pop("leave_out") == []
    torch.save(state | {"recipe": json.dumps(recipe)}, run.state_file)
    Run(PLAN, photos, tmp_path).resume()
    with pytest.raises(TrainingError, match="made by another version of this config"):
        Run(replace(PLAN, leave_out=("a",)), photos, tmp_path).resume()


def test_photographs_that_are_scored_on_are_left_out(tmp_path, rng, monkeypatch):
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path / "cache"))
    (tmp_path / "set").mkdir()
    pictures = {name: rng.integers(0, 256, (24, 24, 3), np.uint8) for name in "abc"}
    for name, picture in pictures.items():
        Image.fromarray(picture).save(tmp_path / f"set/{name}.png")
    plan = replace(PLAN, photographs="set", leave_out=("b",))
    kept = open_source(plan, tmp_path, camera_frame)
    assert [picture.tolist() for picture in kept] == [pictures[n].tolist() for n in "ac"]
    wrong = replace(plan, leave_out=("b", "d"))
    with pytest.raises(TrainingError, match=r"leave_out names d, but .*set has no image of that"):
        open_source(wrong, tmp_path, camera_frame)


def test_a_damaged_checkpoint_is_named(tmp_path, photos):
    (tmp_path / "tiny.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(TrainingError, match=r"tiny\.pt is no checkpoint"):
        train(PLAN, photos, tmp_path)


def test_rate_warms_up_and_falls():
    plan = Schedule(iterations=100, rate=1.0, warmup=10, floor=0.1)
    rates = [learning_rate(plan, step) for step in range(plan.iterations)]
    assert rates[:10] == [(k + 1) / 10 for k in range(10)]
    assert rates[10] == 1.0
    assert rates[99] == pytest.approx(0.1, abs=1e-3)
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_rate_halves_where_the_paper_s_does():
    plan = Schedule(iterations=100, rate=1.0, warmup=1, halve_at=(20, 50))
    assert [learning_rate(plan, step) for step in (0, 19, 20, 49, 50, 99)] == [
        1,
        1,
        0.5,
        0.5,
        0.25,
        0.25,
    ]


def test_psnr_is_of_every_sample():
    clean = torch.full((2, 4, 8, 8), 0.5)
    restored = clean + torch.tensor([0.1, 0.01]).view(2, 1, 1, 1)
    assert psnr_db(restored, clean).tolist() == pytest.approx([20, 40], abs=0.01)
    assert psnr_db(clean, clean, floor=1e-7).tolist() == pytest.approx([70, 70], abs=0.01)


def test_thresholds_start_inside_the_residuals(tmp_path, photos):
    run = Run(PLAN, photos, tmp_path)
    with torch.no_grad():
        r = run.net.first_residual(to_codes(run.batch(0)[0]))
        for unit in run.net.body:
            bits = unit.sign(r + unit.threshold)
            mixed = bits.amin(dim=(0, 2, 3)) < bits.amax(dim=(0, 2, 3))
            constant = r.amin(dim=(0, 2, 3)) == r.amax(dim=(0, 2, 3))
            assert bool((mixed | constant).all())
            r = unit(r)


def test_red_is_not_trained():
    with pytest.raises(
        TrainingError, match="red: RED is here to be counted and timed, not trained"
    ):
        open_source(read(config_file("red")), None, camera_frame)
