// SPDX-License-Identifier: MIT
//
// tarsier_quiet_cycles - whether quiet_i was high in each of the last Cycles cycles.
module tarsier_quiet_cycles #(
  parameter int unsigned Cycles = 4
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic quiet_i,
  output logic long_o
);

  localparam int unsigned CountW = $clog2(Cycles + 1);
  logic [CountW-1:0] count_q = '0;

  assign long_o = count_q == CountW'(Cycles);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || !quiet_i) count_q <= '0;
    else if (!long_o)        count_q <= count_q + 1'b1;
  end

  always_comb count_exists: assert (count_q <= CountW'(Cycles));  // for induction

endmodule
