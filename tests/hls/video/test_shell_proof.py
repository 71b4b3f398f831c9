# SPDX-License-Identifier: MIT
"""The rules of streams, proven of the whole shell by induction, as of every kernel."""

import pytest

from tarsier_fpga.hls.describe.proof_case import Case, Induction, Part, Shape
from tarsier_fpga.hls.netlist.instance import Bits, Instance, Stream, rtl_paths
from tarsier_fpga.hls.prove.prove_case import prove

WRAP = """module tarsier_shell_streams #(
  parameter int unsigned Pixels = 2, parameter bit Sensor = 1'b0, parameter bit Blend = 1'b0,
  parameter bit Mend = 1'b0
) (
  input  logic               clk_i, rst_ni,
  input  logic               hold_i, bypass_i, pattern_i,
  input  logic [1:0]         red_i, columns_i, rows_i,
  input  logic [7:0]         fill_i,
  input  logic [3:0]         timeout_i,
  input  logic [31:0]        black_i,
  input  logic [7:0]         gain_i,
  input  logic [8:0]         blend_i,
  input  logic [7:0]         defect_i,
  input  logic               cut_i,
  input  logic               s_valid_i,
  output logic               s_ready_o,
  input  logic [8*Pixels+1:0] s_data_i,
  input  logic               n_valid_i,
  output logic               n_ready_o,
  input  logic [3:0]         n_data_i,
  output logic               x_valid_o,
  input  logic               x_ready_i,
  output logic [3:0]         x_data_o,
  output logic               m_valid_o,
  input  logic               m_ready_i,
  output logic [8*Pixels+1:0] m_data_o
);
  tarsier_video_shell #(
    .Pixels(Pixels), .Bits(8), .NetBits(1), .Width(2 * Pixels > 4 ? 2 * Pixels : 4),
    .Height(Mend ? 4 : 2),
    .GainW(2), .Fraction(1), .Offset(0), .Sensor(Sensor), .BufferDepth(2), .TimeoutW(4),
    .Blend(Blend), .Mend(Mend)
  ) u_shell (
    .clk_i, .rst_ni, .hold_i, .bypass_i, .pattern_i, .red_i, .fill_i, .timeout_i,
    .rows_i(($clog2((Mend ? 4 : 2) + 1))'(rows_i)),
    .columns_i(($clog2((2 * Pixels > 4 ? 2 * Pixels : 4) / Pixels + 1))'(columns_i)),
    .black_i, .gain_i, .blend_i((Blend ? 9 : 1)'(blend_i)),
    .defect_i((Mend ? 8 : 1)'(defect_i)), .mended_o(), .s_cut_i(cut_i),
    .auto_i(1'b0), .known_i(1'b0), .settled_i(1'b1), .measured_i('0), .started_o(), .auto_o(),
    .metered_valid_o(), .metered_data_o(),
    .faults_o(), .lines_o(), .frames_in_o(), .frames_out_o(), .crc_in_o(), .crc_out_o(),
    .cycles_o(), .latency_o(), .overflows_o(), .dropped_o(), .fullest_o(),
    .s_valid_i, .s_ready_o, .s_user_i(s_data_i[8*Pixels]), .s_last_i(s_data_i[8*Pixels+1]),
    .s_data_i(s_data_i[8*Pixels-1:0]),
    .net_x_valid_o(x_valid_o), .net_x_ready_i(x_ready_i), .net_x_data_o(x_data_o),
    .net_y_valid_i(n_valid_i), .net_y_ready_o(n_ready_o), .net_y_data_i(n_data_i),
    .m_valid_o, .m_ready_i, .m_user_o(m_data_o[8*Pixels]), .m_last_o(m_data_o[8*Pixels+1]),
    .m_data_o(m_data_o[8*Pixels-1:0])
  );
endmodule
"""
# A queue never holds more than it has places for, which its own proof shows from reset on.
INVARIANTS = """
  always_comb if (started_q) begin
    out_exists: assert (32'(u_dut.u_shell.u_out.level_q) <= 2);
    before_exists: assert (32'(u_dut.u_shell.u_before.level_q) <= u_dut.u_shell.Queued);
  end
"""
HELD = {
    "hold": 1,
    "bypass": 1,
    "pattern": 1,
    "red": 2,
    "columns": 2,
    "rows": 2,
    "fill": 8,
    "timeout": 4,
    "black": 32,
    "gain": 8,
    "blend": 9,
    "defect": 8,
    "cut": 1,
}


@pytest.mark.slow
@pytest.mark.parametrize("built", [{}, {"Sensor": 1}, {"Blend": 1}, {"Mend": 1}], ids=str)
@pytest.mark.parametrize("pixels", [1, 2, 4])
def test_what_the_shell_offers_stays_until_it_is_taken(pixels, built):
    """Whatever the camera sends, the network gives and the host sets, at any time."""
    sources = {path.name: path.read_text() for path in rtl_paths("video_shell")}
    width = 8 * pixels + 2
    kernel = Instance(
        "shell_streams",
        {"Pixels": pixels, **{name: Bits(1, value) for name, value in built.items()}},
        (Stream("s", width), Stream("n", 4)),
        (Stream("x", 4), Stream("m", width)),
        held={name: Bits(bits, 0) for name, bits in HELD.items()},
        sources={**sources, "tarsier_shell_streams.sv": WRAP},
    )
    shapes = {"s": Shape(1, width), "n": Shape(1, 4)}, {"x": Shape(1, 4), "m": Shape(1, width)}
    case = Case(kernel, *shapes, None, Induction(1), invariants=INVARIANTS)
    assert prove(case, Part.STREAMS).way == Induction(1)
