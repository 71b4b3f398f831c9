// SPDX-License-Identifier: MIT
//
// tarsier_upsample_bilinear - twice the size by interpolation, 16 times the values and so exact.
//
//   y[row, column] = sum of a[row, i] * a[column, j] * x[i, j] with
//   a[2*i, i] = a[2*i + 1, i] = 3,   a[2*i, i-1] = a[2*i + 1, i+1] = 1
//
//   where i-1 or i+1 lies outside the frame, i stands in for it
//
// Coding    lanes of x are two's complement where XSigned, else unsigned, and so are those of y;
//           y has 4 more fraction bits.  Pixel centres lie between those of y: PyTorch's
//           align_corners=False.
// Order     x is the raster of a frame, y that of one twice as wide and as high.
// Handshake x_ready_o depends on neither x_valid_i nor y_ready_i.  y holds while !y_ready_i.
// Rate      one y per cycle wherever its x were taken, from row to row and frame to frame.  An x
//           every 4 cycles keeps y going without pause from the second row on, if a fifo of
//           Depth 2 carries it over the cycle that x_ready_o may be low at the start of a row.
// Latency   y is valid 4 cycles after the last pixel that it needs is taken, once its turn has
//           come.  The last row needs none below it.
// Memory    2 rows of x, which are read as the upper and the lower one at once.
// Reset     synchronous.  Starts a new frame; clears control, never the pixels.
// Golden    hls/golden/upsample_bilinear.py     Test  tests/hls/test_upsample_bilinear.py
module tarsier_upsample_bilinear #(
  parameter  int unsigned Lanes   = 16,
  parameter  int unsigned XWidth  = 8,
  parameter  bit          XSigned = 1'b0,
  parameter  int unsigned FrameW  = 64,
  parameter  int unsigned FrameH  = 48,
  localparam int unsigned YWidth  = XWidth + 4
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [Lanes*XWidth-1:0] x_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [Lanes*YWidth-1:0] y_data_o
);

  if (Lanes == 0 || XWidth == 0)
    $error("upsample_bilinear: Lanes=%0d XWidth=%0d, both must be >= 1", Lanes, XWidth);
  if (FrameW == 0 || FrameH == 0)
    $error("upsample_bilinear: FrameW=%0d FrameH=%0d, both must be >= 1", FrameW, FrameH);

  localparam int unsigned BlendW  = XWidth + 2;  // a column of two rows
  localparam int unsigned ColumnW = FrameW > 0 ? $clog2(2 * FrameW) : 1;
  localparam int unsigned RowW    = FrameH > 0 ? $clog2(2 * FrameH) : 1;
  localparam int unsigned LevelW  = ColumnW + 1;
  localparam int unsigned PlaceW  = FrameW > 1 ? $clog2(FrameW) : 1;
  localparam logic [ColumnW-1:0] LAST_COLUMN = ColumnW'(2 * FrameW - 1);
  localparam logic [RowW-1:0]    LAST_ROW    = RowW'(2 * FrameH - 1);
  localparam logic [LevelW-1:0]  FULL        = LevelW'(2 * FrameW);
  typedef logic [PlaceW-1:0]       place_t;
  typedef logic [Lanes*XWidth-1:0] pixel_t;
  typedef logic [Lanes*BlendW-1:0] blend_t;

  logic advance;  // everything behind the rows moves
  assign advance = y_ready_i || !y_valid_o;

  // Stage 0: place.  Rows of x alternate between two memories.  A row of y lies between an upper
  // and a lower one of them, the first and the last beside only one.  It reads a column of both
  // at its own first column and at every odd one but the last.
  logic               take, read, have, step, free;
  logic               upper_q;  // which memory holds the upper row
  logic               x_row_q;  // and which one takes the next pixel
  place_t             x_column_q, place;
  logic [LevelW-1:0]  level_q;  // pixels in both memories
  logic [ColumnW-1:0] y_column_q;
  logic [RowW-1:0]    y_row_q;
  logic               top, bottom;
  logic               first_use;  // of the lower row
  logic               last_use;   // of the upper row

  assign x_ready_o = level_q != FULL;
  assign take      = x_valid_i && x_ready_o;
  assign top       = y_row_q == '0;
  assign bottom    = y_row_q == LAST_ROW;
  assign first_use = y_row_q[0] && !bottom;
  assign last_use  = !top && !first_use;
  assign place     = PlaceW'((y_column_q >> 1) + ColumnW'(y_column_q[0]));
  assign read      = y_column_q == '0 || (y_column_q[0] && y_column_q != LAST_COLUMN);

  assign have      = !read || last_use
                   || level_q > LevelW'(place) + (first_use ? LevelW'(FrameW) : '0);
  assign step      = have && advance;
  assign free      = step && read && last_use;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      level_q    <= '0;
      x_column_q <= '0;
      x_row_q    <= 1'b0;
      upper_q    <= 1'b0;
      y_column_q <= '0;
      y_row_q    <= '0;
    end else begin
      if (take != free) level_q <= take ? level_q + 1'b1 : level_q - 1'b1;
      if (take) begin
        x_column_q <= x_column_q == PlaceW'(FrameW - 1) ? '0 : x_column_q + 1'b1;
        if (x_column_q == PlaceW'(FrameW - 1)) x_row_q <= !x_row_q;
      end
      if (step) y_column_q <= y_column_q == LAST_COLUMN ? '0 : y_column_q + 1'b1;
      if (step && y_column_q == LAST_COLUMN) begin
        y_row_q <= bottom ? '0 : y_row_q + 1'b1;
        if (last_use) upper_q <= !upper_q;
      end
    end
  end

  // Stage 1: rows.
  logic         step_q, read_q, odd_q, first_q;
  logic         near_q, far_q;  // the memories whose pixels count 3 times and once
  pixel_t [1:0] pixels_q;

  for (genvar row = 0; row < 2; row++) begin : gen_row
    pixel_t pixels [FrameW];

    always_ff @(posedge clk_i) begin
      if (take && x_row_q == 1'(row)) pixels[x_column_q] <= x_data_i;
      if (step && read)               pixels_q[row]      <= pixels[place];
    end
  end

  always_ff @(posedge clk_i) begin
    if (step) begin
      read_q  <= read;
      odd_q   <= y_column_q[0];
      first_q <= y_column_q == '0;
      near_q  <= upper_q ^ (!y_row_q[0] && !top);
      far_q   <= upper_q ^ first_use;
    end

    if (!rst_ni)      step_q <= 1'b0;
    else if (advance) step_q <= have;
  end

  // Stages 2 and 3: columns.  At the left border the first column is its own neighbour, at the
  // right border the last one.
  logic                    blend_step_q, blend_odd_q;
  blend_t                  blend, left_q, right_q;
  logic [Lanes*YWidth-1:0] sum;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [XWidth-1:0] near_x, far_x;
    logic [BlendW-1:0] near_row, far_row, left, right;
    logic [YWidth-1:0] near_column, far_column;

    assign near_x   = pixels_q[near_q][l*XWidth +: XWidth];
    assign far_x    = pixels_q[far_q][l*XWidth +: XWidth];
    assign near_row = {{2{XSigned && near_x[XWidth-1]}}, near_x};
    assign far_row  = {{2{XSigned && far_x[XWidth-1]}}, far_x};
    assign blend[l*BlendW +: BlendW] = near_row + (near_row << 1) + far_row;

    assign left        = left_q[l*BlendW +: BlendW];
    assign right       = right_q[l*BlendW +: BlendW];
    assign near_column = blend_odd_q ? {{2{XSigned && left[BlendW-1]}}, left}
                                     : {{2{XSigned && right[BlendW-1]}}, right};
    assign far_column  = blend_odd_q ? {{2{XSigned && right[BlendW-1]}}, right}
                                     : {{2{XSigned && left[BlendW-1]}}, left};
    assign sum[l*YWidth +: YWidth] = near_column + (near_column << 1) + far_column;
  end

  always_ff @(posedge clk_i) begin
    if (advance && step_q) begin
      blend_odd_q <= odd_q;
      if (odd_q || first_q) left_q  <= first_q ? blend : right_q;
      if (read_q)           right_q <= blend;
    end
    if (advance && blend_step_q) y_data_o <= sum;

    if (!rst_ni) begin
      blend_step_q <= 1'b0;
      y_valid_o    <= 1'b0;
    end else if (advance) begin
      blend_step_q <= step_q;
      y_valid_o    <= blend_step_q;
    end
  end

endmodule
