// SPDX-License-Identifier: MIT
//
// tarsier_blend_raster - packed pixels as the raster of their mosaic, as bayer_raster, mixed with those
// that went into the network.
//
//   y = (sent * share_i + x * (256 - share_i) + 128) >> 8,   share_i more than 256 is 256
//
// Order     of sent, x and y as of x and y of bayer_raster.  share_i and red_i hold still within a
//           frame of y.
// Handshake sent_ and x_ move on their own; Depth blocks of sent wait for their x.  y holds while
//           !y_ready_i.
// Rate      one beat of y per cycle, as long as Depth is what the network and its queues hold; no x is
//           taken during every other row
// Latency   0 from x; sent must have come a cycle earlier
// Memory    Depth blocks, and one row of samples twice.
// Reset     synchronous.  Starts a new frame.
// Test      tests/hls/video/test_video_shell.py
module tarsier_blend_raster #(
  parameter  int unsigned Samples = 2,  // 1 or even
  parameter  int unsigned FrameW  = 64,
  parameter  int unsigned Width   = 10,
  parameter  int unsigned Depth   = 2,  // blocks
  localparam int unsigned Blocks  = Samples > 1 ? Samples / 2 : 1
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic [1:0]                red_i,
  input  logic [8:0]                share_i,

  input  logic                      sent_valid_i,
  output logic                      sent_ready_o,
  input  logic [Blocks*4*Width-1:0] sent_data_i,

  input  logic                      x_valid_i,
  output logic                      x_ready_o,
  input  logic [Blocks*4*Width-1:0] x_data_i,

  output logic                      y_valid_o,
  input  logic                      y_ready_i,
  output logic [Samples*Width-1:0]  y_data_o
);

  localparam int unsigned Lanes = 4 * Blocks;
  typedef logic signed [Width:0]   difference_t;
  typedef logic signed [Width+2:0] by2_t;  // times a share of two bits
  typedef logic signed [Width+4:0] by4_t;
  typedef logic signed [Width+8:0] by8_t;

  if (Depth < 2) $error("blend_raster: Depth=%0d must be >= 2", Depth);

  // x + ((sent - x) * share + 128) >> 8, which has one product: a tree of sums, each as wide as it
  // must be, since what is multiplied by few bits is no work for a DSP.
  function automatic logic [Width-1:0] mixed(
    input logic [Width-1:0] sent_at, input logic [Width-1:0] result_at, input logic [8:0] share
  );
    automatic difference_t difference = difference_t'({1'b0, sent_at} - {1'b0, result_at});
    automatic by2_t [3:0] twos;
    automatic by4_t low, high;
    automatic by8_t product;
    for (int b = 0; b < 4; b++)
      twos[b] = (share[2*b] ? by2_t'(difference) : '0)
              + ((share[2*b+1] ? by2_t'(difference) : '0) <<< 1);
    low     = by4_t'(signed'(twos[0])) + (by4_t'(signed'(twos[1])) <<< 2);
    high    = by4_t'(signed'(twos[2])) + (by4_t'(signed'(twos[3])) <<< 2);
    product = by8_t'(low) + (by8_t'(high) <<< 4);
    product = by8_t'({1'b0, result_at}) + (signed'(product + by8_t'(128)) >>> 8);
    return share[8] ? sent_at : Width'(product);
  endfunction

  logic                               sent_valid, both_ready;
  logic [Lanes-1:0][Width-1:0]        sent, result;
  logic [Lanes-1:0][1:0][Width-1:0]   both;
  logic [Samples-1:0][1:0][Width-1:0] pairs;

  tarsier_fifo #(.Width(Lanes * Width), .Depth((Depth + Blocks - 1) / Blocks)) u_sent (
    .clk_i, .rst_ni, .x_valid_i(sent_valid_i), .x_ready_o(sent_ready_o),
    .x_data_i(sent_data_i),
    .y_valid_o(sent_valid), .y_ready_i(both_ready && x_valid_i), .y_data_o(sent)
  );

  assign x_ready_o = both_ready && sent_valid;
  assign result    = x_data_i;
  for (genvar lane = 0; lane < Lanes; lane++) begin : gen_lane
    assign both[lane] = {sent[lane], result[lane]};
  end

  tarsier_bayer_raster #(.Samples(Samples), .FrameW(FrameW), .Width(2 * Width)) u_raster (
    .clk_i, .rst_ni, .red_i,
    .x_valid_i(x_valid_i && sent_valid), .x_ready_o(both_ready), .x_data_i(both),
    .y_valid_o, .y_ready_i, .y_data_o(pairs)
  );

  for (genvar s = 0; s < Samples; s++) begin : gen_sample
    assign y_data_o[s*Width +: Width] = mixed(pairs[s][1], pairs[s][0], share_i);
  end

endmodule
