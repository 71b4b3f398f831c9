// SPDX-License-Identifier: MIT
//
// counted - a circuit whose resources can be counted by hand, for tests/flow/test_synth.py.
//
// One LUT for y_o, which has a register; 64 words of 3 bits with one port to write and one to read,
// which are one RAM64M, four LUTs; and a register for the word that is read.
module counted (
  input  logic       clk_i,
  input  logic [4:0] a_i,
  output logic       y_o,

  input  logic       write_i,
  input  logic [5:0] write_address_i,
  input  logic [5:0] read_address_i,
  input  logic [2:0] word_i,
  output logic [2:0] word_o
);

  logic [2:0] words[64];

  always_ff @(posedge clk_i) begin
    y_o    <= ^a_i;
    word_o <= words[read_address_i];
    if (write_i) words[write_address_i] <= word_i;
  end

endmodule
