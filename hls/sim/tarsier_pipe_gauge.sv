// SPDX-License-Identifier: MIT
//
// tarsier_pipe_gauge - when a pipeline that stalls as a whole takes and gives, without its data.
// Simulation only.
//
// Stands for a kernel with its matrix built in while FIFOs are sized: its adders would be read,
// elaborated and thrown away, which takes longer than all the rest.
//
// Reset     synchronous.
// Test      tests/hls/sim/test_fifo_gauge.py
module tarsier_pipe_gauge #(
  parameter int unsigned Stages = 3,
  parameter int unsigned XWidth = 8,
  parameter int unsigned YWidth = 8
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  input  logic              x_valid_i,
  output logic              x_ready_o,
  input  logic [XWidth-1:0] x_data_i,

  output logic              y_valid_o,
  input  logic              y_ready_i,
  output logic [YWidth-1:0] y_data_o
);

  tarsier_stall_pipe #(
    .Stages(Stages)
  ) u_pipe (
    .clk_i,
    .rst_ni,
    .x_valid_i,
    .x_ready_o,
    .y_valid_o,
    .y_ready_i,
    .advance_o()
  );

  assign y_data_o = '0;

endmodule
