// SPDX-License-Identifier: MIT
//
// tarsier_avg_pool - the sum of every square of 2x2 pixels, stride 2: four times their average.
//
//   y[row, column, l] = sum of x[2*row + i, 2*column + j, l],   i, j = 0 .. 1
//
// Coding    lanes of x are two's complement where XSigned, else unsigned, and so are those of y;
//           2 bits more make y exact.
// Order     x and y are rasters.  The last row or column of an odd frame is taken and dropped.
// Handshake y holds while !y_ready_i.
// Rate      one x per cycle, so one y every other cycle of every other row.
// Latency   y is valid one cycle after its lower right pixel is taken.
// Memory    FrameW/2 sums of two pixels, of the row above.
// Reset     synchronous.  Starts a new frame; clears control, never the sums.
// Golden    hls/golden/avg_pool.py     Test  tests/hls/test_avg_pool.py
module tarsier_avg_pool #(
  parameter  int unsigned Lanes   = 16,
  parameter  int unsigned XWidth  = 8,
  parameter  bit          XSigned = 1'b0,
  parameter  int unsigned FrameW  = 64,
  parameter  int unsigned FrameH  = 48,
  localparam int unsigned YWidth  = XWidth + 2
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
    $error("avg_pool: Lanes=%0d XWidth=%0d, both must be >= 1", Lanes, XWidth);
  if (FrameW < 2 || FrameH < 2)
    $error("avg_pool: FrameW=%0d FrameH=%0d, both must be >= 2", FrameW, FrameH);

  localparam int unsigned PairW   = XWidth + 1;
  localparam int unsigned ColumnW = FrameW > 1 ? $clog2(FrameW) : 1;
  localparam int unsigned RowW    = FrameH > 1 ? $clog2(FrameH) : 1;
  localparam int unsigned IndexW  = FrameW > 3 ? $clog2(FrameW / 2) : 1;
  localparam logic [ColumnW-1:0] LAST_COLUMN = ColumnW'(FrameW - 1);
  localparam logic [RowW-1:0]    LAST_ROW    = RowW'(FrameH - 1);

  function automatic logic [PairW-1:0] wide(input logic [XWidth-1:0] x);
    return {XSigned && x[XWidth-1], x};
  endfunction

  logic                    take;
  logic [ColumnW-1:0]      column_q;
  logic [RowW-1:0]         row_q;
  logic [IndexW-1:0]       pair;  // of columns
  logic [Lanes*XWidth-1:0] left_q;
  logic [Lanes*PairW-1:0]  sums [FrameW/2];
  logic [Lanes*PairW-1:0]  above_q, sum;
  logic [Lanes*YWidth-1:0] total;

  assign x_ready_o = y_ready_i || !y_valid_o;
  assign take      = x_valid_i && x_ready_o;
  assign pair      = IndexW'(column_q >> 1);

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [PairW-1:0] above, below;
    assign above = above_q[l*PairW +: PairW];
    assign below = wide(left_q[l*XWidth +: XWidth]) + wide(x_data_i[l*XWidth +: XWidth]);
    assign sum[l*PairW +: PairW]    = below;
    assign total[l*YWidth +: YWidth] = {XSigned && above[PairW-1], above}
                                     + {XSigned && below[PairW-1], below};
  end

  // The upper row writes at odd columns, the lower one reads at even columns.
  always_ff @(posedge clk_i) begin
    if (take && !column_q[0]) begin
      left_q  <= x_data_i;
      above_q <= sums[pair];
    end
    if (take && column_q[0]) begin
      if (!row_q[0]) sums[pair] <= sum;
      y_data_o <= total;
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
