// SPDX-License-Identifier: MIT
//
// tarsier_uart_rx - bytes from a serial line: a low start bit, 8 bits, lowest first, a high stop
// bit.
//
// Handshake byte_valid_o lasts one cycle and waits for nobody.
// Rate      Divider cycles per bit.  A bit is read in its middle, so the sender may be 3 % off.
// Errors    byte_broken_o: the stop bit was low.  A low pulse shorter than half a bit is no start.
// Reset     synchronous.  Forgets a byte that is on its way.
// Golden    tests/flow/ecp5/line.py     Test  tests/flow/test_ecp5_system.py
module tarsier_uart_rx #(
  parameter int unsigned Divider = 25
) (
  input  logic       clk_i,
  input  logic       rst_ni,

  input  logic       line_i,        // of another clock

  output logic       byte_valid_o,
  output logic       byte_broken_o,
  output logic [7:0] byte_data_o
);

  if (Divider < 5) $error("uart_rx: Divider=%0d must be at least 5", Divider);

  localparam int unsigned WaitW = $clog2(Divider);
  localparam int unsigned Bits  = 10;  // with start and stop

  logic [2:0]       line_q;  // two for the clock crossing, one to see an edge
  logic             busy_q;
  logic [WaitW-1:0] wait_q;
  logic [3:0]       bit_q;
  logic             sample, first, last;

  assign sample = busy_q && wait_q == '0;
  assign first  = bit_q == '0;
  assign last   = bit_q == 4'(Bits - 1);

  always_ff @(posedge clk_i) begin
    line_q <= {line_q[1:0], line_i};
    if (sample && !first && !last) byte_data_o <= {line_q[1], byte_data_o[7:1]};
    byte_broken_o <= !line_q[1];

    if (!busy_q)     wait_q <= WaitW'(Divider / 2 - 1);
    else if (sample) wait_q <= WaitW'(Divider - 1);
    else             wait_q <= wait_q - 1'b1;

    if (!rst_ni) begin
      busy_q       <= 1'b0;
      bit_q        <= '0;
      byte_valid_o <= 1'b0;
    end else begin
      byte_valid_o <= sample && last;
      if (!busy_q) begin
        busy_q <= line_q[2:1] == 2'b10;
        bit_q  <= '0;
      end else if (sample) begin
        busy_q <= !last && !(first && line_q[1]);
        bit_q  <= bit_q + 1'b1;
      end
    end
  end

endmodule
