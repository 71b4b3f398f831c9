// SPDX-License-Identifier: MIT
//
// bench - a board as streams: in every cycle a level of its line goes in, and what its pins show
// comes out. The line rests high when x has ended.
module bench (
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic       x_valid_i,
  output logic       x_ready_o,
  input  logic [0:0] x_data_i,

  output logic       y_valid_o,
  input  logic       y_ready_i,
  output logic [8:0] y_data_o  // lights, line
);

  logic unused;
  assign unused    = y_ready_i;
  assign x_ready_o = 1'b1;
  assign y_valid_o = rst_ni;

  system u_system (
    .clock_i(clk_i),
    .reset_i(!rst_ni),
    .rx_i(x_data_i[0] || !x_valid_i),
    .tx_o(y_data_o[0]),
    .lights_o(y_data_o[8:1])
  );

endmodule
