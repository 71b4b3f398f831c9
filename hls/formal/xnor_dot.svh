// SPDX-License-Identifier: MIT
// What induction needs to know of xnor_dot: which step it is at, which steps stand in the stages of
// match_count, and how many matches the bits there stand for.

  if (Meaning) begin : gen_inside
    localparam int unsigned Parts = Terms / Simd;
    localparam int unsigned Fold  = Parts * Rows / Pe;
    localparam int unsigned Half  = 2;  // terms of each chain, at a Simd of 3 or 4, or less
    typedef logic [7:0] step_t;  // since y's unit began
    step_t step;
    step_t at [4];  // the step that stands in a stage

    assign step  = 8'(u_dut.step_q);
    assign at[3] = 8'(gen_meaning.y_x_units) * 8'(Fold) + step - 8'($countones(u_dut.valid_q));
    assign at[2] = at[3] + 8'(u_dut.valid_q[3]);
    assign at[1] = at[2] + 8'(u_dut.valid_q[2]);
    assign at[0] = at[1] + 8'(u_dut.valid_q[1]);

    function automatic logic weight(input step_t n, input int unsigned j, input int unsigned k);
      return k >= Simd || Weights[(32'(n) % Fold / Parts * Pe + j) * Terms
                                  + 32'(n) % Parts * Simd + k];
    endfunction

    function automatic logic term(input step_t n, input int unsigned k);
      automatic logic [Terms-1:0] x;
      x = gen_meaning.x_beats[(32'(gen_meaning.y_unit) + 32'(n) / Fold) % Units][0];
      return k < Simd && x[32'(n) % Parts * Simd + k];
    endfunction

    function automatic step_t hits(input step_t n, input int unsigned j, input int unsigned most);
      hits = '0;
      for (int unsigned k = 0; k < most; k++) hits += 8'(term(n, k) == weight(n, j, k));
    endfunction

    always_comb if (started_q) begin
      step_exists: assert (step < Fold && 8'(u_dut.part_q) == step % Parts);
      steps_while_x_waits: assert (step == 0 || u_x_rules.waits_q);
      counts_y: assert (at[3] / Parts == 8'(gen_meaning.y_beat) + 8'(y_valid_o));
      offers_whole: assert (!y_valid_o || at[3] % Parts == 0);
    end

    for (genvar s = 0; s < 4; s++) begin : gen_stage
      always_comb if (started_q && u_dut.valid_q[s]) begin
        stage_knows_part: assert (u_dut.first_q[s] == (at[s] % Parts == 0)
                                  && u_dut.last_q[s] == (at[s] % Parts == Parts - 1));
      end
    end

    for (genvar k = 0; k < Half; k++) begin : gen_late
      always_comb if (started_q && u_dut.valid_q[0]) begin
        holds_late: assert (u_dut.x_late_q[k] == term(at[0], Half + k));
      end
    end

    for (genvar j = 0; j < Pe; j++) begin : gen_row
      step_t first, second, third, fourth;  // matches that the bits of a stage stand for

      assign first  = 8'(u_dut.gen_count.u_count.early_ones_q[0][j])
                    + (8'(u_dut.gen_count.u_count.early_twos_q[0][j]) << 1);
      assign second = 8'(u_dut.gen_count.u_count.ones_q[0][j])
                    + (8'(u_dut.gen_count.u_count.early_twos_qq[0][j]) << 1)
                    + (8'(u_dut.gen_count.u_count.late_twos_q[0][j]) << 1);
      assign third  = 8'(u_dut.gen_count.u_count.low_q[0][j])
                    + (8'(u_dut.gen_count.u_count.low_q[1][j]) << 1)
                    + (8'(u_dut.gen_count.u_count.fours_q[0][j]) << 2);
      assign fourth = 8'(u_dut.gen_count.u_count.nibble_q[0][j])
                    + (8'(u_dut.gen_count.u_count.nibble_q[1][j]) << 1)
                    + (8'(u_dut.gen_count.u_count.nibble_q[2][j]) << 2)
                    + (8'(u_dut.gen_count.u_count.nibble_q[3][j]) << 3)
                    + (8'(u_dut.gen_count.u_count.sixteens_q[0][j]) << 4);

      always_comb if (started_q && u_dut.valid_q[0]) begin
        counts_early: assert (first == hits(at[0], j, Half));
      end
      always_comb if (started_q && u_dut.valid_q[1]) begin
        counts_all: assert (second == hits(at[1], j, Simd));
      end
      always_comb if (started_q && u_dut.valid_q[2]) begin
        counts_low: assert (third == hits(at[2], j, Simd));
      end
      always_comb if (started_q && u_dut.valid_q[3]) begin
        counts_nibble: assert (fourth == hits(at[3], j, Simd));
      end

      for (genvar k = 0; k < Half; k++) begin : gen_early_weight
        always_comb if (started_q) reads_early: assert (u_dut.w_early[k][j] == weight(step, j, k));
      end
      for (genvar k = 0; k < Half; k++) begin : gen_late_weight
        always_comb if (started_q && u_dut.valid_q[0]) begin
          reads_late: assert (u_dut.w_late[k][j] == weight(at[0], j, Half + k));
        end
      end
      if (Parts == 2) begin : gen_half
        always_comb if (started_q && at[3] % 2 == 1) begin
          holds_half: assert (8'(u_dut.gen_lane[j].sum_q) == hits(at[3] - 8'd1, j, Simd));
        end
      end
    end
  end
