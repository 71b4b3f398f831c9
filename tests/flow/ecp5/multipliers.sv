// SPDX-License-Identifier: MIT
//
// system - 160 multipliers, of which no result can be left out, at the pins of a board.
module system (
  input  logic       clock_i,
  input  logic       reset_i,
  input  logic       rx_i,
  output logic       tx_o,
  output logic [7:0] lights_o
);

  logic [160:0][17:0] chain;

  assign tx_o     = ^chain[160];
  assign lights_o = chain[160][7:0];

  always_ff @(posedge clock_i) chain[0] <= reset_i ? '0 : {chain[0][16:0], rx_i};

  for (genvar k = 0; k < 160; k++) begin : gen_product
    always_ff @(posedge clock_i) chain[k + 1] <= 18'((36'(chain[k]) * 36'(chain[k])) >> 9);
  end

endmodule
