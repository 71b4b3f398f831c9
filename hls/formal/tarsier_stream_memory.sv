// SPDX-License-Identifier: MIT
//
// tarsier_stream_memory - every beat of the newest Units units of a stream, as it was offered.
module tarsier_stream_memory #(
  parameter  int unsigned Width = 1,
  parameter  int unsigned Beats = 1,
  parameter  int unsigned Units = 4,
  localparam int unsigned BeatW = Beats > 1 ? $clog2(Beats) : 1,
  localparam int unsigned UnitW = $clog2(Units)
) (
  input  logic                                   clk_i,
  input  logic                                   valid_i,
  input  logic [Width-1:0]                       data_i,
  input  logic [UnitW-1:0]                       unit_i,
  input  logic [BeatW-1:0]                       beat_i,
  output logic [Units-1:0][Beats-1:0][Width-1:0] beats_o
);

  logic [Units-1:0][Beats-1:0][Width-1:0] beats_q;

  always_ff @(posedge clk_i) beats_q <= beats_o;

  for (genvar u = 0; u < Units; u++) begin : gen_unit
    for (genvar b = 0; b < Beats; b++) begin : gen_beat
      assign beats_o[u][b] = valid_i && unit_i == UnitW'(u) && beat_i == BeatW'(b)
                           ? data_i : beats_q[u][b];
    end
  end

endmodule
