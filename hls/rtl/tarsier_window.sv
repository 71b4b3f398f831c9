// SPDX-License-Identifier: MIT
//
// tarsier_window - the Kernel x Kernel pixels under every place of a convolution.
//
//   y[row][column][ky*Kernel + kx] = pixel(row*Stride    + ky*Dilation - Padding,
//                                          column*Stride + kx*Dilation - Padding),
//
//   Pad where that lies outside.  With Span = Dilation*(Kernel-1) a frame has OutH x OutW windows,
//   OutH = (FrameH + 2*Padding - Span - 1) / Stride + 1, OutW alike.
//
// Order     x is the frame's raster, Pixels neighbours of a row a beat, the left one lowest.  y is
//           the raster of windows, Windows = max(1, Pixels/Stride) of them a beat, and tap
//           ky*Kernel + kx of window w is pixel (w*Kernel + ky)*Kernel + kx of a beat.
// Handshake y holds while !y_ready_i.
// Rate      a frame takes StepsH*StepsW cycles, StepsH = max(FrameH, (OutH-1)*Stride + 1) and
//           StepsW alike, in beats.  At Padding <= Span/2 that is one beat of x per cycle, through
//           borders and from frame to frame, and at stride 1 and the frame's own size one of y.
//           A larger Padding makes x wait behind rows, and behind the frame.
//           The windows below the last pixel need no further input: pixels of the next frame that
//           arrive meanwhile are stored, and where they fell behind they catch up first.
// Latency   windows are valid 2 cycles after the last of their pixels in the frame is taken, and
//           1 more for each beat that they reach beyond the right border.  Those below the last
//           pixel follow in their turn.  Where x never pauses, window (row, column) is valid
//           (row*Stride + Lead)*StepsW + column*Stride/Pixels + LeadBeats + 2 cycles after the
//           frame's first beat is taken; Lead = Span - Padding, LeadBeats = ceil(Lead/Pixels).
// Reset     synchronous.  Starts a new frame; clears control, never the pixels.
// Golden    hls/golden/window.py     Test  tests/hls/test_window.py
module tarsier_window #(
  parameter int unsigned           PixelWidth = 16,
  parameter int unsigned           FrameW     = 64,
  parameter int unsigned           FrameH     = 48,
  parameter logic [PixelWidth-1:0] Pad        = '0,
  parameter int unsigned           Kernel     = 3,
  parameter int unsigned           Stride     = 1,
  parameter int unsigned           Dilation   = 1,
  parameter int unsigned           Padding    = Dilation * (Kernel - 1) / 2,
  parameter int unsigned           Pixels     = 1,
  localparam int unsigned          Windows    = Pixels > Stride ? Pixels / Stride : 1,
  localparam int unsigned          TapsWidth  = Kernel * Kernel * PixelWidth
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,

  input  logic                         x_valid_i,
  output logic                         x_ready_o,
  input  logic [Pixels*PixelWidth-1:0] x_data_i,

  output logic                         y_valid_o,
  input  logic                         y_ready_i,
  output logic [Windows*TapsWidth-1:0] y_data_o
);

  function automatic int unsigned max(input int unsigned a, input int unsigned b);
    return a > b ? a : b;
  endfunction

  function automatic int unsigned beats(input int unsigned columns);
    return (columns + Pixels - 1) / Pixels;
  endfunction

  // value >= least, in fewer gates because value never exceeds `most`.
  function automatic logic reaches(input int unsigned value, input int unsigned least,
                                   input int unsigned most);
    return least == most ? value == least : least < most && value >= least;
  endfunction

  localparam int unsigned Span      = Dilation * (Kernel - 1);
  localparam int unsigned Lead      = Span - Padding;  // rows and columns from y to the x it needs
  localparam int unsigned LeadBeats = beats(Lead);
  localparam int unsigned OutH      = (FrameH + 2 * Padding - Span - 1) / Stride + 1;
  localparam int unsigned OutW      = (FrameW + 2 * Padding - Span - 1) / Stride + 1;
  // A step takes a beat of x, or stands for one behind a row or a frame that has too few.
  localparam int unsigned BeatsX    = FrameW / Pixels;
  localparam int unsigned BeatsY    = beats((OutW - 1) * Stride + 1);
  localparam int unsigned RowsY     = (OutH - 1) * Stride + 1;
  localparam int unsigned StepsW    = max(BeatsX, BeatsY);
  localparam int unsigned StepsH    = max(FrameH, RowsY);
  // What is left of y after the last step of a frame, or of a row.
  localparam int unsigned FlushRows  = max(RowsY + Lead, StepsH) - StepsH;
  localparam int unsigned FlushBeats = max(BeatsY + LeadBeats, StepsW) - StepsW;
  localparam int unsigned FirstFlush = StepsH - Lead;  // a row, as is LastRow
  localparam int unsigned LastRow    = FirstFlush + FlushRows - 1;
  localparam int unsigned History    = max(1, LeadBeats + (Pixels - 1 + Padding) / Pixels);

  localparam int unsigned ColumnW = $clog2(max(2, StepsW));
  localparam int unsigned RowW    = $clog2(max(2, StepsH));
  localparam int unsigned FlushW  = $clog2(max(2, FlushBeats + 1));
  localparam int unsigned BehindW = $clog2(max(2, FlushRows));
  localparam logic [ColumnW-1:0] LAST_COLUMN = ColumnW'(StepsW - 1);
  typedef logic [PixelWidth-1:0] pixel_t;
  typedef pixel_t [Pixels-1:0]   beat_t;
  typedef beat_t [Kernel-1:0]    column_t;  // [ky], top to bottom

  if (PixelWidth == 0 || Kernel == 0 || Dilation == 0)
    $error("window: PixelWidth=%0d Kernel=%0d Dilation=%0d, all must be >= 1", PixelWidth, Kernel,
           Dilation);
  if (Stride != 1 && Stride != 2) $error("window: Stride=%0d must be 1 or 2", Stride);
  if (Pixels != 1 && Pixels != 2 && Pixels != 4)
    $error("window: Pixels=%0d must be 1, 2 or 4", Pixels);
  if (Padding > Span)
    $error("window: Padding=%0d must be <= Dilation*(Kernel-1) = %0d", Padding, Span);
  if (BeatsX <= LeadBeats || FrameH <= Lead)
    $error("window: FrameW=%0d FrameH=%0d must be >= %0d, %0d for a window of %0d, Padding=%0d",
           FrameW, FrameH, (LeadBeats + 1) * Pixels, Lead + 1, Span + 1, Padding);
  if (FrameW % Pixels != 0) $error("window: Pixels=%0d must divide FrameW=%0d", Pixels, FrameW);
  if (OutW % Windows != 0)
    $error("window: %0d windows a beat must divide a row of %0d", Windows, OutW);

  logic advance;  // the whole pipeline moves
  assign advance = y_ready_i || !y_valid_o;

  // Stage 0: place.  Input leads output by Lead rows; only the last FlushRows run without input.
  logic               in_frame, present, take, give, filling, flushing, together;
  logic [ColumnW-1:0] x_column_q, y_column_q;
  logic [RowW-1:0]    x_row_q, y_row_q;

  assign in_frame  = (BeatsX == StepsW || 32'(x_column_q) < BeatsX)
                  && (FrameH == StepsH || 32'(x_row_q) < FrameH);
  assign x_ready_o = advance && in_frame;
  assign present   = x_valid_i || !in_frame;
  assign filling   = y_row_q == '0 && !reaches(32'(x_row_q), Lead, StepsH - 1);
  assign flushing  = reaches(32'(y_row_q), FirstFlush, LastRow);
  assign together  = x_column_q == y_column_q
                  && (FlushRows == 1 || 32'(x_row_q) + FirstFlush == 32'(y_row_q));
  assign take      = present && advance;
  assign give      = advance && (flushing ? !present || together : !filling && present);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      x_column_q <= '0;
      x_row_q    <= '0;
      y_column_q <= '0;
      y_row_q    <= '0;
    end else begin
      if (take) begin
        x_column_q <= x_column_q == LAST_COLUMN ? '0 : x_column_q + 1'b1;
        if (x_column_q == LAST_COLUMN)
          x_row_q <= x_row_q == RowW'(StepsH - 1) ? '0 : x_row_q + 1'b1;
      end
      if (give) begin
        y_column_q <= y_column_q == LAST_COLUMN ? '0 : y_column_q + 1'b1;
        if (y_column_q == LAST_COLUMN)
          y_row_q <= y_row_q == RowW'(LastRow) ? '0 : y_row_q + 1'b1;
      end
    end
  end

  function automatic logic [Kernel-1:0] rows_outside(input int unsigned row);
    for (int unsigned ky = 0; ky < Kernel; ky++)
      rows_outside[ky] = (ky*Dilation + 1 <= Padding && row < Padding - ky*Dilation)
                      || reaches(row, FrameH + Padding - ky*Dilation, LastRow);
  endfunction

  // Of the windows that leave when beat `step` of a row, at most `last`, arrives.
  function automatic logic [Windows*Kernel-1:0] columns_outside(input int unsigned step,
                                                                input int unsigned last);
    for (int unsigned n = 0; n < Windows*Kernel; n++) begin
      automatic int unsigned tap = n / Kernel * Stride + n % Kernel * Dilation;
      columns_outside[n] = (tap + 1 <= Padding && step < LeadBeats + beats(Padding - tap))
                        || reaches(step, LeadBeats + beats(FrameW + Padding - tap), last);
    end
  endfunction

  // Whether any window leaves then.
  function automatic logic wanted(input int unsigned step);
    return reaches(step, LeadBeats, StepsW + FlushBeats)
        && (Pixels >= Stride || (step - LeadBeats) % Stride == 0);
  endfunction

  // Stage 1: rows.  The memory keeps the Span newest rows of every column.  Neighbouring takes
  // touch different columns, so writing back a cycle after reading never meets their reads.
  logic                      given_q, last_q, wanted_q, row_wanted_q;
  logic [Kernel-1:0]         rows_outside_q;
  logic [Windows*Kernel-1:0] columns_outside_q;
  logic [BehindW-1:0]        behind_q;  // rows by which x was behind y in this column
  beat_t                     pixels_q;
  beat_t [Span:0]            reach;     // the rows from x back to the memory's oldest, which is [0]
  column_t                   arriving;

  if (Span == 0) begin : gen_no_rows
    assign reach    = pixels_q;
    assign behind_q = '0;
  end else begin : gen_rows
    logic               taken_q;
    logic [ColumnW-1:0] column, column_q;
    beat_t [Span-1:0]   rows [StepsW];
    beat_t [Span-1:0]   rows_q;

    assign column = present ? x_column_q : y_column_q;
    assign reach  = {pixels_q, rows_q};

    always_ff @(posedge clk_i) begin
      if (advance) begin
        rows_q   <= rows[column];
        column_q <= column;
        if (taken_q) rows[column_q] <= reach[Span:1];
      end

      if (!rst_ni)      taken_q <= 1'b0;
      else if (advance) taken_q <= take;
    end

    if (FlushRows > 1) begin : gen_behind
      logic passed, unwritten;  // x has left this column; its pixels are not in the memory yet
      assign passed    = x_column_q > y_column_q;
      assign unwritten = taken_q && column_q == y_column_q;

      always_ff @(posedge clk_i) begin
        if (advance)
          behind_q <= !flushing ? '0 : BehindW'(32'(y_row_q) - FirstFlush - 32'(x_row_q)
                                                - 32'(passed) + 32'(unwritten));
      end
    end else begin : gen_never_behind
      assign behind_q = '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      pixels_q          <= x_data_i;
      last_q            <= y_column_q == LAST_COLUMN;
      wanted_q          <= wanted(32'(y_column_q));
      row_wanted_q      <= Stride == 1 || !y_row_q[0];
      rows_outside_q    <= rows_outside(32'(y_row_q));
      columns_outside_q <= columns_outside(32'(y_column_q), StepsW - 1);
    end

    if (!rst_ni)      given_q <= 1'b0;
    else if (advance) given_q <= give;
  end

  always_comb begin
    for (int unsigned ky = 0; ky < Kernel; ky++) begin
      arriving[ky] = reach[ky*Dilation];
      for (int unsigned b = 1; b < max(1, FlushRows) && ky*Dilation + b + 1 <= Span; b++)
        if (32'(behind_q) == b) arriving[ky] = reach[ky*Dilation + b];
      if (rows_outside_q[ky]) arriving[ky] = {Pixels{Pad}};
    end
  end

  // Stage 2: columns.  Windows leave when their last column arrives, those beyond the right border
  // at once, a beat per cycle.  The columns of the next row shift these along; where none arrives
  // a void one does, whose place a late one takes.
  logic                               shift, leave, row_was_wanted_q;
  logic [FlushW-1:0]                  owed_q, late_q;  // beats of windows, and of columns
  logic [Windows*Kernel-1:0]          outside;
  column_t [History-1:0]              history_q, history_d;  // [0] newest
  column_t [History:0]                seen;
  pixel_t [Windows*Kernel*Kernel-1:0] windows;

  assign seen = {history_q, arriving};

  always_comb begin
    leave   = given_q && wanted_q && row_wanted_q;
    outside = columns_outside_q;
    for (int unsigned owed = 1; owed <= FlushBeats; owed++) begin
      if (32'(owed_q) == owed) begin
        leave   = row_was_wanted_q && wanted(StepsW + FlushBeats - owed);
        outside = columns_outside(StepsW + FlushBeats - owed, StepsW + FlushBeats - owed);
      end
    end
  end

  assign shift = (FlushBeats > 1 && 32'(owed_q) > 1) || (given_q && late_q == '0);

  if (FlushBeats > 1) begin : gen_late
    always_ff @(posedge clk_i) begin
      if (!rst_ni) late_q <= '0;
      else if (advance) late_q <= late_q + FlushW'(shift && !given_q) - FlushW'(given_q && !shift);
    end
  end else begin : gen_never_late
    assign late_q = '0;
  end

  always_comb begin
    history_d = shift ? seen[History-1:0] : history_q;
    for (int unsigned place = 0; place + 1 < max(1, FlushBeats); place++)
      if (given_q && 32'(late_q) == (shift ? place : place + 1)) history_d[place] = arriving;
  end

  always_comb begin
    for (int unsigned n = 0; n < Windows*Kernel; n++) begin
      automatic int unsigned tap = n / Kernel * Stride + n % Kernel * Dilation;
      automatic int unsigned age = (LeadBeats + 1) * Pixels - 1 + Padding - tap;  // in columns
      for (int unsigned ky = 0; ky < Kernel; ky++)
        windows[(n / Kernel * Kernel + ky) * Kernel + n % Kernel] =
            outside[n] ? Pad : seen[age / Pixels][ky][Pixels - 1 - age % Pixels];
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) history_q <= history_d;
    if (advance && leave) y_data_o <= windows;
    if (advance && given_q && last_q) row_was_wanted_q <= row_wanted_q;

    if (!rst_ni) begin
      owed_q    <= '0;
      y_valid_o <= 1'b0;
    end else if (advance) begin
      owed_q    <= given_q && last_q ? FlushW'(FlushBeats) : owed_q - FlushW'(owed_q != '0);
      y_valid_o <= leave;
    end
  end

endmodule
