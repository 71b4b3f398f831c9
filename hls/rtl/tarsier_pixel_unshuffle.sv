// SPDX-License-Identifier: MIT
//
// tarsier_pixel_unshuffle - space to channels: every square of Factor x Factor pixels becomes one
// pixel.
//
//   y[row, column, (c*Factor + i)*Factor + j] = x[row*Factor + i, column*Factor + j, c]
//
// Order     x is the raster of a frame FrameW pixels wide and a multiple of Factor pixels high.
//           y is the raster of the smaller frame, a pixel as Channels*Factor**2/Lanes beats, the
//           lowest channels first.
// Handshake x_ready_o depends on neither x_valid_i nor y_ready_i.  y holds while !y_ready_i.
// Rate      one x per cycle while y_ready_i stays high, and also where it lets a pixel of y leave
//           every Factor**2 cycles evenly; a beat of y every Segments cycles while there is one.
// Latency   the first beat of a pixel is valid Segments + 2 cycles after its lower right pixel is
//           taken, once its turn has come.
// Memory    Factor rows of x, in one memory of Factor pixels a word.
// Reset     synchronous.  Starts a new frame; clears control, never the pixels.
// Golden    hls/golden/pixel_unshuffle.py     Test  tests/hls/test_pixel_unshuffle.py
module tarsier_pixel_unshuffle #(
  parameter  int unsigned Channels = 1,   // of x
  parameter  int unsigned Width    = 10,  // bits of a channel
  parameter  int unsigned FrameW   = 64,  // pixels of a row of x
  parameter  int unsigned Factor   = 2,
  parameter  int unsigned Lanes    = 4,   // channels of a beat of y
  localparam int unsigned Square   = Factor * Factor,
  localparam int unsigned Sets     = Lanes > Square ? Lanes / Square : 1,  // of x' channels a beat
  localparam int unsigned Segments = Lanes / (Sets * Factor),              // rows of x a beat
  localparam int unsigned XWidth   = Channels * Width,
  localparam int unsigned YWidth   = Lanes * Width
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              x_valid_i,
  output logic              x_ready_o,
  input  logic [XWidth-1:0] x_data_i,

  output logic              y_valid_o,
  input  logic              y_ready_i,
  output logic [YWidth-1:0] y_data_o
);

  localparam int unsigned Columns = FrameW / Factor;
  localparam int unsigned Passes  = Channels / Sets;  // over the words of a pixel of y
  localparam int unsigned SegW    = Factor * Width;   // a channel of a word

  if (Channels == 0 || Width == 0)
    $error("pixel_unshuffle: Channels=%0d Width=%0d, both must be >= 1", Channels, Width);
  if (Factor < 2) $error("pixel_unshuffle: Factor=%0d must be >= 2", Factor);
  if (Columns == 0 || FrameW % Factor != 0)
    $error("pixel_unshuffle: FrameW=%0d must be a multiple of Factor=%0d", FrameW, Factor);
  if (Lanes == 0 || Lanes % Factor != 0 || (Square % Lanes != 0 && Lanes % Square != 0)
      || Channels % Sets != 0)
    $error("pixel_unshuffle: Lanes=%0d must be a multiple of Factor=%0d that divides %0d, or a multiple of %0d that divides %0d",
           Lanes, Factor, Square, Square, Channels * Square);
  if (Passes > Factor || Passes > Columns)
    $error("pixel_unshuffle: Lanes=%0d is too few to keep pace: %0d sets of channels must be <= Factor=%0d and <= %0d columns",
           Lanes, Passes, Factor, Columns);

  localparam int unsigned IndexW  = $clog2(Factor);
  localparam int unsigned PlaceW  = $clog2(FrameW);
  localparam int unsigned ColumnW = Columns > 1 ? $clog2(Columns) : 1;
  localparam int unsigned PassW   = Passes > 1 ? $clog2(Passes) : 1;
  localparam int unsigned GatherW = Segments > 1 ? $clog2(Segments) : 1;
  localparam logic [IndexW-1:0]  LAST        = IndexW'(Factor - 1);
  localparam logic [PlaceW-1:0]  LAST_PLACE  = PlaceW'(FrameW - 1);
  localparam logic [ColumnW-1:0] LAST_COLUMN = ColumnW'(Columns - 1);
  typedef logic [PlaceW-1:0]                  place_t;
  typedef logic [Factor-1:0][XWidth-1:0]      word_t;
  typedef logic [Sets-1:0][Segments*SegW-1:0] beat_t;

  // The memory holds FrameW words, those of Factor rows: a group.  Words come row by row and
  // leave column by column, each making room for the next to come.  So word n of a group lies
  // at place n*stride modulo FrameW-1, the last one at FrameW-1, and every group has its own
  // stride: the place of the word that starts the second row is that of word 1 in the next.
  function automatic place_t moved(input place_t place, input place_t stride);
    logic [PlaceW:0] sum;
    sum = {1'b0, place} + {1'b0, stride};
    return PlaceW'(sum > (PlaceW+1)'(LAST_PLACE) ? sum - (PlaceW+1)'(LAST_PLACE) : sum);
  endfunction

  word_t words [FrameW];

  // Words arrive: count, place and stride of the group that is being written.
  logic                         take, write;
  logic                         ahead_q;  // it is the one after the group that is being read
  logic [IndexW-1:0]            x_index_q;
  logic [(Factor-1)*XWidth-1:0] x_word_q;  // all but the word's last pixel
  place_t                       written_q, write_place_q, stride_q, next_stride_q, next_stride;
  place_t                       freed_q;  // words of the group that is being read

  assign x_ready_o   = x_index_q != LAST || !ahead_q || written_q != freed_q;
  assign take        = x_valid_i && x_ready_o;
  assign write       = take && x_index_q == LAST;
  assign next_stride = written_q == PlaceW'(Columns) ? write_place_q : next_stride_q;

  // Words leave: the column's words from top to bottom, once for each set of channels.
  logic               advance, have, step, free, last_read, next_column, word_valid_q;
  logic [IndexW-1:0]  row_q;
  logic [PassW-1:0]   pass_q;
  logic [ColumnW-1:0] column_q;
  place_t             read_place_q, column_place_q, read_stride, next_place;

  assign advance     = y_ready_i || !y_valid_o;
  assign have        = ahead_q || written_q > PlaceW'((Factor - 1) * Columns) + PlaceW'(column_q);
  assign step        = have && (advance || !word_valid_q);
  assign free        = step && pass_q == PassW'(Passes - 1);
  assign next_column = free && row_q == LAST;
  assign last_read   = next_column && column_q == LAST_COLUMN;
  assign read_stride = ahead_q ? stride_q : next_stride_q;
  assign next_place  = moved(read_place_q, read_stride);

  always_ff @(posedge clk_i) begin
    if (take)  x_word_q <= ((Factor-1)*XWidth)'({x_data_i, x_word_q} >> XWidth);
    if (write) words[write_place_q] <= {x_data_i, x_word_q};

    if (!rst_ni) begin
      ahead_q       <= 1'b0;
      x_index_q     <= '0;
      written_q     <= '0;
      write_place_q <= '0;
      stride_q      <= PlaceW'(1);
    end else begin
      if (take) x_index_q <= x_index_q == LAST ? '0 : x_index_q + 1'b1;
      if (write) begin
        next_stride_q <= next_stride;
        if (written_q == LAST_PLACE) begin
          ahead_q       <= 1'b1;
          written_q     <= '0;
          write_place_q <= '0;
          stride_q      <= next_stride;
        end else begin
          written_q     <= written_q + 1'b1;
          write_place_q <= moved(write_place_q, stride_q);
        end
      end
      if (last_read) ahead_q <= 1'b0;
    end
  end

  // Stage 1: a word, which is read ahead of a waiting beat.
  logic [PassW-1:0] word_pass_q;
  word_t            word_q;

  always_ff @(posedge clk_i) begin
    if (step) begin
      word_q      <= words[read_place_q];
      word_pass_q <= pass_q;
    end

    if (!rst_ni) begin
      row_q          <= '0;
      pass_q         <= '0;
      column_q       <= '0;
      freed_q        <= '0;
      read_place_q   <= '0;
      column_place_q <= '0;
      word_valid_q   <= 1'b0;
    end else begin
      if (step) begin
        row_q        <= row_q == LAST ? '0 : row_q + 1'b1;
        read_place_q <= next_place;
        if (row_q == LAST && !free) begin
          pass_q       <= pass_q + 1'b1;
          read_place_q <= column_place_q;
        end
      end
      if (free) freed_q <= freed_q + 1'b1;
      if (next_column) begin
        pass_q         <= '0;
        column_q       <= column_q + 1'b1;
        column_place_q <= next_place;
      end
      if (last_read) begin
        column_q       <= '0;
        freed_q        <= '0;
        read_place_q   <= '0;
        column_place_q <= '0;
      end
      if (step || advance) word_valid_q <= step;
    end
  end

  // Stage 2: a beat, gathered from the set's channels in Segments words.
  logic [GatherW-1:0] gathered_q;
  logic               full;
  beat_t              beat_q;

  logic [Channels-1:0][SegW-1:0] channels;  // of the word

  for (genvar c = 0; c < Channels; c++) begin : gen_channel
    for (genvar j = 0; j < Factor; j++) begin : gen_column
      assign channels[c][j*Width +: Width] = word_q[j][c*Width +: Width];
    end
  end

  assign full     = gathered_q == GatherW'(Segments - 1);
  assign y_data_o = beat_q;

  always_ff @(posedge clk_i) begin
    if (advance && word_valid_q) begin
      for (int unsigned s = 0; s < Sets; s++)
        beat_q[s] <= (Segments*SegW)'({channels[word_pass_q*Sets + s], beat_q[s]} >> SegW);
    end

    if (!rst_ni) begin
      gathered_q <= '0;
      y_valid_o  <= 1'b0;
    end else if (advance) begin
      if (word_valid_q) gathered_q <= full ? '0 : gathered_q + 1'b1;
      y_valid_o <= word_valid_q && full;
    end
  end

endmodule
