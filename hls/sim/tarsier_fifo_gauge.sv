// SPDX-License-Identifier: MIT
//
// tarsier_fifo_gauge - a fifo whose capacity is set while the simulation runs. Simulation only.
//
// Takes and gives in the cycles in which fifo with Depth = limit does, or as a wire where the limit
// is 0, so that one compiled model measures without a limit and then proves what is built. It
// counts words and gives zeros instead:
// what kernels do in which cycle does not depend on the data, and the logic that makes data nobody
// reads, which is most of a design, is never simulated.
//
// Reset     synchronous.  Clears the level and the mark, not the limit, which the harness sets.
// Test      tests/hls/sim/test_fifo_gauge.py
module tarsier_fifo_gauge #(
  parameter int unsigned Width = 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             x_valid_i,
  output logic             x_ready_o,
  input  logic [Width-1:0] x_data_i,

  output logic             y_valid_o,
  input  logic             y_ready_i,
  output logic [Width-1:0] y_data_o
);

  int unsigned limit;
  int unsigned high_water_q;

  int unsigned level_q;
  logic        put, get;

  assign x_ready_o = limit == 0 ? y_ready_i : level_q < limit;
  assign y_valid_o = limit == 0 ? x_valid_i : level_q != 0;
  assign y_data_o  = '0;
  assign put       = x_valid_i && x_ready_o;
  assign get       = y_valid_o && y_ready_i;

  always_ff @(posedge clk_i)
    if (!rst_ni) begin
      level_q      <= 0;
      high_water_q <= 0;
    end else begin
      level_q <= level_q + int'(put) - int'(get);
      if (level_q > high_water_q) high_water_q <= level_q;
    end

endmodule
