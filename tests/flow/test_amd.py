# SPDX-License-Identifier: MIT
"""Projects for Vivado and Vitis, run to their end by models of the tools, which check them.

The models execute every Tcl script, refuse what is not there, and let every stream be connected
once; see amd/.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.devices.deploy import read_deploy
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.design.design_facts import GRAPH
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.widths import adapt_widths, insert_fifos, specialize
from tarsier_fpga.flow.synth.amd.project import read_project
from tarsier_fpga.flow.synth.amd.run_project import run_project
from tarsier_fpga.flow.synth.amd.tool import Tool
from tarsier_fpga.flow.synth.amd.vendor_build import build, write
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.progress import silent
from tests.flow.amd.vivado import Vivado
from tests.flow.paced import folded
from tests.flow.small_design import write_design
from tests.flow.unequal import enlarging, hardware, two_each_way
from tests.networks.recurrent import FIRST, recurrent

pytest.importorskip("tkinter", reason="its Tcl executes the scripts: install python3-tk")
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NET = ROOT / "training" / "nets" / "bbcu-raw-16x8.onnx"
SUFFIXES = {"vivado": ".bit", "vitis": "-0.xclbin"}
BOARDS = {"vivado": "zcu104", "vitis": "u250"}
CORE = "finn/vivado_stitch_proj"  # of the network, without its DMAs
FAULTS = tomllib.loads((ROOT / "tests" / "flow" / "amd" / "faults.toml").read_text())
HEADERS = ("bnn-library.h", "dma.h", "streamtools.h")  # that FINN's DMAs include


@pytest.fixture(scope="module")
def design(tmp_path_factory) -> Path:
    """The shipped network on a small frame, folded; one of its layers in C++, two FIFOs."""
    prepare_finn()
    folder, board = tmp_path_factory.mktemp("design"), load_board("zcu104")
    model = set_frame(lower(ingest(read_qonnx(NET))), 24, 32)
    model = folded(model, 8, constant=False)
    getCustomOp(model.get_nodes_by_op_type("TarsierRequant")[0]).set_nodeattr(
        "preferred_impl_style", "hls"
    )
    model = adapt_widths(specialize(model, board.part), board.part)
    adds = model.get_nodes_by_op_type("TarsierResidualAdd_rtl")
    model = insert_fifos(model, {adds[0].input[0]: 700, adds[1].output[0]: 16}, board.part)
    write_design(model, board, "bbcu-raw-16x8", folder)
    return folder


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    """An environment whose tools are the models."""
    folder = tmp_path_factory.mktemp("tools")
    for name in ("vivado", "vitis-run", "v++"):
        command = f"{sys.executable} -m tests.flow.amd.tool {name}"
        (folder / name).write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {command} "$@"\n')
        (folder / name).chmod(0o755)
    library = folder / "deps" / "finn-hlslib"
    library.mkdir(parents=True)
    for name in HEADERS:
        (library / name).touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("FINN_DEPS", str(folder / "deps"))
        yield


@pytest.fixture(scope="module")
def written(design, tmp_path_factory):
    """Projects by tool, as a dry run writes them."""
    home = tmp_path_factory.mktemp("projects")
    for tool, board in BOARDS.items():
        out = home / tool
        write(design, load_board(board), out, silent, Tool(tool))
    return home


@pytest.fixture(scope="module")
def finished(written, tools, tmp_path_factory):
    """Both projects, moved to another folder and run to their end."""
    home = tmp_path_factory.mktemp("moved")
    for tool in BOARDS:
        shutil.copytree(written / tool, home / tool)
        run_project(home / tool, silent)
    return home


def test_no_file_names_this_machine(written):
    machine = re.compile(
        rf"{written}|{sys.prefix}|{ROOT}|{Path.home()}/|/elsewhere|/somewhere".encode()
    )
    files = [path for path in written.rglob("*") if path.is_file()]
    assert len(files) > 100
    assert [path for path in files if machine.search(path.read_bytes())] == []


def test_the_same_design_gives_the_same_bytes(design, written, tmp_path):
    write(design, load_board("zcu104"), tmp_path / "again", silent, Tool.VIVADO)
    first = {
        path.relative_to(written / "vivado"): path.read_bytes()
        for path in (written / "vivado").rglob("*")
        if path.is_file()
    }
    again = {
        path.relative_to(tmp_path / "again"): path.read_bytes()
        for path in (tmp_path / "again").rglob("*")
        if path.is_file()
    }
    assert again == first


@pytest.mark.parametrize(
    ("tool", "files", "lut"),
    [
        ("vivado", ["bitfile/finn-accel.bit", "bitfile/finn-accel.hwh"], 40000),
        ("vitis", ["bitfile/finn-accel-0.xclbin"], 39000),  # the shell of a card is not ours
    ],
)
def test_a_moved_project_ends_in_a_package_and_facts(design, finished, tmp_path, tool, files, lut):
    deploy = finished / tool / "deploy"
    found = sorted(str(p.relative_to(deploy)) for p in deploy.rglob("*") if p.is_file())
    assert found == [*files, "design.json", "driver/settings.json"]
    board = load_board(BOARDS[tool])
    facts = build(design, board, finished / tool, silent, Tool(tool))
    assert (facts.lut, facts.power_w, facts.fits) == (lut, 4.125, True)
    assert facts.fmax_mhz == (263.2 if tool == "vivado" else 250.0)
    assert {(part.name, part.stage, part.lut) for part in facts.layers} == {
        ("window_0", "head", 200),
        ("xnor_dot_0", "body1", 1900),
    }
    assert facts.files == tuple(f"{tool}/deploy/{name}" for name in files)
    assert len(facts.hls) == 3  # two DMAs and the layer in C++


def test_what_is_done_is_not_repeated(finished):
    steps = []
    run_project(finished / "vivado", lambda step, fraction, note="": steps.append(step))
    assert steps == []


@pytest.mark.parametrize("place", [".", "some/board"])
def test_what_is_fetched_lies_where_the_scripts_look(written, tmp_path, place):
    """The function of run.sh, on a repository of this machine."""
    git = ["git", "-C", str(tmp_path / "origin"), "-c", "user.name=t", "-c", "user.email=t"]
    (tmp_path / "origin" / place).mkdir(parents=True)
    (tmp_path / "origin" / place / "dma.h").write_text("// a header\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *words], check=True)
    commit = subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip()
    (tmp_path / "deps" / "folder.fetch-4bad").mkdir(parents=True)  # of an interrupted run
    (tmp_path / "deps" / "folder.orig").mkdir()  # someone's
    call = f"fetch {tmp_path}/deps/folder {tmp_path}/origin {commit} {place}"
    bash(function(written, "fetch"), call, call)
    assert (tmp_path / "deps" / "folder" / "dma.h").read_text() == "// a header\n"
    assert {path.name for path in (tmp_path / "deps").iterdir()} == {"folder", "folder.orig"}


def test_a_step_begins_with_what_was_written(written, tmp_path):
    for name in ("ip/top.tcl", "ip/left over's.log", "ip/sol1/top.v", "top.tcl"):
        (tmp_path / "finn" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "finn" / name).touch()
    (tmp_path / "files.txt").write_text("finn/ip/top.tcl\n")
    bash(function(written, "anew"), f"top={tmp_path}; cd $top/finn/ip; anew true")
    left = {str(p.relative_to(tmp_path)) for p in (tmp_path / "finn").rglob("*") if not p.is_dir()}
    assert left == {"finn/ip/top.tcl", "finn/top.tcl"}  # the second is of another folder
    assert not (tmp_path / "finn/ip/sol1").exists()


def function(written: Path, name: str) -> str:
    """A function of run.sh."""
    text = (written / "vivado" / "run.sh").read_text()
    return re.search(rf"^{name}\(\) \{{.*?^\}}$", text, re.M | re.S)[0]


def bash(*lines: str) -> None:
    subprocess.run(["bash", "-euc", "\n".join(lines)], check=True)


def test_memories_of_hls_are_found_from_everywhere(finished):
    memories = sorted(finished.rglob("rom.v"))
    assert len(memories) == 6
    for path in memories:
        assert path.read_text() == f'initial $readmemh("{path.parent}/rom.dat", memory);\n'


def test_the_block_design_is_the_graph(design, finished, tmp_path, monkeypatch):
    """The streams between cells in Vivado are those of the netlist that is simulated."""
    folder = tmp_path / "vivado"
    shutil.copytree(finished / "vivado", folder)
    monkeypatch.setenv("FINN_BUILD_DIR", str(folder / "finn"))
    monkeypatch.setenv("FINN_RTLLIB", str(folder / "finn-rtllib"))
    monkeypatch.setenv("NUM_DEFAULT_WORKERS", "1")
    monkeypatch.chdir(folder / CORE)
    for left in ("finn_vivado_stitch_proj.xpr", "ip"):
        path = Path(left)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    vivado = Vivado()
    vivado.tcl.source("make_project.tcl")

    ours = read_project(folder).cells
    wired = set()
    for end, net in vivado.design.nets.items():
        for other in net - {end}:
            port, ends = vivado.design.port(end), (end.split("/")[0], other.split("/")[0])
            if port.kind == "axis" and port.out and "/" in end and "/" in other:
                wired.add(tuple(ours[cell] for cell in ends))
    cells = stitch(ModelWrapper(str(design / GRAPH))).cells
    reader = {c.streams[p.name]: c.name for c in cells for p in c.instance.inputs}
    writer = {c.streams[p.name]: c.name for c in cells for p in c.instance.outputs}
    inner = reader.keys() & writer.keys()
    assert wired == {(writer[s].removeprefix("u_"), reader[s].removeprefix("u_")) for s in inner}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(finished, tools, tmp_path, fault):
    planted = FAULTS[fault]
    folder = tmp_path / planted["tool"]
    shutil.copytree(finished / planted["tool"], folder)
    path, step = folder / planted["file"], planted["step"]
    text, changed = re.subn(planted["find"], planted["put"], path.read_text(), count=1)
    assert changed == 1
    path.write_text(text)
    (folder / "logs" / f"{step}.done").unlink()
    with pytest.raises(FlowError, match=rf"(?s)^{step} failed.*ERROR: .*{planted['said']}"):
        run_project(folder, silent)


def test_what_the_tools_made_of_another_design_is_left_alone(design, finished):
    bitfile = finished / "vivado" / "deploy" / "bitfile" / "finn-accel.bit"
    with pytest.raises(FlowError, match="what the tools made of another design; move it away"):
        write(design, load_board("zcu102"), finished / "vivado", silent, Tool.VIVADO)
    assert bitfile.is_file()


def test_a_folder_of_someone_else_is_left_alone(design, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(FlowError, match="is no project of tarsier synth"):
        write(design, load_board("zcu104"), tmp_path, silent, Tool.VIVADO)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_a_design_stays_in_its_family(design, tmp_path):
    with pytest.raises(FlowError, match="was built for the zcu104, whose device is of another fam"):
        write(design, load_board("pynq-z2"), tmp_path / "z2", silent, Tool.VIVADO)
    assert list(tmp_path.iterdir()) == []


def test_without_the_tools_nothing_is_written(design, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FlowError, match=r"^not on the PATH: vivado, vitis-run or vitis_hls;"):
        build(design, load_board("zcu104"), tmp_path / "vivado", silent, Tool.VIVADO)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("tool", BOARDS)
@pytest.mark.parametrize("net", [enlarging, two_each_way])
def test_every_port_gets_a_dma_for_its_own_frames(tools, tmp_path, net, tool):
    """Unequal in channels, bits, sign and size; the models of the tools run it to its end."""
    board = load_board(BOARDS[tool])
    graph = hardware(net(), board, 12, 16)
    facts = write_design(graph, board, net.__name__, tmp_path / "design")
    project = write(tmp_path / "design", board, tmp_path / tool, silent, Tool(tool))
    ports = [*facts.inputs, *facts.outputs]
    assert [port.name for port in project.ports] == [port.name for port in ports]
    assert len({port.dma for port in project.ports}) == len(ports)

    run_project(tmp_path / tool, silent)
    deployed = read_deploy(tmp_path / tool / "deploy", facts, SUFFIXES[tool])
    dmas = [*deployed.sources, *deployed.sinks]
    assert [dma.name for dma in dmas] == [port.dma for port in project.ports]
    told = (tmp_path / tool / "README.md").read_text()
    for dma, port, memory in zip(dmas, ports, project.ports, strict=True):
        height, width, channels = facts.shape(port)
        assert dma.frame_bytes == height * width * -(-channels * port.bits // 8)
        assert dma.frame_bytes * 8 % memory.bits == 0
        sign = " signed" if port.signed else ""
        assert (
            f"| {port.name} | {width} x {height} | {channels} x {port.bits} bits{sign},"
            f" {dma.frame_bytes // height // width} bytes | `{dma.name}` | {memory.bits} bits |"
        ) in told


def test_a_state_is_a_pair_of_dmas(tools, tmp_path):
    """The host hands it on; the models of the tools run the project to its end."""
    board, path = load_board("zcu104"), tmp_path / "recurrent.onnx"
    path.write_bytes(recurrent(12, 16).SerializeToString())
    graph = set_frame(lower(ingest(read_qonnx(path))), 12, 16)
    graph = adapt_widths(specialize(folded(graph, 8, constant=False), board.part), board.part)
    write_design(graph, board, "recurrent", tmp_path / "design")
    project = write(tmp_path / "design", board, tmp_path / "vivado", silent, Tool.VIVADO)
    dmas = {port.name: port.dma for port in project.ports}
    assert list(dmas) == ["x", "state_near", "state_far", "y", "next_near", "next_far"]
    assert len(set(dmas.values())) == 6
    told = (tmp_path / "vivado" / "README.md").read_text()
    for name, first in FIRST.items():
        read, written = dmas[f"state_{name}"], dmas[f"next_{name}"]
        assert f"| state_{name} | `{read}` | next_{name} | `{written}` | all {first} |" in told
    run_project(tmp_path / "vivado", silent)
