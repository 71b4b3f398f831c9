// SPDX-License-Identifier: MIT
//
// tarsier_upsample_nearest - every pixel Factor x Factor times.
//
//   y[row, column] = x[row / Factor, column / Factor], rounded down
//
// Order     x is the raster of a frame FrameW pixels wide, y that of one Factor times as wide.
// Handshake x_ready_o depends on neither x_valid_i nor y_ready_i.  y holds while !y_ready_i.
// Rate      one y per cycle wherever its x was taken, from row to row and frame to frame.  An x
//           every Factor**2 cycles is always taken, and from the second row on y never pauses.
// Latency   the first y of a pixel is valid 2 cycles after it is taken, once its turn has come.
// Memory    2*FrameW*(Factor-1)/Factor + 1 pixels: what an even stream of x brings until the
//           first pixel of a row leaves for the last time.
// Reset     synchronous.  Starts a new frame; clears control, never the pixels.
// Golden    hls/golden/upsample_nearest.py     Test  tests/hls/test_upsample_nearest.py
module tarsier_upsample_nearest #(
  parameter int unsigned PixelWidth = 16,
  parameter int unsigned FrameW     = 64,  // pixels of a row of x
  parameter int unsigned Factor     = 2
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  x_valid_i,
  output logic                  x_ready_o,
  input  logic [PixelWidth-1:0] x_data_i,

  output logic                  y_valid_o,
  input  logic                  y_ready_i,
  output logic [PixelWidth-1:0] y_data_o
);

  if (PixelWidth == 0 || FrameW == 0)
    $error("upsample_nearest: PixelWidth=%0d FrameW=%0d, both must be >= 1", PixelWidth, FrameW);
  if (Factor < 2) $error("upsample_nearest: Factor=%0d must be >= 2", Factor);

  localparam int unsigned Depth   = 2*FrameW*(Factor-1)/Factor + 1;
  localparam int unsigned PlaceW  = $clog2(Depth);
  localparam int unsigned LevelW  = $clog2(Depth + 1);
  localparam int unsigned IndexW  = Factor > 1 ? $clog2(Factor) : 1;
  localparam int unsigned ColumnW = FrameW > 1 ? $clog2(FrameW) : 1;
  localparam logic [IndexW-1:0]  LAST        = IndexW'(Factor - 1);
  localparam logic [ColumnW-1:0] LAST_COLUMN = ColumnW'(FrameW - 1);
  typedef logic [PlaceW-1:0] place_t;

  function automatic place_t after(input place_t place);
    return place == PlaceW'(Depth - 1) ? '0 : place + 1'b1;
  endfunction

  // A ring of pixels that is read Factor times a row; the last time frees them.
  logic [PixelWidth-1:0] pixels [Depth];
  logic                  take, have, step, free, next_column, next_row;
  logic [LevelW-1:0]     level_q;  // pixels from row_place_q on
  place_t                write_q, read_q, row_place_q;
  logic [IndexW-1:0]     i_q, j_q;
  logic [ColumnW-1:0]    column_q;

  assign x_ready_o   = level_q != LevelW'(Depth);
  assign take        = x_valid_i && x_ready_o;
  assign have        = i_q != '0 || level_q > LevelW'(column_q);
  assign step        = have && (y_ready_i || !y_valid_o);
  assign next_column = step && j_q == LAST;
  assign next_row    = next_column && column_q == LAST_COLUMN;
  assign free        = next_column && i_q == LAST;

  always_ff @(posedge clk_i) begin
    if (take) pixels[write_q] <= x_data_i;
    if (step) y_data_o        <= pixels[read_q];

    if (!rst_ni) begin
      level_q     <= '0;
      write_q     <= '0;
      read_q      <= '0;
      row_place_q <= '0;
      i_q         <= '0;
      j_q         <= '0;
      column_q    <= '0;
      y_valid_o   <= 1'b0;
    end else begin
      if (take)         write_q <= after(write_q);
      if (take != free) level_q <= take ? level_q + 1'b1 : level_q - 1'b1;
      if (step)         j_q     <= next_column ? '0 : j_q + 1'b1;
      if (next_column) begin
        column_q <= next_row ? '0 : column_q + 1'b1;
        read_q   <= next_row && !free ? row_place_q : after(read_q);
      end
      if (next_row) begin
        i_q <= free ? '0 : i_q + 1'b1;
        if (free) row_place_q <= after(read_q);
      end
      if (y_ready_i || !y_valid_o) y_valid_o <= have;
    end
  end

endmodule
