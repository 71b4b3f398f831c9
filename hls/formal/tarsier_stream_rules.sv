// SPDX-License-Identifier: MIT
//
// tarsier_stream_rules - an offered beat stays, unchanged, until it is taken.
//
// Given     1: the environment keeps the rule (assumed, on a kernel's inputs).
//           0: the kernel keeps it (asserted, on its outputs).
// Reset     forgets the waiting beat: a reset may withdraw it.
module tarsier_stream_rules #(
  parameter int unsigned Width = 1,
  parameter bit          Given = 1'b0
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic             ready_i,
  input logic [Width-1:0] data_i
);

  logic             waits_q = 1'b0;
  logic [Width-1:0] data_q;

  always_ff @(posedge clk_i) begin
    waits_q <= rst_ni && valid_i && !ready_i;
    data_q  <= data_i;
  end

  if (Given) begin : gen_assume
    always_comb if (waits_q) stays_as_it_was: assume (valid_i && data_i == data_q);
  end else begin : gen_assert
    always_comb if (waits_q) stays_until_taken: assert (valid_i);
    always_comb if (waits_q && valid_i) keeps_its_data: assert (data_i == data_q);
  end

endmodule
