// SPDX-License-Identifier: MIT
// What induction needs to know of int_dot_fold: which step it is at, which steps stand in its
// stages, and the products and sums these hold.

  if (Meaning) begin : gen_inside
    localparam int unsigned Parts = Terms / Simd;
    localparam int unsigned Fold  = Parts * Rows / Pe;
    typedef logic [7:0]             step_t;  // since y's unit began
    typedef logic signed [SumW-1:0] sum_t;
    logic  products, groups;  // whether a step stands there
    step_t taken, summed;     // steps whose x was taken, and the next one that the sums take

    assign products = u_dut.products_q.valid;
    assign groups   = u_dut.groups_q.valid;
    assign taken    = 8'(gen_meaning.y_x_lead);
    assign summed   = taken - 8'(products) - 8'(groups);

    function automatic sum_t weight(input step_t n, input int unsigned j, input int unsigned k);
      return sum_t'(signed'(Weights[((32'(n) % Fold / Parts * Pe + j) * Terms
                                     + 32'(n) % Parts * Simd + k) * WWidth +: WWidth]));
    endfunction

    function automatic sum_t product(input step_t n, input int unsigned j, input int unsigned k);
      automatic logic [Simd*XWidth-1:0] x;
      automatic logic [XWidth-1:0]      term;
      x    = gen_meaning.x_beats[(32'(gen_meaning.y_unit) + 32'(n) / Fold) % Units][32'(n) % Fold];
      term = x[k * XWidth +: XWidth];
      return weight(n, j, k) * sum_t'(signed'({XSigned && term[XWidth-1], term}));
    endfunction

    function automatic sum_t step_sum(input step_t n, input int unsigned j);
      step_sum = '0;
      for (int unsigned k = 0; k < Simd; k++) step_sum += product(n, j, k);
    endfunction

    always_comb if (started_q) begin
      step_exists: assert (8'(u_dut.step_q) == taken % 8'(Fold)
                           && 8'(u_dut.part_q) == taken % 8'(Parts));
      counts_y: assert (summed / Parts == 8'(gen_meaning.y_beat) + 8'(y_valid_o));
      offers_whole: assert (!y_valid_o || summed % Parts == 0);
      adds_bias_of: assert (32'(u_dut.beat_q) == 32'(summed) % Fold / Parts);
    end
    always_comb if (started_q && products) begin
      multiplied: assert (u_dut.products_q.first == ((summed + groups) % Parts == 0)
                          && u_dut.products_q.last == ((summed + groups) % Parts == Parts - 1));
    end
    always_comb if (started_q && groups) begin
      grouped: assert (u_dut.groups_q.first == (summed % Parts == 0)
                       && u_dut.groups_q.last == (summed % Parts == Parts - 1));
    end

    for (genvar j = 0; j < Pe; j++) begin : gen_row
      for (genvar k = 0; k < Simd; k++) begin : gen_term
        always_comb if (started_q) begin
          reads_weight: assert (sum_t'(signed'(u_dut.w[j][k*WWidth +: WWidth]))
                                == weight(taken, j, k));
        end
        always_comb if (started_q && products) begin
          holds_product: assert (sum_t'(u_dut.gen_lane[j].prod_q[k])
                                 == product(summed + groups, j, k));
        end
      end
      always_comb if (started_q && groups) begin
        holds_group: assert (sum_t'(u_dut.gen_lane[j].group_q[0]) == step_sum(summed, j));
      end
      if (Parts == 2) begin : gen_half
        always_comb if (started_q && summed % 2 == 1) begin
          holds_half: assert (u_dut.gen_lane[j].sum_q == step_sum(summed - 1, j)
              + sum_t'(signed'(Bias[(32'(summed) % Fold / Parts * Pe + j) * SumW +: SumW])));
        end
      end
    end
  end
