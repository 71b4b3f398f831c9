// SPDX-License-Identifier: MIT
//
// tarsier_channel_shuffle - chosen channels of every pixel, in any order: wires.
//
//   y[c] = x[Source[c]],   c = 0 .. Count-1
//
// Order     a beat is a whole pixel, since its last channel may leave first; width adapters bring
//           a folded stream to that and back.  Source may repeat channels and leave some out;
//           entry 0 is lowest.
// Handshake x is taken with its y.  y holds as long as x does.
// Rate      one beat per cycle.
// Latency   0: the data is not registered.
// Reset     none is needed: the kernel has no state.
// Golden    hls/golden/channel_shuffle.py     Test  tests/hls/test_channel_shuffle.py
module tarsier_channel_shuffle #(
  parameter  int unsigned             Channels = 4,  // of x
  parameter  int unsigned             Count    = 4,  // of y
  parameter  int unsigned             Width    = 8,  // bits of a channel
  localparam int unsigned             IndexW   = Channels > 1 ? $clog2(Channels) : 1,
  parameter  logic [Count*IndexW-1:0] Source   = 8'b11_01_10_00
) (
  /* verilator lint_off UNUSEDSIGNAL */  // what is left out; every kernel has a clock
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic                      x_valid_i,
  output logic                      x_ready_o,
  input  logic [Channels*Width-1:0] x_data_i,
  /* verilator lint_on UNUSEDSIGNAL */

  output logic                      y_valid_o,
  input  logic                      y_ready_i,
  output logic [Count*Width-1:0]    y_data_o
);

  if (Channels == 0 || Count == 0 || Width == 0)
    $error("channel_shuffle: Channels=%0d Count=%0d Width=%0d, all must be >= 1",
           Channels, Count, Width);

  assign y_valid_o = x_valid_i;
  assign x_ready_o = y_ready_i;

  for (genvar c = 0; c < Count; c++) begin : gen_channel
    localparam int unsigned S = int'(Source[c*IndexW +: IndexW]);
    if (S >= Channels)
      $error("channel_shuffle: Source[%0d]=%0d must be below Channels=%0d", c, S, Channels);
    else assign y_data_o[c*Width +: Width] = x_data_i[S*Width +: Width];
  end

endmodule
