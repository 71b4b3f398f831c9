// SPDX-License-Identifier: MIT
// What induction needs to know of act_table: its beat counter follows the beats of x.

  if (Meaning) begin : gen_inside
    always_comb if (started_q) counts_x: assert (u_dut.fold_q == gen_meaning.x_beat);
  end
