// SPDX-License-Identifier: MIT
// What the solver is told of int_dot_const: the beats of y on their way.

  if (Meaning) begin : gen_inside
    always_comb if (started_q) begin
      counts_y: assert (int'(gen_meaning.y_x_lead) == $countones(u_dut.u_pipe.valid_q));
    end
  end
