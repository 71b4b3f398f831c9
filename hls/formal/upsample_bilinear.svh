// SPDX-License-Identifier: MIT
// What the solver is told of upsample_bilinear: where x and y stand in their frames, how many
// pixels of x are kept, and which memory has the upper row.

  if (Meaning) begin : gen_inside
    localparam int Beats = 4 * FrameW * FrameH;
    int   column, row, place, held, freed, taken;
    logic ends;  // a frame's last pixels are still on their way

    assign column = int'(u_dut.y_column_q);
    assign row    = int'(u_dut.y_row_q);
    assign place  = row * 2 * FrameW + column;
    assign held   = int'(u_dut.step_q) + int'(u_dut.blend_step_q) + int'(y_valid_o);
    assign ends   = int'(gen_meaning.y_beat) + held >= Beats;
    // Rows 2, 4 .. and the last free the pixels of their upper row at every read.
    assign freed  = row == 0 ? 0
                  : row == 2*FrameH - 1 ? (FrameH - 1) * FrameW + reads(column)
                  : row % 2 == 1 ? (row - 1) / 2 * FrameW : (row / 2 - 1) * FrameW + reads(column);
    assign taken  = int'(gen_meaning.y_x_lead) - (ends ? FrameW * FrameH : 0);

    function automatic int reads(input int columns);  // of a row, before this column
      return columns == 0 ? 0 : 1 + columns / 2 - int'(columns == 2*FrameW);
    endfunction

    always_comb if (started_q) begin
      places_exist: assert (column < 2*FrameW && row < 2*FrameH && u_dut.x_column_q < FrameW);
      counts_y: assert (place == int'(gen_meaning.y_beat) + held - (ends ? Beats : 0));
      counts_kept: assert (taken == freed + int'(u_dut.level_q));
    end
  end
