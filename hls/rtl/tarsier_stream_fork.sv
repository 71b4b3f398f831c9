// SPDX-License-Identifier: MIT
//
// tarsier_stream_fork - one stream to two readers.
//
//   y0 = x,  y1 = x
//
// Handshake an output takes the beat as soon as it is ready; x is taken when both have it.
//           No path leads from a valid to a ready.  y0 and y1 hold while not ready.
// Rate      one beat per cycle while both readers are ready.
// Latency   0: the data is not registered.
// Reset     synchronous.  Forgets which output has had the waiting beat.
// Golden    hls/golden/stream_fork.py     Test  tests/hls/test_stream_fork.py
module tarsier_stream_fork #(
  parameter int unsigned Width = 16
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             x_valid_i,
  output logic             x_ready_o,
  input  logic [Width-1:0] x_data_i,

  output logic             y0_valid_o,
  input  logic             y0_ready_i,
  output logic [Width-1:0] y0_data_o,

  output logic             y1_valid_o,
  input  logic             y1_ready_i,
  output logic [Width-1:0] y1_data_o
);

  if (Width == 0) $error("stream_fork: Width=%0d must be >= 1", Width);

  logic y0_has_q, y1_has_q;

  assign y0_data_o  = x_data_i;
  assign y1_data_o  = x_data_i;
  assign y0_valid_o = x_valid_i && !y0_has_q;
  assign y1_valid_o = x_valid_i && !y1_has_q;
  assign x_ready_o  = (y0_has_q || y0_ready_i) && (y1_has_q || y1_ready_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || x_ready_o) begin
      y0_has_q <= 1'b0;
      y1_has_q <= 1'b0;
    end else if (x_valid_i) begin
      y0_has_q <= y0_has_q || y0_ready_i;
      y1_has_q <= y1_has_q || y1_ready_i;
    end
  end

endmodule
