// SPDX-License-Identifier: MIT
//
// tarsier_channel_shuffle - the channels of every pixel in another order: wires.
//
//   y[c] = x[Source[c]],   c = 0 .. Channels-1
//
// Order     a beat is a whole pixel, since its last channel may leave first; width adapters bring
//           a folded stream to that and back.  Source is a permutation, entry 0 lowest.
// Handshake x is taken with its y.  y holds as long as x does.
// Rate      one beat per cycle.
// Latency   0: the data is not registered.
// Reset     none is needed: the kernel has no state.
// Golden    hls/golden/channel_shuffle.py     Test  tests/hls/test_channel_shuffle.py
module tarsier_channel_shuffle #(
  parameter  int unsigned                Channels = 4,
  parameter  int unsigned                Width    = 8,  // bits of a channel
  localparam int unsigned                IndexW   = Channels > 1 ? $clog2(Channels) : 1,
  parameter  logic [Channels*IndexW-1:0] Source   = 8'b11_01_10_00
) (
  /* verilator lint_off UNUSEDSIGNAL */  // every kernel has them
  input  logic                      clk_i,
  input  logic                      rst_ni,
  /* verilator lint_on UNUSEDSIGNAL */

  input  logic                      x_valid_i,
  output logic                      x_ready_o,
  input  logic [Channels*Width-1:0] x_data_i,

  output logic                      y_valid_o,
  input  logic                      y_ready_i,
  output logic [Channels*Width-1:0] y_data_o
);

  if (Channels == 0 || Width == 0)
    $error("channel_shuffle: Channels=%0d Width=%0d, both must be >= 1", Channels, Width);

  function automatic bit permutes();
    logic [Channels-1:0] seen = '0;
    for (int unsigned c = 0; c < Channels; c++)
      for (int unsigned s = 0; s < Channels; s++)
        if (Source[c*IndexW +: IndexW] == IndexW'(s)) seen[s] = 1'b1;
    return &seen;
  endfunction

  if (!permutes())
    $error("channel_shuffle: Source=%0h must hold every channel below Channels=%0d once",
           Source, Channels);

  assign y_valid_o = x_valid_i;
  assign x_ready_o = y_ready_i;

  for (genvar c = 0; c < Channels; c++) begin : gen_channel
    localparam int unsigned S = int'(Source[c*IndexW +: IndexW]);
    assign y_data_o[c*Width +: Width] = x_data_i[S*Width +: Width];
  end

endmodule
