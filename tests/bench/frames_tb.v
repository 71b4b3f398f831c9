// SPDX-License-Identifier: MIT
//
// frames_tb - the first beats of a frame into the stitched design, for Icarus Verilog.
//
// Reads x.hex, one beat of stream x a line, gives them as fast as they are taken, and says how many
// cycles that took.
`timescale 1ns / 1ps
module frames_tb;
  parameter XWidth = 40;
  parameter YWidth = 40;
  parameter XBeats = 1;

  reg               clk = 0, rst_n = 0, x_valid = 0;
  wire              x_ready, y_valid;
  reg  [XWidth-1:0] x_data;
  wire [YWidth-1:0] y_data;
  reg  [XWidth-1:0] x [0:XBeats-1];
  integer           given = 0, cycles = 0;

  tarsier_top u_dut (
    .clk_i(clk), .rst_ni(rst_n),
    .x_valid_i(x_valid), .x_ready_o(x_ready), .x_data_i(x_data),
    .y_valid_o(y_valid), .y_ready_i(1'b1), .y_data_o(y_data)
  );

  always #1 clk = !clk;

  initial begin
    $readmemh("x.hex", x);
    #16 rst_n = 1;
  end

  always @(negedge clk) begin
    x_valid <= rst_n && given < XBeats;
    x_data  <= x[given < XBeats ? given : 0];
  end

  always @(posedge clk) if (rst_n) begin
    cycles <= cycles + 1;
    if (x_valid && x_ready) given <= given + 1;
    if (given == XBeats) begin
      $display("cycles %0d", cycles);
      $finish;
    end
  end
endmodule
