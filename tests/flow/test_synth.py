# SPDX-License-Identifier: MIT
"""Kernels are synthesized by Yosys, and what comes out is counted as a device would count it."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event, Timer

import numpy as np
import pytest

from tarsier_fpga.flow.synth.counted import Counted, count
from tarsier_fpga.flow.synth.yosys import run_yosys as yosys
from tarsier_fpga.flow.synth.yosys.pool import synthesize_all
from tarsier_fpga.flow.synth.yosys.run_yosys import synthesize, synthesize_sources
from tarsier_fpga.hls.base.errors import FlowError, ToolError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.kernels.stream_fork import stream_fork
from tarsier_fpga.hls.kernels.width_adapter import width_adapter
from tarsier_fpga.hls.kernels.xnor_dot import xnor_dot

SERIES7, ULTRASCALE = Family.SERIES7, Family.ULTRASCALE_PLUS
HERE = Path(__file__).parent


@pytest.mark.slow
def test_a_circuit_counted_by_hand():
    sources = {"counted.sv": (HERE / "counted.sv").read_text()}
    found = synthesize_sources("counted", sources, SERIES7)
    assert found == Counted(lut=1 + 4, ff=1 + 3, lutram=4)


def test_halves_of_block_ram_and_both_outputs_of_a_lut():
    assert count({"RAMB18E2": 1, "RAMB36E2": 2}).bram36 == 2.5
    assert count({"LUT6_2": 3, "LUT2": 2}).lut == 5
    assert count({"RAM32M16": 1, "SRL16E": 2}) == Counted(lut=10, lutram=10)
    assert count({"MUXF7": 9, "CARRY8": 2, "DSP48E2": 1, "URAM288": 1}) == Counted(
        carry=2, dsp=1, uram=1
    )


def test_an_unknown_cell_is_named():
    with pytest.raises(FlowError, match="FROBNICATE: 2 cells of a type"):
        count({"FROBNICATE": 2})


def test_counts_add_up_in_everything():
    one = Counted(lut=1, ff=2, bram36=0.5, uram=3, dsp=4, carry=5, lutram=1)
    both = Counted(lut=2, ff=4, bram36=1, uram=6, dsp=8, carry=10, lutram=2)
    assert sum([one, one], Counted()) == both


def test_an_adder_of_products_is_one_lut_by_either_description():
    text = (Path(yosys.__file__).with_name("tarsier_match_adders.sv")).read_text()
    tables = {
        name: int(digits.replace("_", ""), 16)
        for name, digits in re.findall(r"(SUM|CARRY) +?= 32'h([0-9a-f_]+)", text)
    }
    for inputs in range(32):
        x0, w0, x1, w1, c = (inputs >> bit & 1 for bit in range(5))
        added = (x0 == w0) + (x1 == w1) + c
        assert (tables["SUM"] >> inputs & 1, tables["CARRY"] >> inputs & 1) == (
            added & 1,
            added >> 1,
        )


@pytest.mark.slow
def test_equal_kernels_are_synthesized_once(monkeypatch):
    fork, adapter = stream_fork(8), width_adapter(8, 16)
    shown = []
    found = synthesize_all(
        [fork, adapter, stream_fork(8)], SERIES7, lambda *step: shown.append(step)
    )
    assert found[0] == found[2] != found[1]
    first, last = (fraction for _, fraction in shown)
    assert 0 < first < last == 1
    assert {kernel for kernel, _ in shown} == {"stream_fork", "width_adapter"}
    monkeypatch.setattr(sys, "executable", "no/python")  # the cache needs no tool
    assert synthesize(fork, SERIES7) == found[0]


@pytest.mark.slow
def test_a_refused_kernel_stops_the_others():
    bad = replace(stream_fork(8), params={"Width": 0})
    with pytest.raises(ToolError, match="stream_fork: Width=0 must be >= 1"):
        synthesize_all([bad, stream_fork(8)], ULTRASCALE, workers=1)


@pytest.mark.slow
def test_a_stopped_synthesis_ends_at_once_and_leaves_nothing():
    kernel = xnor_dot(np.random.default_rng().choice([-1, 1], (8, 60)), 4, 60)
    stop = Event()
    Timer(0.3, stop.set).start()
    with pytest.raises(ToolError, match="stopped"):
        synthesize(kernel, SERIES7, stop)
    with pytest.raises(ToolError, match="stopped"):
        synthesize(kernel, SERIES7, stop)
