// SPDX-License-Identifier: MIT
//
// system - 160 multipliers, of which no result can be left out.
module system (
  input  logic        clk_i,
  input  logic [17:0] x_i,
  output logic [17:0] y_o
);

  logic [160:0][17:0] chain;

  assign chain[0] = x_i;
  assign y_o      = chain[160];

  for (genvar k = 0; k < 160; k++) begin : gen_product
    always_ff @(posedge clk_i) chain[k + 1] <= 18'((36'(chain[k]) * 36'(chain[k])) >> 9);
  end

endmodule
