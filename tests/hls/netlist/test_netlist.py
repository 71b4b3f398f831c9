# SPDX-License-Identifier: MIT
"""Netlists refuse what cannot be wired, and their top is the same bytes every time."""

import numpy as np
import pytest

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.frame_fifo import frame_fifo
from tarsier_fpga.hls.kernels.stream_fork import stream_fork
from tarsier_fpga.hls.netlist.instance import Stream, rtl_sources
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist, single
from tarsier_fpga.hls.netlist.rtl_top import rtl_top
from tarsier_fpga.hls.sim.toolchain import run_tool, verilator

X, Y = (Stream("x", 8),), (Stream("y", 8),)


def queue(name: str, width: int, x: str, y: str) -> Cell:
    return Cell(name, fifo(width, 2), {"x": x, "y": y})


def test_streams_come_in_the_order_of_their_writers():
    net = Netlist("top", (queue("u_a", 8, "x", "m"), queue("u_b", 8, "m", "y")), X, Y)
    assert [stream.name for stream in net.streams] == ["x", "m", "y"]
    assert net.modules == ("fifo",)


@pytest.mark.parametrize(
    "cells",
    [
        (queue("u_a", 8, "x", "m"),),
        (queue("u_a", 8, "x", "y"), queue("u_b", 8, "x", "y")),
        (),
    ],
)
def test_a_stream_without_two_ends_is_refused(cells):
    with pytest.raises(FlowError, match="needs exactly one writer and one reader"):
        Netlist("top", cells, X, Y)


def test_widths_must_agree():
    with pytest.raises(FlowError, match="stream x is written 8 bits wide but read 9 bits wide"):
        Netlist("top", (queue("u_a", 9, "x", "m"), queue("u_b", 8, "m", "y")), X, Y)


def test_top_is_reproducible_and_names_every_cell():
    text = rtl_top(single(stream_fork(5)))
    assert text == rtl_top(single(stream_fork(5)))
    assert "stream_fork #(\n    .Width(5)\n  ) u_dut (" in text


def test_the_port_to_a_memory_leaves_the_top_or_ends_in_a_simulated_one(tmp_path):
    kernel = frame_fifo(np.zeros(2, int), 2, 8, 256, 2, 1)
    sources = {**rtl_sources(kernel), "top.sv": rtl_top(single(kernel))}
    for name, text in sources.items():
        (tmp_path / name).write_text(text)
    run_tool([verilator(), "--lint-only", "--top-module", "top", *sources], tmp_path)
    assert "output logic [31:0] u_dut_m_axi_awaddr,\n" in sources["top.sv"]
    inside = rtl_top(single(kernel), simulated=True)
    assert "output logic [31:0] u_dut_m_axi_awaddr" not in inside
    assert ") u_dut_memory (" in inside
