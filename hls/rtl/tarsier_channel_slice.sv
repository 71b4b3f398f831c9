// SPDX-License-Identifier: MIT
//
// tarsier_channel_slice - some neighbouring channels of every pixel; the others are dropped.
//
//   y[c] = x[First + c],   c = 0 .. Count-1
//
// Order     a beat of x carries Lanes channels, Folds beats a pixel.  Where a pixel is one beat,
//           y is one beat of Count channels; else y carries Lanes channels a beat too, and First
//           and Count must be multiples of Lanes.
// Handshake x is taken with its y, or at once where it is dropped.  y holds as long as x does.
// Rate      one beat of x per cycle.
// Latency   0: the data is not registered.
// Reset     synchronous.  Starts a new pixel.
// Golden    hls/golden/channel_slice.py     Test  tests/hls/test_channel_slice.py
module tarsier_channel_slice #(
  parameter  int unsigned Lanes  = 16,
  parameter  int unsigned Folds  = 1,  // beats per pixel of x
  parameter  int unsigned Width  = 8,  // bits of a channel
  parameter  int unsigned First  = 4,
  parameter  int unsigned Count  = 8,
  localparam int unsigned YLanes = Folds == 1 ? Count : Lanes
) (
  /* verilator lint_off UNUSEDSIGNAL */  // what is dropped; a whole pixel also needs no state
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [Lanes*Width-1:0]  x_data_i,
  /* verilator lint_on UNUSEDSIGNAL */

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [YLanes*Width-1:0] y_data_o
);

  if (Lanes == 0 || Folds == 0 || Width == 0 || Count == 0)
    $error("channel_slice: Lanes=%0d Folds=%0d Width=%0d Count=%0d, all must be >= 1",
           Lanes, Folds, Width, Count);
  if (First + Count > Lanes * Folds)
    $error("channel_slice: First=%0d + Count=%0d must be <= Lanes=%0d * Folds=%0d",
           First, Count, Lanes, Folds);

  if (Folds > 1) begin : gen_beats
    localparam int unsigned FoldW = $clog2(Folds);

    if (First % Lanes != 0 || Count % Lanes != 0)
      $error("channel_slice: Lanes=%0d must divide First=%0d and Count=%0d", Lanes, First, Count);

    logic [FoldW-1:0] fold_q;
    logic             keep;

    assign keep      = int'(fold_q) >= First / Lanes && int'(fold_q) < (First + Count) / Lanes;
    assign y_data_o  = x_data_i;
    assign y_valid_o = x_valid_i && keep;
    assign x_ready_o = y_ready_i || !keep;

    always_ff @(posedge clk_i) begin
      if (!rst_ni)                     fold_q <= '0;
      else if (x_valid_i && x_ready_o) fold_q <= fold_q == FoldW'(Folds - 1) ? '0 : fold_q + 1'b1;
    end
  end else begin : gen_wires
    assign y_data_o  = x_data_i[First*Width +: Count*Width];
    assign y_valid_o = x_valid_i;
    assign x_ready_o = y_ready_i;
  end

endmodule
