# SPDX-License-Identifier: MIT
"""Builds give the same bytes whatever came between: an interrupt, another build, another cache."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tarsier_fpga.flow import build_steps
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build

pytestmark = pytest.mark.slow  # each test compiles a design

_BUILD = """
import sys
from pathlib import Path
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
build(BuildConfig(Path(sys.argv[1]), load_board("zcu104"), 38, 30, None, Path(sys.argv[2])))
"""


@pytest.fixture
def config(random_net, tmp_path, monkeypatch) -> BuildConfig:
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path / "cache"))
    onnx = tmp_path / "random.onnx"
    random_net(channels=4, units=1, height=9, width=9).save(str(onnx))
    return BuildConfig(onnx, load_board("zcu104"), 38, 30, None, tmp_path / "design")


def content(folder: Path) -> dict[str, bytes]:
    """What a design is, by file name; the graphs between its steps hold sets in any order."""
    files = [folder / "design.json", folder / "graph.onnx", *(folder / "rtl").iterdir()]
    return {path.name: path.read_bytes() for path in files}


def test_a_build_interrupted_at_any_step_goes_on_there(config, tmp_path, monkeypatch):
    ran = []

    def counted(step):
        def make(model, plan):
            ran.append(step.name)
            return step.make(model, plan)

        return replace(step, make=make)

    def interrupted(*_):
        raise KeyboardInterrupt

    def use(steps):
        monkeypatch.setattr(build_steps, "_STEPS", tuple(steps[:-1]))
        monkeypatch.setattr(build_steps, "_FIFOS", steps[-1])

    steps = [counted(step) for step in (*build_steps._STEPS, build_steps._FIFOS)]
    for n, step in enumerate(steps):
        use([*steps[:n], replace(step, make=interrupted), *steps[n + 1 :]])
        with pytest.raises(KeyboardInterrupt):
            build(config)
        assert not config.output.exists()
    use(steps)
    build(config)
    assert ran == [step.name for step in steps]  # each once
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path / "other"))
    build(BuildConfig(config.onnx, config.board, 38, 30, None, tmp_path / "straight"))
    assert content(config.output) == content(tmp_path / "straight")


def test_builds_at_once_do_not_disturb_each_other(config, tmp_path):
    folders = [tmp_path / name for name in ("one", "two")]
    jobs = [
        subprocess.Popen([sys.executable, "-c", _BUILD, config.onnx, folder]) for folder in folders
    ]
    assert [job.wait() for job in jobs] == [0, 0]
    build(config)
    for folder in folders:
        assert content(folder) == content(config.output)
