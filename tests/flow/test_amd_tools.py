# SPDX-License-Identifier: MIT
"""Running AMD's tools: what is missing, what fails, and that an interrupt stops them."""

import os
import time
from pathlib import Path

import pytest
import yaml

from tarsier_fpga.flow.board import Platform, board_names, load_board
from tarsier_fpga.flow.design.design_facts import GRAPH, Design
from tarsier_fpga.flow.synth.amd import project as projects
from tarsier_fpga.flow.synth.amd.run_project import run_project
from tarsier_fpga.flow.synth.amd.target import board_files, finn_board, finn_folder
from tarsier_fpga.flow.synth.amd.tool import Tool, missing
from tarsier_fpga.flow.synth.backend import find_backend, write_project
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.progress import silent


@pytest.fixture
def project(tmp_path):
    """project(script): a folder whose run.sh has one step, link-top, that runs `script`."""

    def make(script):
        (tmp_path / "logs").mkdir()
        text = f"echo '[3/7] link-top'\n({script}) > logs/link-top.log 2>&1 || exit 1\n"
        (tmp_path / "run.sh").write_text(f'cd "$(dirname "$0")"\n{text}')
        return tmp_path

    return make


def test_finn_builds_for_every_board_that_names_its_own():
    for board in map(load_board, board_names()):
        if board.finn or board.platform is Platform.ALVEO:
            assert finn_board(board) in (board.finn, "U250", "U280")
            # FINN truncates the clock to whole megahertz.
            assert int(1 / (1000 / board.clock_mhz * 0.001)) == board.clock_mhz


def test_a_board_without_a_name_of_finns_is_the_only_one_with_its_device():
    kr260, z_turn = load_board("kr260"), load_board("z-turn")
    assert (kr260.finn, finn_board(kr260)) == (None, "KV260_SOM")
    assert board_files(kr260, "KV260_SOM") == board_files(load_board("kv260"), "KV260_SOM")
    sentence = "FINN has no z-turn, .* name as finn in its TOML .* is the same, Pynq-Z1 or Pynq-Z2$"
    with pytest.raises(FlowError, match=sentence):
        finn_board(z_turn)
    assert finn_board(z_turn.model_copy(update={"finn": "Pynq-Z2"})) == "Pynq-Z2"
    with pytest.raises(FlowError, match=r"FINN has no board ZCU104 with xc7z020clg400-1, "):
        finn_board(z_turn.model_copy(update={"finn": "ZCU104"}))


@pytest.mark.parametrize("name", ["pynq-z1", "pynq-z2", "ultra96-v2", "kv260", "aup-zu3"])
def test_board_files_are_those_that_finn_pins(name):
    board = load_board(name)
    path = finn_folder() / "interface" / "external_dependencies.yaml"
    listed = yaml.safe_load(path.read_text())
    pinned = listed["boardfile_deps"] | listed["direct_download_deps"]
    (source,) = board_files(board, board.finn)
    (facts,) = [
        facts
        for facts in pinned.values()
        if source.url == facts["url"] and (source.commit == facts.get("commit", ""))
    ]
    assert source.subdirectory == facts.get("subdirectory", ".")


@pytest.mark.parametrize(
    ("board", "tool", "sentence"),
    [
        (
            "u250",
            "vivado",
            "u250 .xcup. is an Alveo card: for it there is --with vitis, which makes",
        ),
        ("zcu104", "vitis", "zcu104 .xcup. is a Zynq board: for it there is --with vivado, which"),
        (
            "ulx3s-85f",
            "vivado",
            "ulx3s-85f .ecp5. is a bare board,.*: for it there is --with nextpnr, ",
        ),
        (
            "arty-a7-100",
            "vivado",
            "vivado makes bitstreams for Zynq boards, and arty-a7-100 .xc7. is a bare board,"
            " without a processor or a card's shell: for it there is --with yosys, which"
            " counts what a design takes of AMD's devices$",
        ),
    ],
)
def test_the_wrong_tool_names_the_right_one(tmp_path, board, tool, sentence):
    with pytest.raises(FlowError, match=sentence):
        write_project(find_backend(tool), tmp_path, load_board(board), silent)
    assert not list(tmp_path.iterdir())


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
        key=key, tool="vivado", board="zcu104", clock_mhz=250, steps=(), cells={}, ports=()
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
        run_project(folder, silent)
    log, command = folder / "logs" / "link-top.log", f"bash {folder}/run.sh"
    assert str(caught.value) == f"link-top failed; {log} says\n{said}\nrepeat it with: {command}"


def test_a_killed_tool_is_said_to_have_wanted_memory(project):
    with pytest.raises(FlowError, match="link-top failed for want of memory"):
        run_project(project("bash -c 'kill -9 $$'; echo Killed; exit 137"), silent)


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
