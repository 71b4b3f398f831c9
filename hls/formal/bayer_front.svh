// SPDX-License-Identifier: MIT
// What induction needs to know of bayer_front: which beats are in its three stages, what has become
// of their samples there, and the codes that wait for the row below.

  if (Meaning) begin : gen_inside
    localparam int unsigned Beats = FrameW / Samples;  // of a row
    localparam int unsigned Blocks = Samples > 1 ? Samples / 2 : 1;
    localparam int unsigned Words = Samples == 1 ? Beats / 2 : Beats;
    int unsigned lead, done;  // beats since y's rows began: taken, and through all stages
    int unsigned at [3];      // which one each stage holds
    int unsigned given;       // beats that have become y or its upper row

    assign lead  = 32'(gen_meaning.y_x_lead);
    assign done  = lead - 32'($countones(u_dut.u_blocks.valid_q));
    assign at[0] = lead - 1;
    assign at[1] = at[0] - 32'(u_dut.u_blocks.valid_q[0]);
    assign at[2] = at[1] - 32'(u_dut.u_blocks.valid_q[1]);
    assign given = done > Beats ? done - Beats : 0;

    // Of sample s of beat n.
    function automatic logic [1:0] colour(input int unsigned n, input int unsigned s);
      return {1'(n / Beats % 2), Samples == 1 ? 1'(n % 2) : 1'(s % 2)} ^ Red;
    endfunction

    function automatic int level(input int unsigned n, input int unsigned s);
      automatic logic [Samples*XWidth-1:0] x;
      x = gen_meaning.x_beats[(32'(gen_meaning.y_unit) + 32'(n >= 2 * Beats)) % Units]
                             [n >= 2 * Beats ? n - 2 * Beats : n];
      return int'(x[s*XWidth +: XWidth]) - int'(Black[colour(n, s)*XWidth +: XWidth]);
    endfunction

    function automatic int product(input int unsigned n, input int unsigned s);
      return level(n, s) * int'(Gain[colour(n, s)*GainW +: GainW]) + (1 <<< Slack >>> 1);
    endfunction

    function automatic int rounded(input int unsigned n, input int unsigned s);
      automatic int scaled = product(n, s) >>> Slack;
      automatic int below  = scaled >>> Fraction;
      automatic int rest   = (scaled - (below <<< Fraction)) * 2 - (1 <<< Fraction);
      return below + int'(rest > 0 || (rest == 0 && below[0]));
    endfunction

    function automatic logic [YWidth-1:0] code(input int unsigned n, input int unsigned s);
      automatic int sum = rounded(n, s) + int'(Offset);
      return sum < 0 ? '0 : sum > 2**YWidth - 1 ? '1 : YWidth'(sum);
    endfunction

    // The codes of word w of the row that begins with beat `first`.
    function automatic logic [2*Blocks*YWidth-1:0] word(input int unsigned first,
                                                       input int unsigned w);
      for (int unsigned s = 0; s < 2 * Blocks; s++)
        word[s*YWidth +: YWidth] = Samples == 1 ? code(first + 2*w + s, 0) : code(first + w, s);
    endfunction

    always_comb if (started_q) begin
      counts_x: assert (32'(u_dut.u_blocks.place_q.bottom) * Beats + 32'(u_dut.u_blocks.place_q.column)
                        == 32'(gen_meaning.x_beat) && 32'(u_dut.u_blocks.place_q.column) < Beats);
      stays_close: assert (gen_meaning.y_x_lead >= 0 && done <= 2 * Beats);
      counts_y: assert (32'(gen_meaning.y_beat) + 32'(y_valid_o)
                        == (Samples == 1 ? given / 2 : given));
      gives_at_once: assert (done < 2 * Beats || y_valid_o);
    end
    for (genvar k = 0; k < 3; k++) begin : gen_stage
      always_comb if (started_q && u_dut.u_blocks.valid_q[k]) begin
        knows_place: assert (32'(u_dut.u_blocks.stage_q[k].bottom) == at[k] / Beats % 2
                             && 32'(u_dut.u_blocks.stage_q[k].column) == at[k] % Beats);
      end
      always_comb if (started_q && 32'(gen_meaning.u_idle.count_q) > k) begin
        drains: assert (!u_dut.u_blocks.valid_q[k]);
      end
    end
    for (genvar s = 0; s < Samples; s++) begin : gen_sample
      always_comb if (started_q && u_dut.u_blocks.valid_q[0]) begin
        subtracts: assert (int'(u_dut.u_blocks.gen_sample[s].level_q) == level(at[0], s)
            && u_dut.u_blocks.gen_sample[s].gain_q == Gain[colour(at[0], s)*GainW +: GainW]);
      end
      always_comb if (started_q && u_dut.u_blocks.valid_q[1]) begin
        multiplies: assert (int'(u_dut.u_blocks.gen_sample[s].product_q) == product(at[1], s));
      end
      always_comb if (started_q && u_dut.u_blocks.valid_q[2]) begin
        rounds: assert (int'(u_dut.u_blocks.gen_sample[s].rounded_q) == rounded(at[2], s));
      end
    end
    if (Samples == 1) begin : gen_pair
      always_comb if (started_q && done % 2 == 1) begin
        keeps_left: assert (u_dut.u_blocks.gen_pair.left_q == code(done - 1, 0));
      end
    end
    for (genvar w = 0; w < Words; w++) begin : gen_word
      always_comb if (started_q && done >= (Samples == 1 ? 2*w + 2 : w + 1)) begin
        keeps_row: assert (u_dut.u_blocks.upper[w] == word(0, w));
      end
      always_comb if (started_q && u_dut.u_blocks.valid_q[2] && u_dut.u_blocks.stage_q[2].bottom
                      && 32'(u_dut.u_blocks.stage_q[2].column) / (Samples == 1 ? 2 : 1) == w) begin
        reads_above: assert (u_dut.u_blocks.above_q == word(0, w));
      end
    end
  end
