// SPDX-License-Identifier: MIT
//
// double - twice every integer: y = 2 x, one beat per cycle, one cycle later.
module double #(
  parameter int unsigned Lanes = 1,
  parameter int unsigned Width = 8
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       x_valid_i,
  output logic                       x_ready_o,
  input  logic [Lanes*Width-1:0]     x_data_i,
  output logic                       y_valid_o,
  input  logic                       y_ready_i,
  output logic [Lanes*(Width+1)-1:0] y_data_o
);
  assign x_ready_o = y_ready_i || !y_valid_o;

  always_ff @(posedge clk_i) begin
    if (x_ready_o)
      for (int unsigned l = 0; l < Lanes; l++)
        y_data_o[l*(Width+1) +: Width+1] <= {x_data_i[l*Width +: Width], 1'b0};
    if (!rst_ni)        y_valid_o <= 1'b0;
    else if (x_ready_o) y_valid_o <= x_valid_i;
  end
endmodule
