// SPDX-License-Identifier: MIT
//
// tarsier_median_mend - a pixel, or the median of the eight around it where it stands out; a part of
// other modules.
//
//   y = x, or m where |x - m| > threshold_i > 0,   m = floor((s[3] + s[4]) / 2)
//
// Coding    around_i is [row][column] of {inside, code}, x in its middle.
// Borders   see defective_pixels.
// Rate      one pixel whenever advance_i
// Latency   six of these; threshold_i and mends_o are those of the pixel that becomes y with the next
// Used by   hls/rtl/tarsier_defective_pixels.sv
module tarsier_median_mend #(
  parameter int unsigned Bits = 12
) (
  input  logic                      clk_i,
  input  logic                      advance_i,

  input  logic [Bits-1:0]           threshold_i,
  input  logic [2:0][2:0][Bits:0]   around_i,
  output logic                      mends_o,
  output logic [Bits-1:0]           y_o
);

  typedef logic [Bits-1:0] pixel_t;
  typedef pixel_t [3:0]    four_t;  // lowest first, as far as it is sorted
  typedef pixel_t [1:0]    two_t;

  function automatic two_t sorted(input pixel_t a, input pixel_t b);
    return a < b ? {b, a} : {a, b};
  endfunction

  // Stage 0: what is outside is mirrored.
  logic [2:0][1:0]   rows, columns;
  pixel_t [2:0][2:0] near;

  always_comb begin
    rows    = {2'd2, 2'd1, 2'd0};
    columns = {2'd2, 2'd1, 2'd0};
    for (int unsigned end_at = 0; end_at < 3; end_at += 2) begin
      if (!around_i[end_at][1][Bits])
        rows[end_at] = around_i[2 - end_at][1][Bits] ? 2'(2 - end_at) : 2'd1;
      if (!around_i[1][end_at][Bits])
        columns[end_at] = around_i[1][2 - end_at][Bits] ? 2'(2 - end_at) : 2'd1;
    end
    for (int unsigned row = 0; row < 3; row++)
      for (int unsigned column = 0; column < 3; column++)
        near[row][column] = around_i[rows[row]][columns[column]][Bits-1:0];
  end

  // Stages 1 to 4: two fours are sorted, then split into the lower and the upper four of all, whose
  // greatest and least are the middle two; stage 5: their mean.
  pixel_t [4:0] x_q;
  logic [4:0]   inside_q;
  four_t        left_q, right_q, lefts_q, rights_q, lower_q, upper_q;
  four_t        lefts_d, rights_d, lower_d, upper_d, left_in, right_in;
  two_t         middle_q, left_mid, right_mid;
  pixel_t       median_q, median_d;

  // Level by level, of four: the pairs 0 and 1, 2 and 3; then 0 and 2, 1 and 3.
  function automatic four_t half_sorted(input four_t x);
    automatic two_t low  = sorted(x[0], x[1]);
    automatic two_t high = sorted(x[2], x[3]);
    automatic two_t ends = sorted(low[0], high[0]);
    automatic two_t tops = sorted(low[1], high[1]);
    return {tops[1], tops[0], ends[1], ends[0]};
  endfunction

  assign lefts_d   = half_sorted(left_q);
  assign rights_d  = half_sorted(right_q);
  assign left_mid  = sorted(lefts_q[1], lefts_q[2]);
  assign right_mid = sorted(rights_q[1], rights_q[2]);
  assign left_in   = {lefts_q[3], left_mid, lefts_q[0]};
  assign right_in  = {rights_q[3], right_mid, rights_q[0]};

  always_comb begin
    for (int unsigned n = 0; n < 4; n++)
      {upper_d[n], lower_d[n]} = sorted(left_in[n], right_in[3 - n]);
  end

  function automatic pixel_t greatest(input four_t x);
    automatic pixel_t a = x[0] < x[1] ? x[1] : x[0];
    automatic pixel_t b = x[2] < x[3] ? x[3] : x[2];
    return a < b ? b : a;
  endfunction

  function automatic pixel_t least(input four_t x);
    automatic pixel_t a = x[0] < x[1] ? x[0] : x[1];
    automatic pixel_t b = x[2] < x[3] ? x[2] : x[3];
    return a < b ? a : b;
  endfunction

  assign median_d = pixel_t'(((Bits+1)'(middle_q[0]) + (Bits+1)'(middle_q[1])) >> 1);

  // The pixel itself, and whether it stands out.
  logic [Bits:0] above, below;
  assign above   = (Bits+1)'(median_q) + (Bits+1)'(threshold_i);
  assign below   = (Bits+1)'(x_q[4]) + (Bits+1)'(threshold_i);
  assign mends_o = inside_q[4] && threshold_i != '0
                && ((Bits+1)'(x_q[4]) > above || (Bits+1)'(median_q) > below);

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      x_q      <= {x_q[3:0], around_i[1][1][Bits-1:0]};
      inside_q <= {inside_q[3:0], around_i[1][1][Bits]};
      left_q   <= {near[1][0], near[0][2], near[0][1], near[0][0]};
      right_q  <= {near[2][2], near[2][1], near[2][0], near[1][2]};
      lefts_q  <= lefts_d;
      rights_q <= rights_d;
      lower_q  <= lower_d;
      upper_q  <= upper_d;
      middle_q <= {least(upper_q), greatest(lower_q)};
      median_q <= median_d;
      y_o      <= mends_o ? median_q : x_q[4];
    end
  end

endmodule
