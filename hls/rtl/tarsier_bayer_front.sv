// SPDX-License-Identifier: MIT
//
// tarsier_bayer_front - raw sensor samples to packed pixels: black level, gain, clip, pack two by
// two.
//
//   y = min(max(Offset + rint(r / 2^Fraction), 0), 2^YWidth - 1)
//   r = floor((x - Black) * Gain / 2^Slack + 1/2),   Black and Gain by colour
//
// Coding    x and y are unsigned; rint rounds a half to the even neighbour.  Slack bits are more
//           precision than the rounding sees: with them a Gain that is not exact, a third say,
//           rounds as if it were (hls/kernels/bayer_front.py chooses them).
// Order     x is the raster of a mosaic, Samples per beat, FrameW per row, any even number of rows.
//           y is the raster of its blocks of two by two, Samples/2 per beat, at least one; a block
//           is four lanes: red, green of the red row, green of the blue row, blue.  Red says where
//           red lies in a block: 0 RGGB, 1 GRBG, 2 GBRG, 3 BGGR.  Black and Gain in lane order.
// Handshake y holds while !y_ready_i.
// Rate      one beat of x per cycle; y comes during every other row, with every beat of x, or every
//           second one where Samples is 1.
// Latency   y is valid 4 cycles after the last sample of its blocks is taken.
// Memory    one row of y's codes.
// Reset     synchronous.  Starts a new frame; clears control, never the samples.
// Golden    hls/golden/bayer_front.py     Test  tests/hls/test_bayer_front.py
module tarsier_bayer_front #(
  parameter  int unsigned         Samples  = 1,      // 1 or even
  parameter  int unsigned         FrameW   = 64,
  parameter  int unsigned         XWidth   = 12,
  parameter  int unsigned         YWidth   = 10,
  parameter  logic [1:0]          Red      = 2'd0,
  parameter  logic [4*XWidth-1:0] Black    = '0,
  parameter  int unsigned         GainW    = 4,
  parameter  logic [4*GainW-1:0]  Gain     = '1,
  parameter  int unsigned         Slack    = 0,
  parameter  int unsigned         Fraction = 4,
  parameter  int unsigned         Offset   = 128,
  localparam int unsigned         Blocks   = Samples > 1 ? Samples / 2 : 1
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,

  input  logic                       x_valid_i,
  output logic                       x_ready_o,
  input  logic [Samples*XWidth-1:0]  x_data_i,

  output logic                       y_valid_o,
  input  logic                       y_ready_i,
  output logic [Blocks*4*YWidth-1:0] y_data_o
);

  tarsier_bayer_blocks #(
    .Samples(Samples), .FrameW(FrameW), .XWidth(XWidth), .YWidth(YWidth), .GainW(GainW),
    .Slack(Slack), .Fraction(Fraction), .Offset(Offset)
  ) u_blocks (
    .red_i(Red), .black_i(Black), .gain_i(Gain), .*
  );

endmodule
