// SPDX-License-Identifier: MIT
//
// tarsier_frame_regulariser - video of a camera as frames of exactly Rows lines of Columns beats,
// whatever comes.
//
//   y[row][column] = x[row][column], and Fill where that is missing or lies outside of
//                    rows_i x columns_i
//
// Coding    x is {last, user, pixels}, as AXI4-Stream Video has them: user with the first beat of a
//           frame, last with the last beat of a line.  y is {inside, last, user, pixels}: user and
//           last of the frame that is given, inside within rows_i x columns_i of it.
// Order     the raster of frames, Pixels per beat, leftmost in the low bits.
// Repair    a line that ends early is filled; what comes behind its last column is dropped, up to
//           its end.  A frame that ends early, by the start of the next or by cut_i while x is
//           silent, is filled; what comes behind its last line is dropped, up to the next start.
//           The frame that starts then is given as it comes.  Beats before the first start are
//           dropped, and are no fault.
// Settings  columns_i in 2 .. Columns and rows_i in 1 .. Rows, the size of what x brings; they hold
//           still from start_o, in whose cycle the first beat of a frame is taken, to the next.
//           busy_o is high from behind that cycle until the last beat of the frame is given.
// Counts    counts_o, CountW bits each from the lowest, wrapping:
//             0 short_lines    ended before their last column
//             1 long_lines     went on behind it
//             2 missing_lines  never began, so that a frame was filled
//             3 extra_lines    ended behind the last line of a frame
//             4 short_frames   ended before their last line was complete
//             5 long_frames    followed by beats that start no frame
// Handshake x_ready_o depends on user, and is low while a line or frame is filled.  y holds while
//           !y_ready_i.
// Rate      one beat per cycle; a beat that is filled takes one cycle, as does finding that a frame
//           started early.
// Latency   y is valid one cycle after x is taken
// Reset     synchronous.  Waits for the start of a frame; clears the counts, never the pixels.
// Golden    hls/golden/frame_regulariser.py     Test  tests/hls/test_frame_regulariser.py
module tarsier_frame_regulariser #(
  parameter  int unsigned Pixels  = 2,   // of a beat
  parameter  int unsigned Bits    = 12,  // of a pixel
  parameter  int unsigned Columns = 32,  // beats of a line that is given
  parameter  int unsigned Rows    = 48,
  parameter  int unsigned CountW  = 32,
  localparam int unsigned DataW   = Pixels * Bits,
  localparam int unsigned ColumnW = $clog2(Columns + 1),
  localparam int unsigned RowW    = $clog2(Rows + 1),
  localparam int unsigned Kinds   = 6
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic [ColumnW-1:0]      columns_i,
  input  logic [RowW-1:0]         rows_i,
  input  logic [Bits-1:0]         fill_i,
  input  logic                    cut_i,
  output logic                    start_o,
  output logic                    busy_o,
  output logic [Kinds*CountW-1:0] counts_o,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [DataW+1:0]        x_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [DataW+2:0]        y_data_o
);

  if (Pixels == 0 || Bits == 0 || Rows == 0 || Columns < 2 || CountW == 0)
    $error("frame_regulariser: Pixels=%0d Bits=%0d Rows=%0d CountW=%0d must be >= 1, Columns=%0d >= 2",
           Pixels, Bits, Rows, CountW, Columns);

  logic user, last;
  assign {last, user} = x_data_i[DataW +: 2];

  // Where the next beat of y lies, and how much of what remains is filled.
  logic [ColumnW-1:0] column_q;
  logic [RowW-1:0]    row_q;
  logic               busy_q;        // within a frame
  logic               fill_line_q;   // to its end
  logic               fill_frame_q;  // to its end
  logic               skip_q;        // x is dropped to the end of its line
  logic               seen_q;        // a frame has started since reset
  logic               stray_q;       // and was followed by beats of none

  logic advance, lines_left, abandon, first, pixel, filler, step, stray;
  logic at_end, at_right, at_bottom, last_row;

  assign advance    = y_ready_i || !y_valid_o;
  assign last_row   = row_q == rows_i - 1'b1;
  assign at_end     = column_q == columns_i - 1'b1;
  assign at_right   = column_q == ColumnW'(Columns - 1);
  assign at_bottom  = row_q == RowW'(Rows - 1);
  assign lines_left = busy_q && !fill_frame_q && !(fill_line_q && last_row);

  assign abandon = lines_left && (x_valid_i ? user : cut_i);
  assign first   = !busy_q && x_valid_i && user && advance;
  assign pixel   = busy_q && !fill_line_q && !fill_frame_q && !skip_q && x_valid_i && !user
                && advance;
  assign filler  = busy_q && (fill_line_q || fill_frame_q) && advance;
  assign step    = first || pixel || filler;
  assign stray   = x_valid_i && !user && !skip_q && (!busy_q || fill_frame_q);

  assign x_ready_o = user ? !busy_q && advance
                          : skip_q || !busy_q || fill_frame_q || (advance && !fill_line_q);
  assign start_o   = first;
  assign busy_o    = busy_q;

  logic short_line, long_line;
  assign short_line = (first || pixel) && last && !at_end;
  assign long_line  = (first || pixel) && !last && at_end;

  always_ff @(posedge clk_i) begin
    if (step) begin
      y_data_o[DataW-1:0]  <= filler ? {Pixels{fill_i}} : x_data_i[DataW-1:0];
      y_data_o[DataW +: 3] <= {column_q < columns_i && row_q < rows_i, at_right, first};
    end

    if (!rst_ni) begin
      column_q     <= '0;
      row_q        <= '0;
      busy_q       <= 1'b0;
      fill_line_q  <= 1'b0;
      fill_frame_q <= 1'b0;
      skip_q       <= 1'b0;
      seen_q       <= 1'b0;
      stray_q      <= 1'b0;
      y_valid_o    <= 1'b0;
    end else begin
      if (advance) y_valid_o <= step;

      if (abandon)              fill_frame_q <= 1'b1;
      if (short_line || at_end) fill_line_q  <= fill_line_q || first || pixel;
      if (first) begin
        busy_q <= 1'b1;
        seen_q <= 1'b1;
      end
      if (step) column_q <= at_right ? '0 : column_q + 1'b1;
      if (step && at_right) begin
        fill_line_q <= 1'b0;
        row_q       <= at_bottom ? '0 : row_q + 1'b1;
        if (last_row) fill_frame_q <= 1'b1;
        if (at_bottom) begin
          busy_q       <= 1'b0;
          fill_frame_q <= 1'b0;
        end
      end

      if (x_valid_i && (user || last)) skip_q <= 1'b0;
      if (long_line)                   skip_q <= 1'b1;

      if (first)      stray_q <= 1'b0;
      else if (stray) stray_q <= 1'b1;
    end
  end

  logic [Kinds-1:0]             events;
  logic [Kinds-1:0][CountW-1:0] counts_q;

  assign events = {
    stray && seen_q && !stray_q,
    abandon,
    stray && seen_q && last,
    filler && fill_frame_q && column_q == '0 && row_q < rows_i,
    long_line,
    short_line
  };
  assign counts_o = counts_q;

  always_ff @(posedge clk_i) begin
    for (int kind = 0; kind < int'(Kinds); kind++) begin
      if (!rst_ni)           counts_q[kind] <= '0;
      else if (events[kind]) counts_q[kind] <= counts_q[kind] + 1'b1;
    end
  end

endmodule
