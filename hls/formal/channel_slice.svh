// SPDX-License-Identifier: MIT
// What induction needs to know of channel_slice: its beat counter follows x, and so does y.

  if (Meaning && Folds > 1) begin : gen_inside
    localparam int unsigned Before = First / Lanes;
    localparam int unsigned Kept   = Count / Lanes;
    logic [31:0] fold;

    assign fold = 32'(u_dut.gen_beats.fold_q);

    always_comb if (started_q) begin
      counts_x: assert (fold == gen_meaning.x_beat);
      drops_before: assert (fold >= Before || (gen_meaning.y_x_lead == int'(fold)
                                               && gen_meaning.y_beat == '0));
      keeps: assert (fold < Before || fold >= Before + Kept
                     || (gen_meaning.y_x_lead == int'(fold)
                         && gen_meaning.y_beat == fold - Before));
      drops_after: assert (fold < Before + Kept || (gen_meaning.y_x_lead == int'(fold) - Folds
                                                    && gen_meaning.y_beat == '0));
    end
  end
