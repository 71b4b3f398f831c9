// SPDX-License-Identifier: MIT
// What induction needs to know of stream_fork: an output is ahead of x while it has x's beat.

  if (Meaning) begin : gen_inside
    always_comb if (started_q) begin
      y0_is_ahead: assert (gen_meaning.y0_x_lead == -$signed({1'b0, u_dut.y0_has_q}));
      y1_is_ahead: assert (gen_meaning.y1_x_lead == -$signed({1'b0, u_dut.y1_has_q}));
      has_what_waits: assert (!(u_dut.y0_has_q || u_dut.y1_has_q) || u_x_rules.waits_q);
    end
  end
