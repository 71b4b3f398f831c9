// SPDX-License-Identifier: MIT
//
// tarsier_uart_tx - bytes onto a serial line: a low start bit, 8 bits, lowest first, a high stop
// bit.
//
// Rate      10 * Divider + 1 cycles per byte: the stop bit is one longer.
// Reset     synchronous.  The line goes high, where it rests.
// Golden    tests/flow/ecp5/line.py     Test  tests/flow/test_ecp5_system.py
module tarsier_uart_tx #(
  parameter int unsigned Divider = 25
) (
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic       byte_valid_i,
  output logic       byte_ready_o,
  input  logic [7:0] byte_data_i,

  output logic       line_o
);

  if (Divider < 4) $error("uart_tx: Divider=%0d must be at least 4", Divider);

  localparam int unsigned WaitW = $clog2(Divider);

  logic [9:0]       bits_q;  // what is left of the byte, the next bit lowest; then ones
  logic [3:0]       left_q;
  logic [WaitW-1:0] wait_q;
  logic             next;

  assign next         = wait_q == '0;
  assign byte_ready_o = left_q == '0;
  assign line_o       = bits_q[0];

  always_ff @(posedge clk_i) begin
    if (byte_ready_o || next) wait_q <= WaitW'(Divider - 1);
    else                      wait_q <= wait_q - 1'b1;

    if (!rst_ni) begin
      bits_q <= '1;
      left_q <= '0;
    end else if (byte_ready_o) begin
      if (byte_valid_i) begin
        bits_q <= {1'b1, byte_data_i, 1'b0};
        left_q <= 4'd10;
      end
    end else if (next) begin
      bits_q <= {1'b1, bits_q[9:1]};
      left_q <= left_q - 1'b1;
    end
  end

endmodule
