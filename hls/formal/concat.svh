// SPDX-License-Identifier: MIT
// What induction needs to know of concat: its beat counter follows y, and so does each input.

  if (Meaning) begin : gen_inside
    logic from_b;

    assign from_b = gen_meaning.y_beat >= ABeats;

    always_comb if (started_q) begin
      counts_y: assert (u_dut.beat_q == gen_meaning.y_beat);
      follows_a: assert (gen_meaning.y_a_lead == (from_b ? ABeats : int'(gen_meaning.y_beat)));
      follows_b: assert (gen_meaning.y_b_lead == (from_b ? gen_meaning.y_beat - ABeats : 0));
    end
  end
