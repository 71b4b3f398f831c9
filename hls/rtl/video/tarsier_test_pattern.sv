// SPDX-License-Identifier: MIT
//
// tarsier_test_pattern - a camera's video, or frames of a diagonal ramp that needs no camera.
//
//   y = x, or y[row][column] = (column + row + frame) mod 2^Bits
//
// Coding    x and y are {last, user, pixels}, as AXI4-Stream Video has them.
// Settings  enable_i asks for the ramp, columns_i beats in rows_i lines; these two hold still from
//           the second beat of a frame to the first of the next.
// Order     it turns to the ramp where x starts a frame, or busy_i says that no frame is begun, and
//           back behind a whole frame; x then goes on with its next start.
// Handshake while y is the ramp, x is taken and dropped.  y holds while !y_ready_i.
// Rate      one beat per cycle
// Latency   0
// Reset     synchronous.  Turns to x.
// Test      tests/hls/video/test_video_shell.py
module tarsier_test_pattern #(
  parameter  int unsigned Pixels  = 2,
  parameter  int unsigned Bits    = 12,
  parameter  int unsigned Columns = 32,  // the most beats of a line
  parameter  int unsigned Rows    = 48,  // the most lines
  localparam int unsigned DataW   = Pixels * Bits,
  localparam int unsigned ColumnW = $clog2(Columns + 1),
  localparam int unsigned RowW    = $clog2(Rows + 1)
) (
  input  logic               clk_i,
  input  logic               rst_ni,

  input  logic               enable_i,
  input  logic               busy_i,
  input  logic [ColumnW-1:0] columns_i,
  input  logic [RowW-1:0]    rows_i,

  input  logic               x_valid_i,
  output logic               x_ready_o,
  input  logic [DataW+1:0]   x_data_i,

  output logic               y_valid_o,
  input  logic               y_ready_i,
  output logic [DataW+1:0]   y_data_o
);

  if (Pixels == 0 || Bits == 0 || Columns < 2 || Rows == 0)
    $error("test_pattern: Pixels=%0d Bits=%0d Rows=%0d must be >= 1, Columns=%0d >= 2",
           Pixels, Bits, Rows, Columns);

  typedef logic [Bits-1:0] pixel_t;

  logic               ramp_q;  // y is the ramp
  logic               lost_q;  // x is dropped up to its next start
  logic [ColumnW-1:0] column_q;
  logic [RowW-1:0]    row_q;
  pixel_t             frame_q, line_q, value_q;  // the first of a frame, of its line, of this beat
  logic               start, turn, pass, line_ends, frame_ends;

  assign start      = x_valid_i && x_data_i[DataW];
  assign turn       = enable_i && !ramp_q && (start || !busy_i);
  assign pass       = !ramp_q && !turn && (!lost_q || start);
  assign line_ends  = column_q == columns_i - 1'b1;
  assign frame_ends = line_ends && row_q == rows_i - 1'b1;

  assign x_ready_o = pass ? y_ready_i : !turn;
  assign y_valid_o = ramp_q || (pass && x_valid_i);

  logic [Pixels-1:0][Bits-1:0] ramp;
  for (genvar p = 0; p < Pixels; p++) begin : gen_pixel
    assign ramp[p] = value_q + pixel_t'(p);
  end
  assign y_data_o = ramp_q ? {line_ends, column_q == '0 && row_q == '0, ramp} : x_data_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ramp_q   <= 1'b0;
      lost_q   <= 1'b0;
      column_q <= '0;
      row_q    <= '0;
      frame_q  <= '0;
      line_q   <= '0;
      value_q  <= '0;
    end else begin
      if (turn)           ramp_q <= 1'b1;
      if (pass && start)  lost_q <= 1'b0;
      if (ramp_q && y_ready_i) begin
        column_q <= line_ends ? '0 : column_q + 1'b1;
        value_q  <= line_ends ? line_q + 1'b1 : value_q + pixel_t'(Pixels);
        if (line_ends) begin
          row_q  <= row_q + 1'b1;
          line_q <= line_q + 1'b1;
        end
        if (frame_ends) begin
          row_q   <= '0;
          frame_q <= frame_q + 1'b1;
          line_q  <= frame_q + 1'b1;
          value_q <= frame_q + 1'b1;
          ramp_q  <= enable_i;
          lost_q  <= 1'b1;
        end
      end
    end
  end

endmodule
