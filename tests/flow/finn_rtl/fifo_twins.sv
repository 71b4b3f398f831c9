// SPDX-License-Identifier: MIT
//
// fifo_twins - FINN's fifo and ours under the same traffic; counts the cycles in which they differ.
module fifo_twin #(
  parameter int unsigned DEPTH     = 2,
  parameter int unsigned WIDTH     = 8,
  parameter              RAM_STYLE = "auto"
) (
  input  logic        clk,
  input  logic        rst,
  output logic [31:0] differ,
  output logic [31:0] moved
);
  logic valid, ready, unused, r0, r1, v0, v1;
  logic [WIDTH-1:0] data, d0, d1;
  logic [$clog2(DEPTH+1):0] c0, c1, m0, m1;

  traffic #(.SEED(DEPTH), .WIDTH(WIDTH)) u_traffic (.clk, .valid, .ready, .other(unused), .data);
  finn_fifo #(.DEPTH(DEPTH), .DATA_WIDTH(WIDTH), .RAM_STYLE(RAM_STYLE)) u_theirs (
    .clk, .rst, .idat(data), .ivld(valid), .irdy(r0), .odat(d0), .ovld(v0), .ordy(ready),
    .count(c0), .maxcount(m0));
  fifo #(.DEPTH(DEPTH), .DATA_WIDTH(WIDTH), .RAM_STYLE(RAM_STYLE)) u_ours (
    .clk, .rst, .idat(data), .ivld(valid), .irdy(r1), .odat(d1), .ovld(v1), .ordy(ready),
    .count(c1), .maxcount(m1));

  always_ff @(posedge clk)
    if (rst) {differ, moved} <= 0;
    else begin
      if (r0 != r1 || v0 != v1 || (v0 && d0 != d1) || c0 != c1 || m0 != m1) differ <= differ + 1;
      if (v0 && ready) moved <= moved + 1;
    end
endmodule

module fifo_twins (
  input  logic        ap_clk,
  input  logic        ap_rst_n,
  output logic [13:0][31:0] differ,
  output logic [13:0][31:0] moved
);
`define TWIN(n, depth, width, style) \
  fifo_twin #(.DEPTH(depth), .WIDTH(width), .RAM_STYLE(style)) u_``n ( \
    .clk(ap_clk), .rst(!ap_rst_n), .differ(differ[n]), .moved(moved[n]));
  `TWIN(0, 2, 8, "auto")
  `TWIN(1, 4, 3, "block")
  `TWIN(2, 5, 8, "distributed")
  `TWIN(3, 33, 16, "auto")
  `TWIN(4, 34, 8, "auto")
  `TWIN(5, 34, 16, "auto")
  `TWIN(6, 257, 16, "distributed")
  `TWIN(7, 258, 16, "auto")
  `TWIN(8, 600, 16, "block")
  `TWIN(9, 770, 16, "block")
  `TWIN(10, 1030, 16, "block")
  `TWIN(11, 2100, 16, "auto")
  `TWIN(12, 64, 8, "ultra")
  `TWIN(13, 5000, 72, "ultra")
endmodule
