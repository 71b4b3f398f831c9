// SPDX-License-Identifier: MIT
// What induction needs to know of max_pool: where it stands in the frame, and which pixels it keeps.

  if (Meaning) begin : gen_inside
    localparam int unsigned Pairs = FrameW / 2;
    logic [31:0]                            column, row, pairs_done;
    logic [FrameH*FrameW-1:0][XWidth-1:0]   x;  // lane 0

    function automatic logic [XWidth-1:0] greater(input logic [XWidth-1:0] a, b);
      return (a ^ {XSigned, {XWidth-1{1'b0}}}) > (b ^ {XSigned, {XWidth-1{1'b0}}}) ? a : b;
    endfunction

    assign column = 32'(u_dut.column_q);
    assign row    = 32'(u_dut.row_q);
    assign x      = gen_meaning.x_beats[gen_meaning.x_unit];
    assign pairs_done = row / 2 * Pairs + (row % 2 == 1 ? column / 2 : 0);

    always_comb if (started_q) begin
      place_exists: assert (column < FrameW && row < FrameH);
      counts_x: assert (row * FrameW + column == 32'(gen_meaning.x_beat));
      follows_x: assert (gen_meaning.y_x_units * int'(Pairs * (FrameH / 2)) + int'(pairs_done)
                         == int'(gen_meaning.y_beat) + int'(y_valid_o));
    end
    always_comb if (started_q && column % 2 == 1) begin
      keeps_left: assert (u_dut.left_q == x[row*FrameW + column - 1]);
      if (row % 2 == 1) begin
        keeps_above: assert (u_dut.above_q == greater(x[(row-1)*FrameW + column - 1],
                                                      x[(row-1)*FrameW + column]));
      end
    end
    for (genvar p = 0; p < Pairs; p++) begin : gen_pair
      always_comb if (started_q && row % 2 == 1) begin
        keeps_pairs: assert (u_dut.pairs[p] == greater(x[(row-1)*FrameW + 2*p],
                                                        x[(row-1)*FrameW + 2*p + 1]));
      end
      always_comb if (started_q && row % 2 == 0 && p < column / 2) begin
        keeps_new_pairs: assert (u_dut.pairs[p] == greater(x[row*FrameW + 2*p],
                                                            x[row*FrameW + 2*p + 1]));
      end
    end
  end
