# SPDX-License-Identifier: MIT
"""Builds give the same bytes whatever came between: an interrupt, another build, another cache."""

import subprocess
import sys
from pathlib import Path

import pytest

from tarsier_fpga.flow import build as build_module
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

    def counted(name, step):
        def run(model, plan):
            ran.append(name)
            return step(model, plan)

        return run

    def interrupted(*_):
        raise KeyboardInterrupt

    steps = {name: counted(name, step) for name, step in build_module._STEPS.items()}
    for name in steps:
        monkeypatch.setattr(build_module, "_STEPS", steps | {name: interrupted})
        with pytest.raises(KeyboardInterrupt):
            build(config)
        assert not config.output.exists()
    monkeypatch.setattr(build_module, "_STEPS", steps)
    build(config)
    assert ran == list(steps)  # each once
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
