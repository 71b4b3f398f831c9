// SPDX-License-Identifier: MIT
//
// window - the 3x3 neighbourhood of every pixel of a frame, stride 1, same size.
//
//   y[ky*3 + kx] = pixel(row + ky - 1, column + kx - 1),  Pad where that lies outside
//
// Order     x is the frame's raster.  y is one window per pixel, in raster order; tap
//           ky*3 + kx, row-major, in bits [tap*PixelWidth +: PixelWidth].
// Handshake y holds while !y_ready_i.
// Rate      one pixel and one window per cycle, through borders and from frame to frame.  The
//           last row of windows needs no further input: pixels of the next frame that arrive
//           meanwhile are stored, and where they fell behind they catch up first.
// Latency   a window is valid 2 cycles after its lower right pixel is taken, 3 cycles at the
//           right border.  The bottom row's windows follow one per cycle; window n is valid
//           FrameW + 3 cycles after pixel n is taken where x never pauses.
// Reset     synchronous.  Starts a new frame; clears control, never the pixels.
// Golden    hls/golden/window.py     Test  tests/hls/test_window.py
module window #(
  parameter int unsigned           PixelWidth = 16,
  parameter int unsigned           FrameW     = 64,
  parameter int unsigned           FrameH     = 48,
  parameter logic [PixelWidth-1:0] Pad        = '0
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [PixelWidth-1:0]   x_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [9*PixelWidth-1:0] y_data_o
);

  localparam int unsigned ColumnW = FrameW > 1 ? $clog2(FrameW) : 1;
  localparam int unsigned RowW    = FrameH > 1 ? $clog2(FrameH) : 1;
  localparam logic [ColumnW-1:0] LAST_COLUMN = ColumnW'(FrameW - 1);
  localparam logic [RowW-1:0]    LAST_ROW    = RowW'(FrameH - 1);
  typedef logic [PixelWidth-1:0] pixel_t;
  typedef pixel_t [2:0]          column_t;  // [ky], top to bottom

  if (PixelWidth == 0) $error("window: PixelWidth=%0d must be >= 1", PixelWidth);
  if (FrameW < 2 || FrameH < 2)
    $error("window: FrameW=%0d FrameH=%0d, both must be >= 2", FrameW, FrameH);

  logic advance;  // the whole pipeline moves
  assign advance   = y_ready_i || !y_valid_o;
  assign x_ready_o = advance;

  // Stage 0: place.  Input leads output by one row; only the bottom row runs without input.
  logic               take, give, filling, flushing;
  logic [ColumnW-1:0] x_column_q, y_column_q, column;
  logic [RowW-1:0]    x_row_q, y_row_q;

  assign filling  = x_row_q == '0 && y_row_q == '0;
  assign flushing = y_row_q == LAST_ROW;
  assign take     = x_valid_i && advance;
  assign give     = advance && (flushing ? !x_valid_i || x_column_q == y_column_q
                                         : !filling && x_valid_i);
  assign column   = x_valid_i ? x_column_q : y_column_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      x_column_q <= '0;
      x_row_q    <= '0;
      y_column_q <= '0;
      y_row_q    <= '0;
    end else begin
      if (take) begin
        x_column_q <= x_column_q == LAST_COLUMN ? '0 : x_column_q + 1'b1;
        if (x_column_q == LAST_COLUMN) x_row_q <= x_row_q == LAST_ROW ? '0 : x_row_q + 1'b1;
      end
      if (give) begin
        y_column_q <= y_column_q == LAST_COLUMN ? '0 : y_column_q + 1'b1;
        if (y_column_q == LAST_COLUMN) y_row_q <= y_row_q == LAST_ROW ? '0 : y_row_q + 1'b1;
      end
    end
  end

  // Stage 1: rows.  The memory keeps the two newest rows of every column.  Neighbouring steps
  // touch different columns, so writing back a cycle after reading never meets the next read.
  logic               taken_q, given_q, top_q, bottom_q, first_q, last_q;
  logic [ColumnW-1:0] column_q;
  pixel_t             pixel_q;
  pixel_t [1:0]       rows [FrameW];  // [0] older, [1] newer
  pixel_t [1:0]       rows_q;
  column_t            arriving;

  always_ff @(posedge clk_i) begin
    if (advance) begin
      rows_q   <= rows[column];
      column_q <= column;
      pixel_q  <= x_data_i;
      top_q    <= y_row_q == '0;
      bottom_q <= flushing;
      first_q  <= y_column_q == '0;
      last_q   <= y_column_q == LAST_COLUMN;
      if (taken_q) rows[column_q] <= {pixel_q, rows_q[1]};
    end

    if (!rst_ni) begin
      taken_q <= 1'b0;
      given_q <= 1'b0;
    end else if (advance) begin
      taken_q <= take;
      given_q <= give;
    end
  end

  assign arriving = {bottom_q ? Pad : pixel_q, rows_q[1], top_q ? Pad : rows_q[0]};

  // Stage 2: columns.  The centre's window leaves when its right neighbour arrives, or at once
  // in the last column.
  logic    waiting_q, centre_first_q, centre_last_q, leave;
  column_t left_q, centre_q, left, right;

  assign leave = waiting_q && (centre_last_q || given_q);
  assign left  = centre_first_q ? {3{Pad}} : left_q;
  assign right = centre_last_q  ? {3{Pad}} : arriving;

  always_ff @(posedge clk_i) begin
    if (advance && given_q) begin
      left_q         <= centre_q;
      centre_q       <= arriving;
      centre_first_q <= first_q;
      centre_last_q  <= last_q;
    end
    if (advance && leave) begin
      for (int unsigned ky = 0; ky < 3; ky++)
        y_data_o[3*ky*PixelWidth +: 3*PixelWidth] <= {right[ky], centre_q[ky], left[ky]};
    end

    if (!rst_ni) begin
      waiting_q <= 1'b0;
      y_valid_o <= 1'b0;
    end else if (advance) begin
      waiting_q <= given_q || (waiting_q && !leave);
      y_valid_o <= leave;
    end
  end

endmodule
