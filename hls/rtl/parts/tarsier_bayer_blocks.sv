// SPDX-License-Identifier: MIT
//
// tarsier_bayer_blocks - raw sensor samples to packed pixels by levels that may change from frame to
// frame; a part of other modules.
//
//   y = min(max(Offset + rint(r / 2^Fraction), 0), 2^YWidth - 1)
//   r = floor((x - black_i) * gain_i / 2^Slack + 1/2)
//
// Settings  red_i, black_i and gain_i are those of the sample that is taken.  They hold still within
//           a frame.
// Contract  else that of bayer_front, whose header has it.
// Used by   hls/rtl/tarsier_bayer_front.sv, hls/rtl/video/tarsier_video_shell.sv
module tarsier_bayer_blocks #(
  parameter  int unsigned Samples  = 1,      // 1 or even
  parameter  int unsigned FrameW   = 64,
  parameter  int unsigned XWidth   = 12,
  parameter  int unsigned YWidth   = 10,
  parameter  int unsigned GainW    = 4,
  parameter  int unsigned Slack    = 0,
  parameter  int unsigned Fraction = 4,
  parameter  int unsigned Offset   = 128,
  localparam int unsigned Blocks   = Samples > 1 ? Samples / 2 : 1
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,

  input  logic [1:0]                 red_i,
  input  logic [4*XWidth-1:0]        black_i,
  input  logic [4*GainW-1:0]         gain_i,

  input  logic                       x_valid_i,
  output logic                       x_ready_o,
  input  logic [Samples*XWidth-1:0]  x_data_i,

  output logic                       y_valid_o,
  input  logic                       y_ready_i,
  output logic [Blocks*4*YWidth-1:0] y_data_o
);

  localparam int unsigned Beats    = FrameW / Samples;            // of a row
  localparam int unsigned ColumnW  = $clog2(Beats);
  localparam int unsigned Words    = Samples == 1 ? Beats / 2 : Beats;
  localparam int unsigned Point    = Slack + Fraction;
  localparam int unsigned ProductW = (XWidth + GainW > Point ? XWidth + GainW : Point) + 2;
  localparam int unsigned RoundW   = ProductW - Point + 1;
  localparam int unsigned SumW     = (RoundW > YWidth + 1 ? RoundW : YWidth + 1) + 1;
  typedef logic [XWidth-1:0]              sample_t;
  typedef logic signed [XWidth:0]         level_t;
  typedef logic [GainW-1:0]               gain_t;
  typedef logic signed [ProductW-1:0]     product_t;
  typedef logic signed [SumW-1:0]         sum_t;
  typedef logic [2*Blocks-1:0][YWidth-1:0] word_t;  // a row of the blocks of a beat
  localparam product_t HALF = product_t'(1) <<< Slack >>> 1;

  if (Samples == 0 || (Samples > 1 && Samples % 2 != 0))
    $error("bayer_front: Samples=%0d must be 1 or even", Samples);
  if (FrameW < 4 || FrameW < 2 * Samples || FrameW % 2 != 0 || FrameW % Samples != 0)
    $error("bayer_front: FrameW=%0d must be even, >= 4 and two or more times Samples=%0d",
           FrameW, Samples);
  if (XWidth == 0 || GainW == 0 || YWidth == 0 || YWidth > 30)
    $error("bayer_front: XWidth=%0d GainW=%0d YWidth=%0d, all must be >= 1, YWidth <= 30",
           XWidth, GainW, YWidth);
  if (Offset >= 2**YWidth)
    $error("bayer_front: Offset=%0d must be below 2^YWidth, YWidth=%0d", Offset, YWidth);

  logic advance, take;

  assign advance   = y_ready_i || !y_valid_o;
  assign x_ready_o = advance;
  assign take      = x_valid_i && advance;

  // Where a beat lies: at the input, and in each of the three stages that follow.
  typedef struct packed {
    logic               bottom;
    logic [ColumnW-1:0] column;
  } place_t;
  place_t          place_q;
  place_t [2:0]    stage_q;
  logic [2:0][1:0] red_q;  // of its frame
  logic [2:0]      valid_q;

  always_ff @(posedge clk_i) begin
    if (advance) stage_q <= {stage_q[1:0], place_q};
    if (advance) red_q   <= {red_q[1:0], red_i};

    if (!rst_ni) begin
      place_q <= '0;
      valid_q <= '0;
    end else if (advance) begin
      valid_q <= {valid_q[1:0], take};
      if (take) begin
        place_q.column <= place_q.column == ColumnW'(Beats - 1) ? '0 : place_q.column + 1'b1;
        if (place_q.column == ColumnW'(Beats - 1)) place_q.bottom <= !place_q.bottom;
      end
    end
  end

  // Stages 0 to 2 of every sample: subtract, multiply, round; then clip.
  logic [Samples-1:0][YWidth-1:0] codes;
  logic [Samples*SumW-1:0]        sums;

  for (genvar s = 0; s < Samples; s++) begin : gen_sample
    logic [1:0] colour;
    level_t     level_q;
    gain_t      gain_q;
    product_t   product_q, scaled;
    /* verilator lint_off UNUSEDSIGNAL */  // above sum_t there are copies of the sign
    product_t   rounded;
    /* verilator lint_on UNUSEDSIGNAL */
    sum_t       rounded_q;

    assign scaled = product_q >>> Slack;
    assign colour = {place_q.bottom, Samples == 1 ? place_q.column[0] : 1'(s % 2)} ^ red_i;

    always_ff @(posedge clk_i) begin
      if (advance) begin
        level_q   <= level_t'(sample_t'(x_data_i[s*XWidth +: XWidth]))
                   - level_t'(black_i[colour*XWidth +: XWidth]);
        gain_q    <= gain_i[colour*GainW +: GainW];
        product_q <= product_t'(level_q) * product_t'(signed'({1'b0, gain_q})) + HALF;
        rounded_q <= sum_t'(rounded);
      end
    end

    tarsier_rint #(.Lanes(1), .XWidth(ProductW), .Shift(Fraction)) u_rint (
      .x_i(scaled), .y_o(rounded)
    );

    assign sums[s*SumW +: SumW] = rounded_q + sum_t'(Offset);
  end

  tarsier_clamp #(
    .Kernel("bayer_front"), .Lanes(Samples), .XWidth(SumW), .YWidth(YWidth), .YMin(0),
    .YMax(2**YWidth - 1)
  ) u_clamp (
    .x_i(sums), .y_o(codes)
  );

  // Stage 3: the upper row waits in memory for the lower one.
  word_t word, above_q;
  word_t upper [Words];
  logic  complete;

  if (Samples == 1) begin : gen_pair
    logic [YWidth-1:0] left_q;
    assign word     = {codes, left_q};
    assign complete = valid_q[2] && stage_q[2].column[0];
    always_ff @(posedge clk_i) begin
      if (advance) begin
        above_q <= upper[stage_q[1].column[ColumnW-1:1]];
        if (valid_q[2]) left_q <= codes;
        if (complete && !stage_q[2].bottom) upper[stage_q[2].column[ColumnW-1:1]] <= word;
      end
    end
  end else begin : gen_word
    assign word     = codes;
    assign complete = valid_q[2];
    always_ff @(posedge clk_i) begin
      if (advance) begin
        above_q <= upper[stage_q[1].column];
        if (complete && !stage_q[2].bottom) upper[stage_q[2].column] <= word;
      end
    end
  end

  logic [Blocks-1:0][3:0][YWidth-1:0] packed_blocks;

  for (genvar b = 0; b < Blocks; b++) begin : gen_block
    for (genvar l = 0; l < 4; l++) begin : gen_lane
      logic [1:0]             site;
      logic [1:0][YWidth-1:0] below, above;
      assign site  = 2'(l) ^ red_q[2];
      assign below = word[2*b +: 2];
      assign above = above_q[2*b +: 2];
      assign packed_blocks[b][l] = site[1] ? below[site[0]] : above[site[0]];
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) y_data_o <= packed_blocks;

    if (!rst_ni)      y_valid_o <= 1'b0;
    else if (advance) y_valid_o <= complete && stage_q[2].bottom;
  end

endmodule
