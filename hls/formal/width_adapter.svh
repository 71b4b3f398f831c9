// SPDX-License-Identifier: MIT
// What induction needs to know of width_adapter: its word counter follows the narrow stream, and
// the words gathered so far lie in the top of the output.

  if (Meaning && XWidth < YWidth) begin : gen_gathering
    localparam int unsigned Words = YWidth / XWidth;

    always_comb if (started_q) begin
      counts_x: assert (u_dut.gen_gather.word_q == gen_meaning.x_beat);
      holds_one: assert (gen_meaning.y_x_lead
          == $signed({1'b0, gen_meaning.x_beat}) + $signed({1'b0, y_valid_o}) * Words);
      offers_whole: assert (!y_valid_o || gen_meaning.x_beat == '0);
    end
    for (genvar w = 0; w < Words; w++) begin : gen_word
      always_comb if (started_q && w < gen_meaning.x_beat) begin
        gathered: assert (y_data_o[(Words - gen_meaning.x_beat + w)*XWidth +: XWidth]
                          == gen_meaning.x_beats[gen_meaning.x_unit][w]);
      end
    end
  end

  if (Meaning && XWidth > YWidth) begin : gen_cutting
    always_comb if (started_q) begin
      counts_y: assert (u_dut.gen_cut.word_q == gen_meaning.y_beat);
      holds_none: assert (gen_meaning.y_x_lead == '0);
      cuts_what_waits: assert (gen_meaning.y_beat == '0 || u_x_rules.waits_q);
    end
  end

  if (Meaning && XWidth == YWidth) begin : gen_wires
    always_comb if (started_q) holds_none: assert (gen_meaning.y_x_lead == '0);
  end
