// SPDX-License-Identifier: MIT
//
// tarsier_repack - words of one width as words of another, of which neither divides the other.
//
//   y[0], y[1], .. = x[0], x[1], ..   as one row of bits, the first lowest
//
// Order     bits keep their order; a whole number of both is Whole bits, their least common multiple.
// Handshake y[n] comes when the words of its Whole are there.  y holds while !y_ready_i.
// Rate      one word per cycle on the side that has more of them.
// Latency   y is valid two cycles after the last x of its Whole is taken, or as a width_adapter where
//           one width divides the other.
// Reset     synchronous.  Begins a new Whole.
// Test      tests/hls/zynq/test_frame_mover.py
module tarsier_repack #(
  parameter int unsigned XWidth = 64,
  parameter int unsigned YWidth = 40
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              x_valid_i,
  output logic              x_ready_o,
  input  logic [XWidth-1:0] x_data_i,

  output logic              y_valid_o,
  input  logic              y_ready_i,
  output logic [YWidth-1:0] y_data_o
);

  function automatic int unsigned whole();
    whole = XWidth;
    while (YWidth != 0 && whole % YWidth != 0) whole += XWidth;
  endfunction
  localparam int unsigned Whole = whole();

  if (XWidth == 0 || YWidth == 0) begin : gen_refuse_zero
    $error("repack: XWidth=%0d YWidth=%0d, both must be >= 1", XWidth, YWidth);
  end else if (Whole == XWidth || Whole == YWidth) begin : gen_one
    tarsier_width_adapter #(.XWidth(XWidth), .YWidth(YWidth)) u_adapter (.*);
  end else begin : gen_two
    logic             all_valid, all_ready, kept_valid_q, kept_ready;
    logic [Whole-1:0] all, kept_q;

    tarsier_width_adapter #(.XWidth(XWidth), .YWidth(Whole)) u_gather (
      .clk_i, .rst_ni, .x_valid_i, .x_ready_o, .x_data_i,
      .y_valid_o(all_valid), .y_ready_i(all_ready), .y_data_o(all)
    );

    // One is cut while the next is gathered.
    assign all_ready = kept_ready || !kept_valid_q;
    always_ff @(posedge clk_i) begin
      if (all_ready) kept_q <= all;
      if (!rst_ni)        kept_valid_q <= 1'b0;
      else if (all_ready) kept_valid_q <= all_valid;
    end

    tarsier_width_adapter #(.XWidth(Whole), .YWidth(YWidth)) u_cut (
      .clk_i, .rst_ni, .x_valid_i(kept_valid_q), .x_ready_o(kept_ready), .x_data_i(kept_q),
      .y_valid_o, .y_ready_i, .y_data_o
    );
  end

endmodule
