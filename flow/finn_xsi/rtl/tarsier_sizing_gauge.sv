// SPDX-License-Identifier: MIT
//
// tarsier_sizing_gauge - a fifo of any depth between two nodes, that counts words and keeps none
// of them.  Simulation only.
//
// What FINN's nodes do in which cycle does not depend on the data, so depths are found without any.
//
// Reset     ap_rst_n, synchronous, active low.
module tarsier_sizing_gauge (
  input  logic        ap_clk,
  input  logic        ap_rst_n,

  input  logic        x_tvalid,
  output logic        x_tready,

  output logic        y_tvalid,
  input  logic        y_tready,

  input  logic [63:0] limit,
  output logic [63:0] mark,   // most words held
  output logic [63:0] first   // cycles to the first word, all cycles so far if there was none
);

  logic [63:0] level_q, level_d;

  assign x_tready = level_q < limit;
  assign y_tvalid = level_q != 0;
  assign level_d  = level_q + 64'(x_tvalid && x_tready) - 64'(y_tvalid && y_tready);

  always_ff @(posedge ap_clk)
    if (!ap_rst_n) begin
      level_q <= 0;
      mark    <= 0;
      first   <= 0;
    end else begin
      level_q <= level_d;
      if (level_d > mark)                 mark  <= level_d;
      if (mark == 0 && level_d == 0)      first <= first + 1;
    end

endmodule
