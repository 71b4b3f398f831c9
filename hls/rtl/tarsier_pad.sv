// SPDX-License-Identifier: MIT
//
// tarsier_pad - a frame with a border of constant pixels, or of its own nearest ones.
//
//   y[row][column] = x[row - Top][column - Left], and where that lies outside the frame
//                    Pad, or if Replicate the pixel of the frame nearest to that place
//
// Order     rasters, a pixel a beat: FrameH x FrameW of x, OutH x OutW of y,
//           OutH = Top + FrameH + Bottom, OutW = Left + FrameW + Right.
// Handshake y holds while !y_ready_i.  A frame begins when its first pixel is offered; no border
//           leaves before.
// Rate      one beat of y per cycle, a frame in OutH*OutW cycles; x waits while the border leaves.
//           A replicated row above the frame is the first row again, and leaves after it.
// Latency   1 cycle.  Where x never pauses, beat n of a frame is valid n + 1 cycles after the
//           frame's first pixel is offered.
// Reset     synchronous.  Starts a new frame; clears control, never the pixels.
// Golden    hls/golden/pad.py     Test  tests/hls/test_pad.py
module tarsier_pad #(
  parameter int unsigned           PixelWidth = 16,
  parameter int unsigned           FrameW     = 64,
  parameter int unsigned           FrameH     = 48,
  parameter int unsigned           Top        = 1,
  parameter int unsigned           Bottom     = 1,
  parameter int unsigned           Left       = 1,
  parameter int unsigned           Right      = 1,
  parameter bit                    Replicate  = 1'b1,
  parameter logic [PixelWidth-1:0] Pad        = '0  // unless Replicate
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

  localparam int unsigned OutW    = Left + FrameW + Right;
  localparam int unsigned OutH    = Top + FrameH + Bottom;
  localparam int unsigned ColumnW = OutW > 1 ? $clog2(OutW) : 1;
  localparam int unsigned RowW    = OutH > 1 ? $clog2(OutH) : 1;
  localparam int unsigned SourceW = FrameW > 1 ? $clog2(FrameW) : 1;

  if (PixelWidth == 0 || FrameW == 0 || FrameH == 0)
    $error("pad: PixelWidth=%0d FrameW=%0d FrameH=%0d, all must be >= 1", PixelWidth, FrameW,
           FrameH);

  function automatic logic in_range(input int unsigned value, input int unsigned first,
                                    input int unsigned count);
    return value >= first && value < first + count;
  endfunction

  logic [ColumnW-1:0] column_q;  // of y
  logic [RowW-1:0]    row_q;
  logic [SourceW-1:0] source_q;  // the column of x nearest to column_q
  logic               fresh, inside_row, needed, advance, step;

  // A fresh row comes from x.  Copies of the first row leave after it, so it is fresh at row 0.
  assign fresh      = Replicate ? row_q == '0 || in_range(32'(row_q), Top + 1, FrameH - 1)
                                : in_range(32'(row_q), Top, FrameH);
  assign inside_row = in_range(32'(column_q), Left, FrameW);
  assign needed     = Replicate ? fresh && 32'(column_q) < Left + FrameW
                                : (fresh && inside_row) || (row_q == '0 && column_q == '0);
  assign advance    = y_ready_i || !y_valid_o;
  assign step       = advance && (x_valid_i || !needed);
  assign x_ready_o  = advance && fresh && inside_row;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      column_q  <= '0;
      row_q     <= '0;
      source_q  <= '0;
      y_valid_o <= 1'b0;
    end else begin
      if (advance) y_valid_o <= step;
      if (step && column_q == ColumnW'(OutW - 1)) begin
        column_q <= '0;
        source_q <= '0;
        row_q    <= row_q == RowW'(OutH - 1) ? '0 : row_q + 1'b1;
      end else if (step) begin
        column_q <= column_q + 1'b1;
        if (inside_row && source_q != SourceW'(FrameW - 1)) source_q <= source_q + 1'b1;
      end
    end
  end

  if (!Replicate) begin : gen_constant
    always_ff @(posedge clk_i) begin
      if (step) y_data_o <= fresh && inside_row ? x_data_i : Pad;
    end
  end else begin : gen_nearest
    logic [PixelWidth-1:0] pixel_q;  // stays while the last pixel of a row is repeated

    always_ff @(posedge clk_i) begin
      if (step && needed) pixel_q <= x_data_i;
    end

    if (Top + Bottom == 0) begin : gen_no_copies
      assign y_data_o = pixel_q;
    end else begin : gen_copies
      logic [PixelWidth-1:0] newest [FrameW];  // row
      logic [PixelWidth-1:0] copy_q;
      logic                  fresh_q;

      always_ff @(posedge clk_i) begin
        if (step) begin
          copy_q  <= newest[source_q];
          fresh_q <= fresh;
          if (fresh && inside_row) newest[source_q] <= x_data_i;
        end
      end

      assign y_data_o = fresh_q ? pixel_q : copy_q;
    end
  end

endmodule
