// SPDX-License-Identifier: MIT
//
// tarsier_pixel_shuffle - channels to space: every pixel becomes a square of Factor x Factor
// pixels.
//
//   y[row*Factor + i, column*Factor + j, c] = x[row, column, (c*Factor + i)*Factor + j]
//
// Order     x is the raster of a frame FrameW pixels wide, y that of one Factor times as wide.
// Handshake x_ready_o depends on neither x_valid_i nor y_ready_i.  y holds while !y_ready_i.
// Rate      one y per cycle wherever its x was taken, from row to row and frame to frame.  An x
//           every Factor**2 cycles is always taken, and from the second row on y never pauses.
// Latency   the first y of a pixel is valid one cycle after it is taken, once its turn has come.
// Memory    a fifo for each i, of FrameW*(Factor-1+i)/Factor + 1 words of Factor pixels: what an
//           even stream of x brings before that row's turn.
// Reset     synchronous.  Empties the fifos and starts a new frame.
// Golden    hls/golden/pixel_shuffle.py     Test  tests/hls/test_pixel_shuffle.py
module tarsier_pixel_shuffle #(
  parameter  int unsigned Channels = 16,  // of y
  parameter  int unsigned Width    = 8,   // bits of a channel
  parameter  int unsigned FrameW   = 64,  // pixels of a row of x
  parameter  int unsigned Factor   = 2,
  localparam int unsigned YWidth   = Channels * Width,
  localparam int unsigned XWidth   = Factor * Factor * YWidth
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

  if (Channels == 0 || Width == 0 || FrameW == 0)
    $error("pixel_shuffle: Channels=%0d Width=%0d FrameW=%0d, all must be >= 1",
           Channels, Width, FrameW);
  if (Factor < 2) $error("pixel_shuffle: Factor=%0d must be >= 2", Factor);

  localparam int unsigned IndexW  = Factor > 1 ? $clog2(Factor) : 1;
  localparam int unsigned ColumnW = FrameW > 1 ? $clog2(FrameW) : 1;
  localparam logic [IndexW-1:0]  LAST        = IndexW'(Factor - 1);
  localparam logic [ColumnW-1:0] LAST_COLUMN = ColumnW'(FrameW - 1);
  typedef logic [YWidth-1:0]   pixel_t;
  typedef pixel_t [Factor-1:0] word_t;  // [j], neighbours in a row

  logic               give;
  logic [IndexW-1:0]  i_q, j_q;
  logic [ColumnW-1:0] column_q;
  logic [Factor-1:0]  room, waiting;
  word_t [Factor-1:0] words;  // [i], the oldest of each row

  for (genvar i = 0; i < Factor; i++) begin : gen_row
    word_t word;

    for (genvar j = 0; j < Factor; j++) begin : gen_column
      for (genvar c = 0; c < Channels; c++) begin : gen_channel
        assign word[j][c*Width +: Width] = x_data_i[((c*Factor + i)*Factor + j)*Width +: Width];
      end
    end

    tarsier_fifo #(.Width(Factor * YWidth), .Depth(FrameW*(Factor-1+i)/Factor + 1)) u_row (
      .clk_i,
      .rst_ni,
      .x_valid_i(x_valid_i && x_ready_o),
      .x_ready_o(room[i]),
      .x_data_i (word),
      .y_valid_o(waiting[i]),
      .y_ready_i(y_ready_i && i_q == IndexW'(i) && j_q == LAST),
      .y_data_o (words[i])
    );
  end

  assign x_ready_o = &room;
  assign y_valid_o = waiting[i_q];
  assign y_data_o  = words[i_q][j_q];
  assign give      = y_valid_o && y_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      i_q      <= '0;
      j_q      <= '0;
      column_q <= '0;
    end else if (give) begin
      j_q <= j_q == LAST ? '0 : j_q + 1'b1;
      if (j_q == LAST) begin
        column_q <= column_q == LAST_COLUMN ? '0 : column_q + 1'b1;
        if (column_q == LAST_COLUMN) i_q <= i_q == LAST ? '0 : i_q + 1'b1;
      end
    end
  end

endmodule
