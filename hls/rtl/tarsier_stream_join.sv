// SPDX-License-Identifier: MIT
//
// tarsier_stream_join - two streams as one, beat by beat side by side.
//
//   y = {b, a}
//
// Order     a in the low bits, b above it: two whole pixels become their channels in a row.
// Handshake a and b move together, with y, when both are valid.  No path leads from a ready to a
//           valid.  y holds as long as a and b do.
// Rate      one beat per cycle.
// Latency   0: the data is not registered.
// Reset     none is needed: the kernel has no state.
// Golden    hls/golden/concat.py     Test  tests/hls/test_stream_join.py
module tarsier_stream_join #(
  parameter int unsigned AWidth = 16,
  parameter int unsigned BWidth = 16
) (
  /* verilator lint_off UNUSEDSIGNAL */  // every kernel has them
  input  logic                     clk_i,
  input  logic                     rst_ni,
  /* verilator lint_on UNUSEDSIGNAL */

  input  logic                     a_valid_i,
  output logic                     a_ready_o,
  input  logic [AWidth-1:0]        a_data_i,

  input  logic                     b_valid_i,
  output logic                     b_ready_o,
  input  logic [BWidth-1:0]        b_data_i,

  output logic                     y_valid_o,
  input  logic                     y_ready_i,
  output logic [AWidth+BWidth-1:0] y_data_o
);

  if (AWidth == 0 || BWidth == 0)
    $error("stream_join: AWidth=%0d BWidth=%0d, both must be >= 1", AWidth, BWidth);

  assign y_data_o  = {b_data_i, a_data_i};
  assign y_valid_o = a_valid_i && b_valid_i;
  assign a_ready_o = y_ready_i && b_valid_i;
  assign b_ready_o = y_ready_i && a_valid_i;

endmodule
