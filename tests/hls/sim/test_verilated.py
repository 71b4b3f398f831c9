# SPDX-License-Identifier: MIT
"""The harness: it moves every beat, counts exactly, and names what is wrong."""

import numpy as np
import pytest

from tarsier_fpga.hls.base.errors import SimError, ToolError
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.verilated import Model

pytestmark = pytest.mark.slow  # each test compiles a design

PORTS = """
module dut (
  input logic clk_i, input logic rst_ni,
  input logic x_valid_i, output logic x_ready_o, input logic [7:0] x_data_i,
  output logic y_valid_o, input logic y_ready_i, output logic [7:0] y_data_o
);
"""
# Waits for y_ready_i but counts on regardless.
RESTLESS = """
  assign x_ready_o = 1'b1;
  assign y_valid_o = 1'b1;
  always_ff @(posedge clk_i) y_data_o <= rst_ni ? y_data_o + 1'b1 : '0;
endmodule
"""
# Gives every beat twice.
STUTTER = """
  logic again_q;
  assign x_ready_o = y_ready_i && again_q;
  assign y_valid_o = x_valid_i;
  assign y_data_o  = x_data_i;
  always_ff @(posedge clk_i)
    if (!rst_ni) again_q <= 1'b0; else if (x_valid_i && y_ready_i) again_q <= !again_q;
endmodule
"""


def broken(body: str) -> Model:
    streams = (Stream("x", 8),), (Stream("y", 8),)
    return verilate.build_sources("dut", {"dut.sv": PORTS + body}, *streams, {}, {})


def beats(n: int) -> np.ndarray:
    return np.arange(n, dtype=np.uint32)[:, None] % 256


@pytest.mark.parametrize("width", [1, 8, 16, 31, 32, 33, 64, 65, 130])
def test_beats_of_any_width_come_back(width):
    model = verilate.build(fifo(width, 3))
    words = -(-width // 32)
    x = np.random.default_rng(width).integers(0, 2**32, (200, words), np.uint32)
    x[:, -1] >>= 32 * words - width
    result = model.run({"x": x}, {"y": len(x)}, stall=0.3, seed=width)
    assert np.array_equal(result.outputs["y"], x)


def test_cycles_are_counted_from_the_end_of_reset():
    result = verilate.build(fifo(8, 3)).run({"x": beats(50)}, {"y": 50})
    assert result.in_cycles["x"].tolist() == list(range(50))
    assert result.out_cycles["y"].tolist() == list(range(1, 51))
    assert result.cycles == 51


def test_stalls_follow_their_seed():
    model = verilate.build(fifo(8, 3))
    runs = [model.run({"x": beats(99)}, {"y": 99}, stall=0.5, seed=s) for s in (1, 1, 2)]
    assert runs[0].cycles == runs[1].cycles != runs[2].cycles


def test_a_stall_of_one_stream_leaves_the_other_alone():
    result = verilate.build(fifo(8, 200)).run({"x": beats(99)}, {"y": 99}, stall={"y": 0.9})
    assert result.in_cycles["x"].tolist() == list(range(99))


def test_a_hang_names_the_streams():
    model = verilate.build(fifo(8, 3))
    with pytest.raises(SimError, match=r"nothing moved for 51 cycles .x 5 of 5 beats, y 5 of 6"):
        model.run({"x": beats(5)}, {"y": 6}, idle_limit=50)


def test_a_beat_that_changes_while_it_waits_is_reported():
    with pytest.raises(SimError, match="stream y changed in cycle"):
        broken(RESTLESS).run({"x": beats(9)}, {"y": 9}, stall={"y": 0.5})


def test_a_beat_too_many_is_reported():
    with pytest.raises(SimError, match="stream y gave a beat too many"):
        broken(STUTTER).run({"x": beats(9)}, {"y": 9})


def test_wrong_words_per_beat_are_refused():
    with pytest.raises(SimError, match=r"stream x: beats of shape \(4, 2\), expected \(n, 1\)"):
        verilate.build(fifo(8, 3)).run({"x": np.zeros((4, 2))}, {"y": 4})


def test_verilator_errors_are_passed_on():
    with pytest.raises(ToolError, match="syntax error"):
        broken("  nonsense\nendmodule\n")


def test_progress_ends_before_one():
    seen = []
    verilate.build(fifo(8, 3)).run(
        {"x": beats(200_000)}, {"y": 200_000}, stall=0.9, progress=seen.append
    )
    assert seen == sorted(seen)
    assert all(0 <= fraction <= 1 for fraction in seen)
    assert seen
