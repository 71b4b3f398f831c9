// SPDX-License-Identifier: MIT
//
// tarsier_concat - the channels of a pixel of a, then those of the same pixel of b, one beat
// at a time.
//
//   y = a[0], .., a[ABeats-1], b[0], .., b[BBeats-1],   for every pixel
//
// Order     a pixel is ABeats beats of a and BBeats beats of b, first channel in the first beat.
//           stream_join does the same where both come as whole pixels.
// Handshake a beat of a or b is taken with its y; the other stream waits.  y holds as its source.
// Rate      one beat per cycle, through pixels and frames.
// Latency   0: the data is not registered.
// Reset     synchronous.  Starts a new pixel.
// Golden    hls/golden/concat.py     Test  tests/hls/test_concat.py
module tarsier_concat #(
  parameter int unsigned Width  = 16,  // of a beat
  parameter int unsigned ABeats = 2,
  parameter int unsigned BBeats = 1
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             a_valid_i,
  output logic             a_ready_o,
  input  logic [Width-1:0] a_data_i,

  input  logic             b_valid_i,
  output logic             b_ready_o,
  input  logic [Width-1:0] b_data_i,

  output logic             y_valid_o,
  input  logic             y_ready_i,
  output logic [Width-1:0] y_data_o
);

  localparam int unsigned Beats = ABeats + BBeats;
  localparam int unsigned BeatW = $clog2(Beats);

  if (Width == 0 || ABeats == 0 || BBeats == 0)
    $error("concat: Width=%0d ABeats=%0d BBeats=%0d, all must be >= 1", Width, ABeats, BBeats);

  logic [BeatW-1:0] beat_q;
  logic             from_b;

  assign from_b    = beat_q >= BeatW'(ABeats);
  assign y_valid_o = from_b ? b_valid_i : a_valid_i;
  assign y_data_o  = from_b ? b_data_i : a_data_i;
  assign a_ready_o = y_ready_i && !from_b;
  assign b_ready_o = y_ready_i && from_b;

  always_ff @(posedge clk_i) begin
    if (!rst_ni)                     beat_q <= '0;
    else if (y_valid_o && y_ready_i) beat_q <= beat_q == BeatW'(Beats - 1) ? '0 : beat_q + 1'b1;
  end

endmodule
