// SPDX-License-Identifier: MIT
//
// fifo_gauge - a fifo whose capacity is set while the simulation runs. Simulation only.
//
// Behaves like fifo with Depth = limit, to the cycle, so that one compiled model measures with
// limit = Depth ("unbounded") and then proves smaller depths.
//
// Reset     synchronous.  Clears the level and the mark, not the limit, which the harness sets.
// Golden    hls/golden/fifo.py     Test  tests/flow/test_fifo_gauge.py
module fifo_gauge #(
  parameter int unsigned Width = 8,
  parameter int unsigned Depth = 1024  // largest limit
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

  int unsigned      level_q, head_q, tail_q;
  logic [Width-1:0] memory_q [Depth];

  logic put, get;

  assign x_ready_o = level_q < limit;
  assign y_valid_o = level_q != 0;
  assign y_data_o  = memory_q[head_q];
  assign put       = x_valid_i && x_ready_o;
  assign get       = y_valid_o && y_ready_i;

  always_ff @(posedge clk_i) begin
    if (put) memory_q[tail_q] <= x_data_i;

    if (!rst_ni) begin
      level_q      <= 0;
      head_q       <= 0;
      tail_q       <= 0;
      high_water_q <= 0;
    end else begin
      if (put) tail_q <= tail_q == Depth - 1 ? 0 : tail_q + 1;
      if (get) head_q <= head_q == Depth - 1 ? 0 : head_q + 1;
      level_q <= level_q + int'(put) - int'(get);
      if (level_q > high_water_q) high_water_q <= level_q;
    end
  end

endmodule
