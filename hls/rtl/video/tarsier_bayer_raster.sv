// SPDX-License-Identifier: MIT
//
// tarsier_bayer_raster - packed pixels as the raster of their mosaic, the inverse of packing.
//
//   y[2*row + i][2*column + j] = x[row][column][colour],   colour = {i, j} ^ red_i
//
// Order     x is the raster of blocks, four lanes each: red, green of the red row, green of the blue
//           row, blue; Samples/2 per beat, at least one.  y is the raster of the mosaic, Samples per
//           beat, FrameW per row.  red_i says where red lies in a block: 0 RGGB, 1 GRBG, 2 GBRG,
//           3 BGGR; it holds still within a frame.
// Handshake x is read in place, and taken with its last samples of the upper row.  y holds while
//           !y_ready_i.
// Rate      one beat of y per cycle; no x is taken during every other row
// Latency   0
// Memory    one row of samples.
// Reset     synchronous.  Starts a new frame.
// Test      tests/hls/video/test_video_shell.py
module tarsier_bayer_raster #(
  parameter  int unsigned Samples = 2,  // 1 or even
  parameter  int unsigned FrameW  = 64,
  parameter  int unsigned Width   = 10,
  localparam int unsigned Blocks  = Samples > 1 ? Samples / 2 : 1
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic [1:0]                red_i,

  input  logic                      x_valid_i,
  output logic                      x_ready_o,
  input  logic [Blocks*4*Width-1:0] x_data_i,

  output logic                      y_valid_o,
  input  logic                      y_ready_i,
  output logic [Samples*Width-1:0]  y_data_o
);

  localparam int unsigned Words = FrameW / (2 * Blocks);  // of a row
  localparam int unsigned WordW = Words > 1 ? $clog2(Words) : 1;
  typedef logic [2*Blocks-1:0][Width-1:0] word_t;

  if (Samples == 0 || (Samples > 1 && Samples % 2 != 0))
    $error("bayer_raster: Samples=%0d must be 1 or even", Samples);
  if (Width == 0 || FrameW < 4 || FrameW % (2 * Blocks) != 0)
    $error("bayer_raster: Width=%0d must be >= 1, FrameW=%0d >= 4 and a multiple of %0d",
           Width, FrameW, 2 * Blocks);

  logic [Blocks-1:0][3:0][Width-1:0] blocks;
  word_t                             upper, lower, kept, word;
  logic                              below_q;  // y is in the lower row
  logic [WordW-1:0]                  word_q;
  logic                              kept_valid, last, move, room;

  assign blocks = x_data_i;
  for (genvar b = 0; b < Blocks; b++) begin : gen_block
    for (genvar j = 0; j < 2; j++) begin : gen_column
      assign upper[2*b + j] = blocks[b][2'(j) ^ red_i];
      assign lower[2*b + j] = blocks[b][2'(2 + j) ^ red_i];
    end
  end

  assign word      = below_q ? kept : upper;
  assign y_valid_o = below_q ? kept_valid : x_valid_i;
  assign x_ready_o = !below_q && y_ready_i && last;
  assign move      = y_valid_o && y_ready_i && last;

  // It never fills: there is room for the row, and it is empty before the next one.
  tarsier_fifo #(.Width(2 * Blocks * Width), .Depth(Words + 1)) u_row (
    .clk_i, .rst_ni, .x_valid_i(move && !below_q), .x_ready_o(room), .x_data_i(lower),
    .y_valid_o(kept_valid), .y_ready_i(y_ready_i && below_q && last), .y_data_o(kept)
  );
  logic unused;
  assign unused = room;

  if (Samples == 1) begin : gen_halves
    logic right_q;
    assign last     = right_q;
    assign y_data_o = word[right_q];

    always_ff @(posedge clk_i) begin
      if (!rst_ni)                     right_q <= 1'b0;
      else if (y_valid_o && y_ready_i) right_q <= !right_q;
    end
  end else begin : gen_whole
    assign last     = 1'b1;
    assign y_data_o = word;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      below_q <= 1'b0;
      word_q  <= '0;
    end else if (move) begin
      word_q <= word_q == WordW'(Words - 1) ? '0 : word_q + 1'b1;
      if (word_q == WordW'(Words - 1)) below_q <= !below_q;
    end
  end

endmodule
