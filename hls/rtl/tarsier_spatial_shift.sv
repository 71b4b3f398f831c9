// SPDX-License-Identifier: MIT
//
// tarsier_spatial_shift - every channel of a frame displaced by its own vector, same size.
//
//   y[c](row, column) = x[c](row + Dy[c], column + Dx[c]),  Fill[c] where that lies outside
//
// Coding    Dy and Dx are signed, ShiftW bits a channel, channel 0 lowest: Dy > 0 moves the picture
//           up, Dx > 0 to the left.  They must be smaller than the frame.
// Order     x and y are the frame's raster, a whole pixel per beat, channel c in lane c.
// Handshake y holds while !y_ready_i.  A stalled kernel takes x until its memory is full.
// Rate      one pixel per cycle, through borders and from frame to frame.  The end of a frame needs
//           no further input: pixels of the next frame that arrive meanwhile are stored.
// Latency   pixel n is valid 3 cycles after pixel n + Reach is taken, or the last of its frame, and
//           a cycle after pixel n - 1; Reach = max(0, Dy * FrameW + Dx) over the channels.
// Memory    per channel Reach - (Dy * FrameW + Dx) + 2 values; channels that move alike share one.
// Reset     synchronous.  Starts a new frame; clears control, never the pixels.
// Golden    hls/golden/spatial_shift.py     Test  tests/hls/test_spatial_shift.py
module tarsier_spatial_shift #(
  parameter int unsigned                Channels = 4,
  parameter int unsigned                Width    = 8,  // bits of a channel
  parameter int unsigned                FrameW   = 64,
  parameter int unsigned                FrameH   = 48,
  parameter int unsigned                ShiftW   = 2,  // bits of a displacement
  parameter logic [Channels*ShiftW-1:0] Dy       = 8'b01_00_11_00,
  parameter logic [Channels*ShiftW-1:0] Dx       = 8'b00_01_00_11,
  parameter logic [Channels*Width-1:0]  Fill     = '0
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic                      x_valid_i,
  output logic                      x_ready_o,
  input  logic [Channels*Width-1:0] x_data_i,

  output logic                      y_valid_o,
  input  logic                      y_ready_i,
  output logic [Channels*Width-1:0] y_data_o
);

  function automatic int dy(input int unsigned c);
    return int'(signed'(Dy[c*ShiftW +: ShiftW]));
  endfunction

  function automatic int dx(input int unsigned c);
    return int'(signed'(Dx[c*ShiftW +: ShiftW]));
  endfunction

  // How far ahead in the raster channel c looks.
  function automatic int ahead(input int unsigned c);
    return dy(c) * int'(FrameW) + dx(c);
  endfunction

  // How many channels below `limit` look as far ahead as c, and so share its memory.
  function automatic int unsigned alike(input int unsigned c, input int unsigned limit);
    alike = 0;
    for (int unsigned k = 0; k < limit; k++)
      if (ahead(k) == ahead(c)) alike++;
  endfunction

  function automatic int farthest();
    farthest = 0;
    for (int unsigned c = 0; c < Channels; c++)
      if (ahead(c) > farthest) farthest = ahead(c);
  endfunction

  localparam int          Reach   = farthest();
  localparam int unsigned LagW    = $clog2(Reach + 2);
  localparam int unsigned ColumnW = FrameW > 1 ? $clog2(FrameW) : 1;
  localparam int unsigned RowW    = FrameH > 1 ? $clog2(FrameH) : 1;
  localparam logic [LagW-1:0]    FULL        = LagW'(Reach + 1);
  localparam logic [ColumnW-1:0] LAST_COLUMN = ColumnW'(FrameW - 1);
  localparam logic [RowW-1:0]    LAST_ROW    = RowW'(FrameH - 1);

  if (Channels == 0 || Width == 0 || ShiftW == 0)
    $error("spatial_shift: Channels=%0d Width=%0d ShiftW=%0d, all must be >= 1",
           Channels, Width, ShiftW);
  for (genvar c = 0; c < Channels; c++) begin : gen_check
    if (dy(c) >= int'(FrameH) || -dy(c) >= int'(FrameH)
        || dx(c) >= int'(FrameW) || -dx(c) >= int'(FrameW))
      $error("spatial_shift: Dy=%0d Dx=%0d must be smaller than FrameH=%0d FrameW=%0d",
             dy(c), dx(c), FrameH, FrameW);
  end

  // Stage 0: place.  Pixel n leaves when pixel n + Reach is stored, or the last of its frame.
  logic               advance, take, give, x_last, y_last, ended_q;
  logic [LagW-1:0]    lag_q;  // pixels that are stored and have not left, FULL at most
  logic [ColumnW-1:0] x_column_q, y_column_q;
  logic [RowW-1:0]    x_row_q, y_row_q;

  assign advance   = y_ready_i || !y_valid_o;
  assign x_ready_o = lag_q != FULL || advance;
  assign take      = x_valid_i && x_ready_o;
  assign give      = advance && (lag_q == FULL || ended_q);
  assign x_last    = x_column_q == LAST_COLUMN && x_row_q == LAST_ROW;
  assign y_last    = y_column_q == LAST_COLUMN && y_row_q == LAST_ROW;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      lag_q      <= '0;
      ended_q    <= 1'b0;
      x_column_q <= '0;
      x_row_q    <= '0;
      y_column_q <= '0;
      y_row_q    <= '0;
    end else begin
      lag_q   <= lag_q + LagW'(take) - LagW'(give);
      ended_q <= (take && x_last) || (ended_q && !(give && y_last));
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

  // Stage 1: read.  A memory is a ring of all that is stored for its channels, written at the
  // newest pixel and read `ahead` of the one that leaves.
  logic [Channels*Width-1:0] read_q;
  logic [Channels-1:0]       framed, framed_q;
  logic                      given_q;

  for (genvar g = 0; g < Channels; g++) begin : gen_channel
    localparam int DY = dy(g);
    localparam int DX = dx(g);
    assign framed[g] = (DY >= 0 || y_row_q >= RowW'(-DY))
                    && (DX >= 0 || y_column_q >= ColumnW'(-DX))
                    && (DY <= 0 || y_row_q < RowW'(int'(FrameH) - DY))
                    && (DX <= 0 || y_column_q < ColumnW'(int'(FrameW) - DX));

    if (alike(g, g) == 0) begin : gen_memory
      localparam int unsigned Members  = alike(g, Channels);
      localparam int          Depth    = Reach - ahead(g) + 2;
      localparam int unsigned AddressW = $clog2(Depth);
      localparam logic [AddressW-1:0] LAST  = AddressW'(Depth - 1);
      localparam logic [AddressW-1:0] START = AddressW'((ahead(g) % Depth + Depth) % Depth);
      typedef logic [Members-1:0][Width-1:0] word_t;
      word_t               ring [Depth];
      word_t               word, word_q;
      logic [AddressW-1:0] write_q, read_at_q;

      for (genvar c = g; c < Channels; c++) begin : gen_member
        if (ahead(c) == ahead(g)) begin : gen_alike
          assign word[alike(c, c)]        = x_data_i[c*Width +: Width];
          assign read_q[c*Width +: Width] = word_q[alike(c, c)];
        end
      end

      always_ff @(posedge clk_i) begin
        if (take)    ring[write_q] <= word;
        if (advance) word_q        <= ring[read_at_q];

        if (!rst_ni) begin
          write_q   <= '0;
          read_at_q <= START;
        end else begin
          if (take) write_q   <= write_q == LAST ? '0 : write_q + 1'b1;
          if (give) read_at_q <= read_at_q == LAST ? '0 : read_at_q + 1'b1;
        end
      end
    end
  end

  // Stage 2: the border.
  logic [Channels*Width-1:0] mask;

  for (genvar c = 0; c < Channels; c++) begin : gen_mask
    assign mask[c*Width +: Width] = {Width{framed_q[c]}};
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      framed_q <= framed;
      y_data_o <= (read_q & mask) | (Fill & ~mask);
    end

    if (!rst_ni) begin
      given_q   <= 1'b0;
      y_valid_o <= 1'b0;
    end else if (advance) begin
      given_q   <= give;
      y_valid_o <= given_q;
    end
  end

endmodule
