# SPDX-License-Identifier: MIT
"""The longest path of mapped kernels, and of a design through several of them."""

import gzip
import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tarsier_fpga.flow.synth.yosys import run_yosys as yosys
from tarsier_fpga.flow.synth.yosys.delays import primitives
from tarsier_fpga.flow.synth.yosys.sta import REGISTER, Cost, between
from tarsier_fpga.flow.synth.yosys.timing import alone, arcs_of, longest
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.describe.examples import signs, weights
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.int_dot_const import int_dot_const
from tarsier_fpga.hls.kernels.xnor_dot_const import xnor_dot_const
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tests.baselines.recorded import RECORDED, instance

HERE = Path(__file__).parent
ULTRASCALE = Family.ULTRASCALE_PLUS
# A row of each kernel, whose size is measured as well; --every-row takes all that are recorded.
FIRST = [(kernel, next(iter(table))) for kernel, table in RECORDED.items()]
EVERY = [(kernel, label) for kernel, table in RECORDED.items() for label in table]


def cell(kind: str, outputs: str, **nets: int | str) -> dict:
    """A cell of single-bit ports as Yosys writes it."""
    ways = {port: "output" if port in outputs.split() else "input" for port in nets}
    connections = {port: [net] for port, net in nets.items()}
    return {"type": kind, "port_directions": ways, "connections": connections}


def module(*cells: dict, **ports: tuple[str, int]) -> dict:
    return {
        "ports": {name: {"direction": way, "bits": [net]} for name, (way, net) in ports.items()},
        "cells": {f"cell{n}": cell for n, cell in enumerate(cells)},
    }


def test_arcs_added_by_hand():
    found, untimed = between(
        module(
            cell("FDRE", "Q", C=2, CE="1", R="0", D=7, Q=3),
            cell("LUT2", "O", I0=3, I1=4, O=5),
            cell("CARRY4", "O", CI="0", CYINIT="0", DI="0", S=5, O=7),
            clk_i=("input", 2),
            x_data_i=("input", 4),
            y_data_o=("output", 3),
        )
    )
    assert found == {
        (REGISTER, REGISTER): Cost(303 + 238 + 223, luts=1, chains=1),
        ("x_data", REGISTER): Cost(127 + 223, luts=1, chains=1),
        (REGISTER, "y_data"): Cost(303),
    }
    assert untimed == ()


def test_an_enable_is_needed_before_the_clock():
    found, _ = between(module(cell("FDRE", "Q", CE=3, D=4), y_ready_i=("input", 3)))
    assert found == {("y_ready", REGISTER): Cost(109)}


def test_paths_end_in_cells_without_delays_and_these_are_named():
    found, untimed = between(
        module(cell("DSP48E2", "P", A=3, P=4), x_data_i=("input", 3), y_data_o=("output", 4))
    )
    assert found == {("x_data", REGISTER): Cost(), (REGISTER, "y_data"): Cost()}
    assert untimed == ("DSP48E2",)


def test_logic_in_a_ring_is_refused():
    ring = cell("LUT1", "O", I0=3, O=4), cell("LUT1", "O", I0=4, O=3)
    with pytest.raises(FlowError, match=r"a loop without a register has no longest path: \d -> \d"):
        between(module(*ring))


def test_what_only_ultrascale_has_is_as_slow_as_its_like():
    known = primitives()
    assert known["LUT6_2"].through["I0", 0] == {("O5", 0): 642, ("O6", 0): 642}
    for port in "ABCDEFGH":
        assert set(known["RAM64M8"].through[f"ADDR{port}", 5]) == {(f"DO{port}", 0)}
    assert known["RAM64M8"].capture["DIH", 0] == known["RAM64M"].capture["DID", 0]
    for block, pin in {
        "RAMB36E2": "DOUTADOUT",
        "RAMB18E2": "DOUTBDOUT",
        "URAM288": "DOUT_A",
    }.items():
        assert known[block].launch[pin, 0] == known["RAMB36E1"].launch["DOADO", 0] == 2454


