# SPDX-License-Identifier: MIT
"""A design folder is synthesized as it lies there, kernel by kernel, and can be again."""

import json
import os
import re
import signal
import stat
import time
from collections import Counter
from pathlib import Path
from threading import Timer, main_thread

import pytest

from tarsier_fpga.flow import build_steps
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig
from tarsier_fpga.flow.build import build as build_design
from tarsier_fpga.flow.design.design_facts import FifoSizing
from tarsier_fpga.flow.synth.yosys import count_design as netlist
from tarsier_fpga.flow.synth.yosys import delays
from tarsier_fpga.flow.synth.yosys import run_yosys as yosys
from tarsier_fpga.flow.synth.yosys.count_design import build
from tarsier_fpga.flow.synth.yosys.delays import Cell
from tarsier_fpga.flow.synth.yosys.sta import REGISTER, Cost
from tarsier_fpga.hls.base.errors import FlowError, ToolError
from tarsier_fpga.hls.netlist.instance import rtl_paths

ZCU104 = load_board("zcu104")


def quiet(step: str, fraction: float) -> None:
    pass


@pytest.fixture
def design(random_net, tmp_path, monkeypatch) -> Path:
    """A small design with shallow FIFOs, which are not sized by simulation."""
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path / "cache"))
    onnx = tmp_path / "random.onnx"
    random_net(channels=4, units=1, height=9, width=9).save(str(onnx))
    sizing = FifoSizing(rows=15, bits_unbounded=0, bits=0, cycles_unbounded=285, cycles=285)
    monkeypatch.setattr(build_steps, "fifo_depths", lambda model, radius, clock_mhz: ({}, sizing))
    config = BuildConfig(onnx, ZCU104, 38, 30, 250e6 / (15 * 19 * 12), tmp_path / "design")
    build_design(config)
    return config.output


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """stand_in(shell commands) runs them in place of Yosys."""

    def install(commands: str) -> Path:
        tool = tmp_path / "yosys"
        tool.write_text(f"#!/bin/sh\n{commands}\n")
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(yosys, "_YOSYS", tool)
        monkeypatch.setattr(netlist, "cells_of_top", lambda top, texts, kernels: kernels)
        monkeypatch.setattr(netlist, "arcs_of", lambda kernel, family: (ARCS, ()))
        known = {"FDRE": Cell(launch={("Q", 0): 300})}
        monkeypatch.setattr(delays, "primitives", lambda: known)
        return tool

    return install


ARCS = {(REGISTER, REGISTER): Cost(700, 2), ("rst_n", REGISTER): Cost(500, 3)}
COUNTS = """echo "$PWD" >> ../../../runs; sleep 0.1
echo '{"design": {"num_cells_by_type": {"LUT3": 7, "FDRE": 5}}}' > cells.json"""


def test_all_kernels_are_added_and_each_distinct_one_runs_once(design, stand_in, tmp_path):
    stand_in(COUNTS)
    found = build(design, ZCU104, quiet)
    facts = json.loads((design / "design.json").read_text())
    names = {layer["name"] for layer in facts["layers"]} | {
        fifo["name"].removeprefix("u_") for fifo in facts["fifos"]
    }
    assert {part.name for part in found.layers} == names
    assert (found.lut, found.ff) == (7 * len(names), 5 * len(names))
    assert found.fits and found.utilisation["lut"] == found.lut / ZCU104.resources.lut
    runs = (tmp_path / "runs").read_text().splitlines()
    assert len(runs) == len(set(runs)) < len(names)  # forks are alike
    assert all(part.stage in ("head", "body1", "tail") for part in found.layers)
    assert {(part.delay_ns, part.levels) for part in found.layers} == {(0.8, 3)}
    assert (found.timing.delay_ns, found.timing.levels) == (0.8, 3)


def test_an_interrupted_synthesis_goes_on_where_it_was(design, stand_in, tmp_path):
    stand_in(COUNTS)
    done = []

    def interrupt(step: str, fraction: float) -> None:
        done.append(fraction)
        if fraction > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(design, ZCU104, interrupt)
    first = len((tmp_path / "runs").read_text().splitlines())
    again = build(design, ZCU104, quiet)
    runs = (tmp_path / "runs").read_text().splitlines()
    kept = [path.name for path in (tmp_path / "cache/synthesized").iterdir() if path.is_dir()]
    assert done == sorted(done)
    assert 0 < first < len(runs)
    # only what ran when the interrupt came may run again
    assert len(kept) <= len(runs) <= len(kept) + (os.cpu_count() or 1)
    assert build(design, ZCU104, quiet).layers == again.layers
    assert (tmp_path / "runs").read_text().splitlines() == runs


def test_a_crash_gives_the_last_lines_and_what_repeats_it(design, stand_in, tmp_path):
    tool = stand_in("seq 20; echo 'ERROR: no such luck'; exit 3")
    with pytest.raises(ToolError) as caught:
        build(design, ZCU104, quiet)
    said = str(caught.value)
    assert re.match(r"\w+: Yosys failed with 3; its last lines:\n14\n15\n", said)
    assert "ERROR: no such luck" in said
    folder, command = re.search(r"repeat it with: cd (\S+) && (.+)$", said).groups()
    assert command == f"{tool} -q script.ys"
    assert {"script.ys", "top.sv"} <= {path.name for path in Path(folder).iterdir()}
    assert not [path for path in (tmp_path / "cache/synthesized").iterdir() if path.is_dir()]


def test_a_tool_that_runs_out_of_memory_is_said_to(design, stand_in):
    stand_in("kill -9 $$")
    with pytest.raises(ToolError, match="Yosys was killed, as happens when the memory runs out"):
        build(design, ZCU104, quiet)


def test_an_interrupt_does_not_wait_for_the_tool(design, stand_in):
    stand_in("exec sleep 60")
    begin = time.monotonic()
    Timer(1, signal.pthread_kill, [main_thread().ident, signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        build(design, ZCU104, quiet)
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize(
    ("board", "sentence"),
    [
        ("pynq-z2", r"built for zcu104, of the family xcup, and pynq-z2 is xc7: build it again"),
        ("ulx3s-85f", r"yosys counts AMD's devices; for ulx3s-85f use --with nextpnr"),
    ],
)
def test_a_board_of_another_family_is_refused(design, board, sentence):
    with pytest.raises(FlowError, match=sentence):
        build(design, load_board(board), quiet)


def test_a_larger_board_of_the_family_is_taken(design, stand_in):
    stand_in(COUNTS)
    found = build(design, load_board("zcu102"), quiet)
    assert (found.board, found.part) == ("zcu102", load_board("zcu102").part)


def test_a_kernel_that_is_gone_is_named(design):
    (design / "rtl/window.sv").unlink()
    with pytest.raises(FlowError, match=r"rtl: there is no window\.sv; build it again"):
        build(design, ZCU104, quiet)


def test_another_top_than_that_of_the_graph_is_refused(design):
    top = design / "rtl/tarsier_top.sv"
    top.write_text(top.read_text().replace("FrameW(19)", "FrameW(20)"))
    with pytest.raises(FlowError, match=r"tarsier_top.sv is not what this version makes of graph"):
        build(design, ZCU104, quiet)


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
        found.append(yosys.synthesize_sources("residual_add", sources, ZCU104.family))
    assert found[0] == found[1]
    netlists = sorted(tmp_path.glob("*/synthesized/*/cells.json"))
    assert len(netlists) == 2
    assert netlists[0].read_bytes() == netlists[1].read_bytes()
