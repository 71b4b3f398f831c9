// SPDX-License-Identifier: MIT
// What the solver is told of bayer_front: where in the two rows it stands, and the beats of y on
// their way.

  if (Meaning) begin : gen_inside
    localparam int Beats = FrameW / Samples;
    localparam int Given = Samples == 1 ? Beats / 2 : Beats;  // beats of y
    int column, done, held;

    assign column = int'(u_dut.place_q.column);
    assign done   = !u_dut.place_q.bottom ? 0 : Samples == 1 ? column / 2 : column;

    always_comb begin
      held = int'(y_valid_o);
      for (int unsigned s = 0; s < 3; s++)
        if (u_dut.valid_q[s] && u_dut.stage_q[s].bottom
            && (Samples > 1 || u_dut.stage_q[s].column[0])) held++;
    end

    always_comb if (started_q) begin
      counts_x: assert (column < Beats && int'(gen_meaning.x_beat)
                                          == int'(u_dut.place_q.bottom) * Beats + column);
      counts_y: assert (int'(gen_meaning.y_x_units) * Given + done
                        == int'(gen_meaning.y_beat) + held);
    end
  end
