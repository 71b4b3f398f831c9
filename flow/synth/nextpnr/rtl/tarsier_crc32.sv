// SPDX-License-Identifier: MIT
//
// tarsier_crc32 - CRC-32 of Ethernet and zlib over a sequence of bytes.
//
// Rate      one byte per cycle.
// Latency   crc_o is of all bytes before this cycle, since the last one with clear_i.
// Golden    zlib.crc32     Test  tests/flow/test_ecp5_system.py
module tarsier_crc32 (
  input  logic        clk_i,

  input  logic        clear_i,
  input  logic        byte_valid_i,
  input  logic [7:0]  byte_data_i,

  output logic [31:0] crc_o
);

  localparam logic [31:0] POLYNOMIAL = 32'hedb8_8320;  // lowest bit first

  function automatic logic [31:0] step(input logic [31:0] crc, input logic [7:0] data);
    step = crc ^ 32'(data);
    for (int unsigned k = 0; k < 8; k++) step = step >> 1 ^ (step[0] ? POLYNOMIAL : '0);
  endfunction

  logic [31:0] crc_q;
  assign crc_o = ~crc_q;

  always_ff @(posedge clk_i) begin
    if (clear_i)           crc_q <= '1;
    else if (byte_valid_i) crc_q <= step(crc_q, byte_data_i);
  end

endmodule
