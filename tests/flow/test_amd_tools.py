# SPDX-License-Identifier: MIT
"""Running AMD's tools: what is missing, what fails, and that an interrupt stops them."""

import os
import time
from pathlib import Path

import pytest

from tarsier_fpga.flow.board import Platform, board_names, load_board
from tarsier_fpga.flow.design.design_facts import GRAPH, Design
from tarsier_fpga.flow.synth.amd import project as projects
from tarsier_fpga.flow.synth.amd.run_project import missing, run_project
from tarsier_fpga.flow.synth.amd.target import Tool, finn_board
from tarsier_fpga.hls.base.errors import FlowError


@pytest.fixture
def project(tmp_path):
    """project(script): a folder whose run.sh has one step, link-top, that runs `script`."""

    def make(script):
        (tmp_path / "logs").mkdir()
        text = f"echo '[3/7] link-top'\n({script}) > logs/link-top.log 2>&1 || exit 1\n"
        (tmp_path / "run.sh").write_text(f'cd "$(dirname "$0")"\n{text}')
        return tmp_path

    return make


def test_every_amd_board_has_a_tool_and_finn_knows_it():
    for board in map(load_board, board_names()):
        if board.platform is Platform.BARE:
            continue
        tool = next(tool for tool in Tool if tool.platform is board.platform)
        assert finn_board(board, tool)
        # FINN truncates the clock to whole megahertz.
        assert int(1 / (1000 / board.clock_mhz * 0.001)) == board.clock_mhz


@pytest.mark.parametrize(
    ("board", "tool", "instead"),
    [
        ("u250", "vivado", "vitis"),
        ("zcu104", "vitis", "vivado"),
        ("ulx3s-85f", "vivado", "nextpnr"),
    ],
)
def test_the_wrong_tool_names_the_right_one(board, tool, instead):
    with pytest.raises(FlowError, match=f"{board} is no .* board.*--with {instead}$"):
        finn_board(load_board(board), Tool(tool))


def test_a_project_is_of_all_that_it_is_made_from(tmp_path, monkeypatch):
    read, names = Path.read_bytes, set()
    monkeypatch.setattr(Path, "read_bytes", lambda path: names.add(path.name) or read(path))
    (tmp_path / GRAPH).write_text("a graph")
    design, board = Design.model_construct(key="0123"), load_board("zcu104")

    def finished() -> bool:
        return projects.is_finished(tmp_path, tmp_path, design, board, Tool.VIVADO)

    key = projects._key(tmp_path, design, board, Tool.VIVADO)
    assert {"graph.onnx", "shell.v.j2", "hls_top.cpp.j2", "run.sh.j2", "tarsier_window.sv"} <= names
    facts = projects.Project(
        key=key, tool="vivado", board="zcu104", clock_mhz=250, steps=(), cells={}
    )
    (tmp_path / "project.json").write_text(facts.model_dump_json())
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "deploy.done").touch()
    assert finished()
    monkeypatch.setattr(projects, "VERSIONS", "finn-plus 0")
    assert not finished()


def test_missing_programs_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert missing(Tool.VITIS) == ["vivado", "vitis-run or vitis_hls", "v++"]
    for name in ("vivado", "vitis_hls"):
        (tmp_path / name).touch(mode=0o755)
    assert missing(Tool.VIVADO) == []


def test_the_tools_own_errors_are_passed_on(project):
    said = "ERROR: [Common 17-345] A valid license was not found for feature 'Synthesis'"
    folder = project(f'echo much; echo "{said}"; echo more; exit 1')
    with pytest.raises(FlowError) as caught:
        run_project(folder, lambda step, fraction: None)
    log, command = folder / "logs" / "link-top.log", f"bash {folder}/run.sh"
    assert str(caught.value) == f"link-top failed; {log} says\n{said}\nrepeat it with: {command}"


def test_a_killed_tool_is_said_to_have_wanted_memory(project):
    with pytest.raises(FlowError, match="link-top failed for want of memory"):
        run_project(project("bash -c 'kill -9 $$'; echo Killed; exit 137"), lambda *_: None)


def test_progress_names_the_step(project):
    shown = []
    run_project(project("true"), lambda *news: shown.append(news))
    assert shown == [("link-top", 2 / 7)]


def test_an_interrupt_stops_the_tools(project):
    folder = project("echo $$ > pid; exec sleep 100")

    def interrupt(*_):
        while not (folder / "pid").is_file() or not (folder / "pid").read_text():
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_project(folder, interrupt)
    for _ in range(200):
        try:
            os.killpg(os.getpgid(int((folder / "pid").read_text())), 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    pytest.fail("the tool is still running")
