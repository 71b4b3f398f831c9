// SPDX-License-Identifier: MIT
//
// tarsier_top - a stand-in for a network: each pixel inverted, 3 pixels later, at one in 3 cycles.
module tarsier_top (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        x_valid_i,
  output logic        x_ready_o,
  input  logic [19:0] x_data_i,

  output logic        y_valid_o,
  input  logic        y_ready_i,
  output logic [19:0] y_data_o
);

  logic        slow_valid, slow_ready;
  logic [1:0]  pace_q;

  always_ff @(posedge clk_i) pace_q <= !rst_ni || pace_q == 2'd2 ? '0 : pace_q + 1'b1;

  assign slow_valid = x_valid_i && pace_q == '0;
  assign x_ready_o  = slow_ready && pace_q == '0;

  tarsier_fifo #(
    .Width(20),
    .Depth(3)
  ) u_fifo (
    .clk_i,
    .rst_ni,
    .x_valid_i(slow_valid),
    .x_ready_o(slow_ready),
    .x_data_i(~x_data_i),
    .y_valid_o,
    .y_ready_i,
    .y_data_o
  );

endmodule
