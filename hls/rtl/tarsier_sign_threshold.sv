// SPDX-License-Identifier: MIT
//
// tarsier_sign_threshold - one bit per channel of a pixel.
//
//   y[c] = x[c] >= T[c],   c = 0 .. Channels-1
//
// Coding    bit 1 is +1, bit 0 is -1, so equality gives +1.  x is signed, Width bits a channel.
//           T is signed, Width+1 bits a channel: 2^(Width-1), one above every x, means never.
// Order     channel c is lane c of x and bit c of y.
// Handshake y holds while !y_ready_i.
// Rate      one beat per cycle.
// Latency   y is valid one cycle after x is taken.
// Reset     synchronous.  Clears y_valid_o.
// Golden    hls/golden/sign_threshold.py     Test  tests/hls/test_sign_threshold.py
module tarsier_sign_threshold #(
  parameter int unsigned                   Channels   = 16,
  parameter int unsigned                   Width      = 8,  // bits of a channel of x
  parameter logic [Channels*(Width+1)-1:0] Thresholds = '0
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic                      x_valid_i,
  output logic                      x_ready_o,
  input  logic [Channels*Width-1:0] x_data_i,

  output logic                      y_valid_o,
  input  logic                      y_ready_i,
  output logic [Channels-1:0]       y_data_o
);

  typedef logic signed [Width:0] level_t;

  if (Channels == 0 || Width == 0)
    $error("sign_threshold: Channels=%0d Width=%0d, both must be >= 1", Channels, Width);

  logic [Channels-1:0] bits;

  for (genvar c = 0; c < Channels; c++) begin : gen_channel
    localparam level_t T = Thresholds[c*(Width+1) +: Width+1];
    assign bits[c] = level_t'(signed'(x_data_i[c*Width +: Width])) >= T;
  end

  assign x_ready_o = y_ready_i || !y_valid_o;

  always_ff @(posedge clk_i) begin
    if (x_ready_o) y_data_o <= bits;

    if (!rst_ni)        y_valid_o <= 1'b0;
    else if (x_ready_o) y_valid_o <= x_valid_i;
  end

endmodule