@pytest.mark.slow
def test_yosys_finds_the_same_delay():
    """Its `sta` knows no flip-flops once synth_xilinx is done, and needs the library again."""
    text = {"timed.sv": (HERE / "timed.sv").read_text()}
    again = "read_verilog -overwrite -lib -specify +/xilinx/cells_sim.v\ntee -q -o sta.txt sta\n"
    script = yosys.script_of("timed", text, ULTRASCALE) + "select -clear\n" + again
    folder = yosys.run_script(script, text)
    latest = re.search(r"Latest arrival time in 'timed' is (\d+)", (folder / "sta.txt").read_text())
    netlist = json.loads(gzip.decompress((folder / yosys.NETLIST).read_bytes()))
    arcs, _ = between(netlist["modules"]["timed"])
    assert max(cost.ps for cost in arcs.values()) == int(latest[1]) > 1000
    assert max(cost.chains for cost in arcs.values()) == 2


def chained(*arcs: dict) -> Netlist:
    """Three FIFOs in a row, which stand for kernels with other arcs."""
    queue = fifo(8, 2)
    names = [f"s{n}" for n in range(len(arcs) + 1)]
    cells = [
        Cell(f"u_k{n}", queue, {"x": source, "y": target})
        for n, (source, target) in enumerate(pairwise(names))
    ]
    return Netlist("top", tuple(cells), (Stream(names[0], 8),), (Stream(names[-1], 8),))


def through(*arcs: dict):
    return longest(chained(*arcs), [(found, ()) for found in arcs])


def test_a_path_leads_through_kernels_forwards():
    found = through(
        {(REGISTER, "y_data"): Cost(500, 1)},
        {("x_data", "y_data"): Cost(200, 1, 1), ("x_data", REGISTER): Cost(250, 3)},
        {("x_data", REGISTER): Cost(100)},
    )
    assert (found.delay_ns, found.levels, found.adders) == (0.8, 4, 1)
    assert (found.path, found.deepest) == (("k0", "k1", "k2"), ("k0", "k1"))


def test_a_path_of_ready_leads_through_kernels_backwards():
    found = through(
        {("y_ready", REGISTER): Cost(60)},
        {("y_ready", "x_ready"): Cost(50, 1), ("x_data", "y_data"): Cost(40)},
        {(REGISTER, "x_ready"): Cost(900, 2)},
    )
    assert (found.delay_ns, found.levels, found.path) == (1.01, 3, ("k2", "k1", "k0"))


def test_outside_the_design_is_a_register_at_every_port():
    found = through({("x_data", "y_data"): Cost(700, 2)}, {("x_data", "y_data"): Cost(90)}, {})
    assert (found.delay_ns, found.path) == ((303 + 700 + 90) / 1000, ("k0", "k1"))
    assert alone({("x_data", "y_data"): Cost(700, 2)}) == Cost(303 + 700, 2)


def test_kernels_in_a_ring_are_refused():
    with pytest.raises(FlowError, match="a loop without a register has no longest path"):
        through({("y_ready", "y_data"): Cost(1)}, {("x_data", "x_ready"): Cost(1)})


def pytest_generate_tests(metafunc):
    if "label" in metafunc.fixturenames:
        every = metafunc.config.getoption("--every-row")
        metafunc.parametrize(("kernel", "label"), EVERY if every else FIRST)


@pytest.mark.slow
def test_mapped_kernels_keep_the_rules_of_streams(kernel, label):
    mapped = instance(kernel, label)
    arcs, _ = arcs_of(mapped, ULTRASCALE)
    assert any(source.endswith("_ready") for source, _ in arcs)
    # What is reported beside the streams may be of the beats that move.
    ends = ("_ready", *(f"_{name}" for name in mapped.reported))
    for source, target in arcs:
        if source.endswith("_ready"):
            assert target == REGISTER or target.endswith(ends)
        if kernel == "fifo":
            assert REGISTER in (source, target)


@pytest.mark.slow
@pytest.mark.parametrize("levels", [1, 2, 3])
def test_no_mapped_path_has_more_adders_than_asked(levels):
    bits = xnor_dot_const(signs(8, 72), levels)
    integers = int_dot_const(weights(2, 18), np.arange(2), 8, True, levels)
    found = []
    for kernel in (bits, integers):
        arcs, _ = arcs_of(kernel, ULTRASCALE)
        found += [arcs[source, REGISTER].chains for source in (REGISTER, "x_data")]
    assert max(found) == levels
