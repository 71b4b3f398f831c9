// SPDX-License-Identifier: MIT
// What defective_pixels makes of a beat of its window: the header's equation, with the median found by
// ranks. Beside it what its stages hold, from the window's beat on, and where in a frame it stands. A lane
// depends on more pixels than a table has bits for, so it is stated here. What the window gives is its
// own: its proofs have dilation 1, its tests this one too.

  if (Meaning) begin : gen_stages
    localparam int unsigned Beats = FrameW / Pixels * FrameH;
    typedef logic [Bits-1:0]            pixel_t;
    typedef logic [2:0][2:0][Bits:0]    around_t;
    typedef pixel_t [7:0]               near_t;

    // What the stages are made of: the window's beat, its neighbours, and what is found of those.
    logic [Pixels-1:0][2:0][2:0][Bits:0] around_q;
    pixel_t                              threshold_q;

    always_ff @(posedge clk_i) begin
      if (u_dut.advance) begin
        around_q    <= u_dut.around;
        threshold_q <= u_dut.threshold;
      end
    end

    function automatic logic [1:0] place(input logic own, input logic other, input logic [1:0] at);
      return own ? at : other ? 2'd2 - at : 2'd1;
    endfunction

    function automatic near_t near(input around_t x);
      for (int unsigned n = 0; n < 8; n++) begin
        automatic int unsigned t = n < 4 ? n : n + 1;
        automatic logic [1:0] row, column;
        row    = t / 3 == 1 ? 2'd1 : place(x[t / 3][1][Bits], x[2 - t / 3][1][Bits], 2'(t / 3));
        column = t % 3 == 1 ? 2'd1 : place(x[1][t % 3][Bits], x[1][2 - t % 3][Bits], 2'(t % 3));
        near[n] = pixel_t'(x[row][column]);
      end
    endfunction

    function automatic pixel_t least(input pixel_t a, input pixel_t b);
      return a < b ? a : b;
    endfunction

    function automatic pixel_t most(input pixel_t a, input pixel_t b);
      return a < b ? b : a;
    endfunction

    // Of four: least, the two between as they lie, greatest.
    function automatic pixel_t [3:0] halves(input pixel_t [3:0] x);
      halves[0] = least(least(x[0], x[1]), least(x[2], x[3]));
      halves[1] = most(least(x[0], x[1]), least(x[2], x[3]));
      halves[2] = least(most(x[0], x[1]), most(x[2], x[3]));
      halves[3] = most(most(x[0], x[1]), most(x[2], x[3]));
    endfunction

    // The one of eight that stands at `rank`, equal ones as they lie.
    function automatic pixel_t ranked(input near_t x, input int unsigned rank);
      ranked = '0;
      for (int unsigned n = 0; n < 8; n++) begin
        automatic int unsigned below = 0;
        for (int unsigned m = 0; m < 8; m++)
          if (x[m] < x[n] || (x[m] == x[n] && m < n)) below++;
        if (below == rank) ranked |= x[n];
      end
    endfunction

    function automatic pixel_t mended(input logic [Bits:0] x, input pixel_t median,
                                      input pixel_t threshold);
      automatic int code = int'(pixel_t'(x));
      automatic int away = code < int'(median) ? int'(median) - code : code - int'(median);
      return x[Bits] && threshold != '0 && away > int'(threshold) ? median : pixel_t'(x);
    endfunction

    for (genvar p = 0; p < Pixels; p++) begin : gen_pixel
      near_t [3:1]        near_q;   // of the pixel in that stage
      pixel_t [1:0]       middle_q;
      pixel_t             median_q;
      logic [5:0][Bits:0] x_q;
      pixel_t [3:0]       left, right;

      always_ff @(posedge clk_i) begin
        if (u_dut.advance) begin
          near_q   <= {near_q[2:1], u_dut.gen_pixel[p].u_mend.right_q,
                       u_dut.gen_pixel[p].u_mend.left_q};
          middle_q <= u_dut.gen_pixel[p].u_mend.middle_q;
          median_q <= u_dut.gen_pixel[p].u_mend.median_q;
          x_q      <= {x_q[4:0], u_dut.around[p][1][1]};
        end
      end
      assign left  = halves(near_q[2][3:0]);
      assign right = halves(near_q[2][7:4]);

      always_comb if (started_q && u_dut.valid_q[0]) begin
        mirrors: assert ({u_dut.gen_pixel[p].u_mend.right_q, u_dut.gen_pixel[p].u_mend.left_q}
                         == near(around_q[p]));
      end
      always_comb if (started_q && u_dut.valid_q[1]) begin
        sorts_left: assert (u_dut.gen_pixel[p].u_mend.lefts_q == halves(near_q[1][3:0]));
        sorts_right: assert (u_dut.gen_pixel[p].u_mend.rights_q == halves(near_q[1][7:4]));
      end
      for (genvar n = 0; n < 4; n++) begin : gen_half
        pixel_t a, b;
        assign a = n == 1 ? least(left[1], left[2]) : n == 2 ? most(left[1], left[2]) : left[n];
        assign b = n == 2 ? least(right[1], right[2]) : n == 1 ? most(right[1], right[2])
                                                               : right[3 - n];
        always_comb if (started_q && u_dut.valid_q[2]) begin
          splits: assert (u_dut.gen_pixel[p].u_mend.lower_q[n] == least(a, b)
                          && u_dut.gen_pixel[p].u_mend.upper_q[n] == most(a, b));
        end
      end
      always_comb if (started_q && u_dut.valid_q[3]) begin
        finds_middle: assert (u_dut.gen_pixel[p].u_mend.middle_q[0] == ranked(near_q[3], 3)
                              && u_dut.gen_pixel[p].u_mend.middle_q[1] == ranked(near_q[3], 4));
      end
      always_comb if (started_q && u_dut.valid_q[4]) begin
        finds_median: assert (32'(u_dut.gen_pixel[p].u_mend.median_q)
                              == (32'(middle_q[0]) + 32'(middle_q[1])) / 2);
      end
      for (genvar k = 0; k < 5; k++) begin : gen_stage
        always_comb if (started_q && u_dut.valid_q[k]) begin
          keeps_pixel: assert ({u_dut.gen_pixel[p].u_mend.inside_q[k],
                                u_dut.gen_pixel[p].u_mend.x_q[k]} == x_q[k]);
        end
      end
      always_comb if (started_q && y_valid_o) begin
        mends: assert (y_data_o[p*Bits +: Bits] == mended(x_q[5], median_q, threshold_q));
      end
    end

    always_comb if (started_q) begin
      places_exist: assert (32'(u_dut.x_place_q) < Beats && 32'(u_dut.y_place_q) < Beats);
      moves_on: assert (!x_valid_i || x_ready_o || u_dut.around_valid || !u_dut.advance
                        || !u_dut.u_window.in_frame);
    end
  end
