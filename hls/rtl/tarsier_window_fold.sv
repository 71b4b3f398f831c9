// SPDX-License-Identifier: MIT
//
// tarsier_window_fold - the terms of a folded dot product under every place of a convolution, some
// channels of one pixel at a time, read from memory in the order in which the dot consumes them.
//
//   y[row][column][group][pass][ky][kx][part] =
//       channels group*C/Groups + part*Simd .. + Simd-1, C = Channels, of
//       pixel(row*Stride + ky*Dilation - Padding, column*Stride + kx*Dilation - Padding),
//
//   Pad where that lies outside.  A frame has OutH x OutW places, OutH = (FrameH + 2*Padding -
//   Dilation*(Kernel-1) - 1) / Stride + 1, OutW alike.
//
// Order     x is the frame's raster, a pixel in Channels/Simd beats.  y is the raster of places, the
//           last index fastest; a group of channels is read Passes times, once for each step over
//           the rows of the matrix that see it.
// Handshake y holds while !y_ready_i; x_ready_o never depends on y_ready_i.
// Rate      one beat of y per cycle, Places*Fold a frame with Places = OutH*OutW and Fold =
//           Kernel^2 * Passes * Channels/Simd, or one beat of x per cycle where these are more.
// Latency   the first beat of a place is valid 3 cycles after its lower right pixel is taken, or
//           the frame's last pixel: where that one is beyond the right border, the raster is
//           counted on; where it is below the frame, and for the last place, it is the last one.
// Memory    Span rows of FrameW pixels and Span + 3 pixels, Span = Dilation*(Kernel-1), and another
//           row at stride 2.  x is taken until it is full, of the next frame too.
// Reset     synchronous.  Starts a new frame; clears control, never the pixels.
// Golden    hls/golden/window_fold.py     Test  tests/hls/test_window_fold.py
module tarsier_window_fold #(
  parameter int unsigned               Channels = 16,
  parameter int unsigned               Width    = 6,   // bits of a channel
  parameter int unsigned               Simd     = 4,   // channels of a beat
  parameter int unsigned               FrameW   = 64,
  parameter int unsigned               FrameH   = 48,
  parameter logic [Channels*Width-1:0] Pad      = '0,
  parameter int unsigned               Kernel   = 3,
  parameter int unsigned               Stride   = 1,
  parameter int unsigned               Dilation = 1,
  parameter int unsigned               Padding  = Dilation * (Kernel - 1) / 2,
  parameter int unsigned               Groups   = 1,
  parameter int unsigned               Passes   = 1,
  parameter int unsigned               RamStyle = 0    // memory to use, a ram_style_e
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,

  input  logic                  x_valid_i,
  output logic                  x_ready_o,
  input  logic [Simd*Width-1:0] x_data_i,

  output logic                  y_valid_o,
  input  logic                  y_ready_i,
  output logic [Simd*Width-1:0] y_data_o
);

  function automatic int unsigned counter_width(input int unsigned count);
    return count > 1 ? $clog2(count) : 1;
  endfunction

  // value >= least, in fewer gates because value never exceeds `most`.
  function automatic logic reaches(input int unsigned value, input int unsigned least,
                                   input int unsigned most);
    return least == most ? value == least : least < most && value >= least;
  endfunction

  localparam int unsigned Span   = Dilation * (Kernel - 1);
  localparam int unsigned OutH   = (FrameH + 2 * Padding - Span - 1) / Stride + 1;
  localparam int unsigned OutW   = (FrameW + 2 * Padding - Span - 1) / Stride + 1;
  localparam int unsigned Words  = Channels / Simd;           // of a pixel
  localparam int unsigned Parts  = Words / Groups;            // of its group
  localparam int unsigned Needed = Span * (FrameW + 1) + 1;   // pixels from a window's first to last
  localparam int unsigned Depth  = Needed + (Stride - 1) * FrameW + 2;  // pixels kept
  localparam int unsigned Size   = Depth * Words;

  // A parameter of this type could not be set from Verilog, which FINN's shells are.
  typedef enum int unsigned {AUTO, DISTRIBUTED, BLOCK, ULTRA} ram_style_e;

  if (Width == 0 || Kernel == 0 || Dilation == 0 || Passes == 0)
    $error("window_fold: Width=%0d Kernel=%0d Dilation=%0d Passes=%0d, all must be >= 1", Width,
           Kernel, Dilation, Passes);
  if (Stride != 1 && Stride != 2) $error("window_fold: Stride=%0d must be 1 or 2", Stride);
  if (Simd == 0 || Groups == 0 || Channels % (Simd * Groups) != 0)
    $error("window_fold: Simd=%0d times Groups=%0d must divide Channels=%0d", Simd, Groups,
           Channels);
  if (Padding > Span)
    $error("window_fold: Padding=%0d must be <= Dilation*(Kernel-1) = %0d", Padding, Span);
  if (FrameW + Padding <= Span || FrameH + Padding <= Span)
    $error("window_fold: FrameW=%0d FrameH=%0d must be >= %0d for a window of %0d, Padding=%0d",
           FrameW, FrameH, Span - Padding + 1, Span + 1, Padding);
  if (RamStyle > ULTRA)
    $error("window_fold: RamStyle=%0d must be 0 (auto), 1 (distributed), 2 (block) or 3 (ultra)",
           RamStyle);

  // By how much a window's corner moves, in pixels: where its first pixel stands, or would, in the
  // raster. It may move beyond all that has been taken, and back where a window hangs out widely.
  localparam int ToColumn = int'(Stride);
  localparam int ToRow    = int'(Stride * FrameW) - int'((OutW - 1) * Stride);
  localparam int ToFrame  = int'(FrameH * FrameW) - int'((OutH - 1) * Stride * FrameW)
                          - int'((OutW - 1) * Stride);
  localparam int Farthest = ToRow > ToColumn ? ToRow : ToColumn;
  localparam int Beyond   = Farthest > int'(Needed) ? Farthest - int'(Needed) : 0;

  localparam int unsigned WordW   = counter_width(Words);
  localparam int unsigned PartW   = counter_width(Parts);
  localparam int unsigned TapW    = counter_width(Kernel);
  localparam int unsigned PassW   = counter_width(Passes);
  localparam int unsigned GroupW  = counter_width(Groups);
  localparam int unsigned ColumnW = counter_width(OutW);
  localparam int unsigned RowW    = counter_width(OutH);
  localparam int unsigned PixelW  = counter_width(FrameW * FrameH);
  localparam int unsigned SizeW   = counter_width(Size);
  localparam int unsigned LeadW   = $clog2(Depth + Needed + Beyond);
  localparam int unsigned EndedW  = $clog2((Depth + 2 * Needed) / (FrameW * FrameH) + 2);

  // Stage 0: place.
  logic              advance, ready, step, take, take_pixel, take_frame;
  logic [LeadW-1:0]  lead_q;   // pixels taken since the corner, and Beyond
  logic [EndedW-1:0] ended_q;  // frames of x that ended, less those of y
  logic [WordW-1:0]  x_word_q;
  logic [PixelW-1:0] x_pixel_q;
  logic [SizeW-1:0]  write_q, read_q;

  logic [PartW-1:0]   part_q;
  logic [TapW-1:0]    kx_q, ky_q;
  logic [PassW-1:0]   pass_q;
  logic [GroupW-1:0]  group_q;
  logic [ColumnW-1:0] column_q;
  logic [RowW-1:0]    row_q;
  logic [6:0]         last;   // whether each counter ends, the fastest lowest
  logic [7:0]         wraps;  // whether all faster ones end, at the highest all
  logic [7:0]         moves;  // whether each counter moves on, at the highest the frame

  assign advance    = y_ready_i || !y_valid_o;
  assign ready      = ended_q != '0 || (lead_q >= LeadW'(int'(Needed) + Beyond) && last[6:5] != '1);
  assign step       = advance && ready;
  assign x_ready_o  = lead_q < LeadW'(int'(Depth) + Beyond);
  assign take       = x_valid_i && x_ready_o;
  assign take_pixel = take && x_word_q == WordW'(Words - 1);
  assign take_frame = take_pixel && x_pixel_q == PixelW'(FrameW * FrameH - 1);

  assign last = {row_q == RowW'(OutH - 1), column_q == ColumnW'(OutW - 1),
                 group_q == GroupW'(Groups - 1), pass_q == PassW'(Passes - 1),
                 ky_q == TapW'(Kernel - 1), kx_q == TapW'(Kernel - 1), part_q == PartW'(Parts - 1)};

  for (genvar n = 0; n < 8; n++) begin : gen_wrap
    if (n == 0) begin : gen_fastest
      assign wraps[n] = 1'b1;
    end else begin : gen_slower
      assign wraps[n] = &last[n-1:0];
    end
  end
  assign moves = {8{step}} & wraps;

  // By how much the place that is read moves, in words of the memory.
  localparam int Last    = int'(Needed * Words) - 1;  // of a window, from the first

  function automatic logic [SizeW-1:0] around(input int by);
    return SizeW'((by % int'(Size) + int'(Size)) % int'(Size));
  endfunction

  localparam int ToPart  = 1;
  localparam int ToKx    = int'(Dilation * Words) - int'(Parts - 1);
  localparam int ToKy    = int'((Dilation * FrameW - Span) * Words) - int'(Parts - 1);
  localparam int ToPass  = int'(Words - Parts) - Last;
  localparam int ToGroup = int'(Words) - Last;
  localparam logic [7:0][SizeW-1:0] Moves = {
    around(ToFrame * int'(Words) - Last), around(ToRow * int'(Words) - Last),
    around(ToColumn * int'(Words) - Last), around(ToGroup), around(ToPass), around(ToKy),
    around(ToKx), around(ToPart)
  };

  logic [SizeW-1:0] move;
  logic [SizeW:0]   moved;
  logic [LeadW-1:0] left;

  always_comb begin
    move = Moves[0];
    for (int unsigned n = 1; n < 8; n++) if (wraps[n]) move = Moves[n];
    moved = {1'b0, read_q} + {1'b0, move};
    left  = '0;
    if (moves[5]) left = LeadW'(ToColumn);
    if (moves[6]) left = LeadW'(ToRow);
    if (moves[7]) left = LeadW'(ToFrame);
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      lead_q    <= LeadW'(int'(Padding * (FrameW + 1)) + Beyond);
      ended_q   <= '0;
      x_word_q  <= '0;
      x_pixel_q <= '0;
      write_q   <= '0;
      read_q    <= around(-int'(Padding * (FrameW + 1) * Words));
    end else begin
      lead_q  <= lead_q + LeadW'(take_pixel) - left;
      ended_q <= ended_q + EndedW'(take_frame) - EndedW'(moves[7]);
      if (take) begin
        x_word_q <= take_pixel ? '0 : x_word_q + 1'b1;
        write_q  <= write_q == SizeW'(Size - 1) ? '0 : write_q + 1'b1;
      end
      if (take_pixel) x_pixel_q <= take_frame ? '0 : x_pixel_q + 1'b1;
      if (step) read_q <= moved >= (SizeW+1)'(Size) ? SizeW'(moved - (SizeW+1)'(Size))
                                                    : SizeW'(moved);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      part_q   <= '0;
      kx_q     <= '0;
      ky_q     <= '0;
      pass_q   <= '0;
      group_q  <= '0;
      column_q <= '0;
      row_q    <= '0;
    end else begin
      if (moves[0]) part_q   <= last[0] ? '0 : part_q + 1'b1;
      if (moves[1]) kx_q     <= last[1] ? '0 : kx_q + 1'b1;
      if (moves[2]) ky_q     <= last[2] ? '0 : ky_q + 1'b1;
      if (moves[3]) pass_q   <= last[3] ? '0 : pass_q + 1'b1;
      if (moves[4]) group_q  <= last[4] ? '0 : group_q + 1'b1;
      if (moves[5]) column_q <= last[5] ? '0 : column_q + 1'b1;
      if (moves[6]) row_q    <= last[6] ? '0 : row_q + 1'b1;
    end
  end

  // Of each tap along an axis of `size` pixels, whether it hangs out there.
  function automatic logic [Kernel-1:0] hanging(input int unsigned place, input int unsigned size,
                                                input int unsigned most);
    for (int unsigned k = 0; k < Kernel; k++)
      hanging[k] = (k*Dilation + 1 <= Padding
                    && place < (Padding - k*Dilation + Stride - 1) / Stride)
                || reaches(place, (size + Padding - k*Dilation + Stride - 1) / Stride, most);
  endfunction

  logic [Kernel-1:0] above_below, beside;
  logic              outside;
  assign above_below = hanging(32'(row_q), FrameH, OutH - 1);
  assign beside      = hanging(32'(column_q), FrameW, OutW - 1);
  assign outside     = above_below[ky_q] || beside[kx_q];

  // Stage 1: read.  The memory is a ring of pixels, written at the newest one.
  logic                            given_q, outside_q;
  logic [Words-1:0][Simd*Width-1:0] pads;
  logic [Simd*Width-1:0]           word_q, pad_q;
  assign pads = Pad;

  // An attribute must be a string of its own length, which no expression over RamStyle has.
  case (RamStyle)
    DISTRIBUTED: begin : gen_ring
      (* ram_style = "distributed" *) logic [Simd*Width-1:0] words [Size];
    end
    BLOCK: begin : gen_ring
      (* ram_style = "block" *) logic [Simd*Width-1:0] words [Size];
    end
    ULTRA: begin : gen_ring
      (* ram_style = "ultra" *) logic [Simd*Width-1:0] words [Size];
    end
    default: begin : gen_ring
      (* ram_style = "auto" *) logic [Simd*Width-1:0] words [Size];
    end
  endcase

  always_ff @(posedge clk_i) begin
    if (take)    gen_ring.words[write_q] <= x_data_i;
    if (advance) word_q <= gen_ring.words[read_q];
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      outside_q <= outside;
      pad_q     <= pads[WordW'(32'(group_q) * Parts + 32'(part_q))];
    end

    if (!rst_ni)      given_q <= 1'b0;
    else if (advance) given_q <= step;
  end

  // Stage 2: the border.
  always_ff @(posedge clk_i) begin
    if (advance) y_data_o <= outside_q ? pad_q : word_q;

    if (!rst_ni)      y_valid_o <= 1'b0;
    else if (advance) y_valid_o <= given_q;
  end

endmodule
