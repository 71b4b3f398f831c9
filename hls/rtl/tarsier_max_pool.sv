// SPDX-License-Identifier: MIT
//
// tarsier_max_pool - the greatest of every square of 2x2 pixels, stride 2.
//
//   y[row, column, l] = max of x[2*row + i, 2*column + j, l],   i, j = 0 .. 1
//
// Coding    lanes of x are two's complement where XSigned, else unsigned, and so are those of y.
// Order     x and y are rasters.  The last row or column of an odd frame is taken and dropped.
// Handshake y holds while !y_ready_i.
// Rate      one x per cycle, so one y every other cycle of every other row.
// Latency   y is valid one cycle after its lower right pixel is taken.
// Memory    FrameW/2 pixels, each the greater of two of the row above.
// Reset     synchronous.  Starts a new frame; clears control, never the pixels.
// Golden    hls/golden/max_pool.py     Test  tests/hls/test_max_pool.py
module tarsier_max_pool #(
  parameter int unsigned Lanes   = 16,
  parameter int unsigned XWidth  = 8,
  parameter bit          XSigned = 1'b0,
  parameter int unsigned FrameW  = 64,
  parameter int unsigned FrameH  = 48
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [Lanes*XWidth-1:0] x_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [Lanes*XWidth-1:0] y_data_o
);

  if (Lanes == 0 || XWidth == 0)
    $error("max_pool: Lanes=%0d XWidth=%0d, both must be >= 1", Lanes, XWidth);
  if (FrameW < 2 || FrameH < 2)
    $error("max_pool: FrameW=%0d FrameH=%0d, both must be >= 2", FrameW, FrameH);

  localparam int unsigned ColumnW = FrameW > 1 ? $clog2(FrameW) : 1;
  localparam int unsigned RowW    = FrameH > 1 ? $clog2(FrameH) : 1;
  localparam int unsigned IndexW  = FrameW > 3 ? $clog2(FrameW / 2) : 1;
  localparam logic [ColumnW-1:0] LAST_COLUMN = ColumnW'(FrameW - 1);
  localparam logic [RowW-1:0]    LAST_ROW    = RowW'(FrameH - 1);

  typedef logic [XWidth-1:0]       lane_t;
  typedef logic [Lanes*XWidth-1:0] pixel_t;

  function automatic lane_t greater(input lane_t a, input lane_t b);
    if (XSigned) return signed'(a) > signed'(b) ? a : b;
    else         return a > b ? a : b;
  endfunction

  logic               take;
  logic [ColumnW-1:0] column_q;
  logic [RowW-1:0]    row_q;
  logic [IndexW-1:0]  pair;  // of columns
  pixel_t             left_q;
  pixel_t             pairs [FrameW/2];  // the greater ones of the upper row
  pixel_t             above_q, below, greatest;

  assign x_ready_o = y_ready_i || !y_valid_o;
  assign take      = x_valid_i && x_ready_o;
  assign pair      = IndexW'(column_q >> 1);

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    localparam int unsigned L = l * XWidth;
    assign below[L +: XWidth]    = greater(left_q[L +: XWidth], x_data_i[L +: XWidth]);
    assign greatest[L +: XWidth] = greater(above_q[L +: XWidth], below[L +: XWidth]);
  end

  // The upper row writes at odd columns, the lower one reads at even columns.
  always_ff @(posedge clk_i) begin
    if (take && !column_q[0]) begin
      left_q  <= x_data_i;
      above_q <= pairs[pair];
    end
    if (take && column_q[0]) begin
      if (!row_q[0]) pairs[pair] <= below;
      y_data_o <= greatest;
    end

    if (!rst_ni) begin
      column_q  <= '0;
      row_q     <= '0;
      y_valid_o <= 1'b0;
    end else begin
      if (take) begin
        column_q <= column_q == LAST_COLUMN ? '0 : column_q + 1'b1;
        if (column_q == LAST_COLUMN) row_q <= row_q == LAST_ROW ? '0 : row_q + 1'b1;
      end
      if (x_ready_o) y_valid_o <= take && column_q[0] && row_q[0];
    end
  end

endmodule
