// SPDX-License-Identifier: MIT
//
// add_multi_twins - FINN's add_multi and ours under the same traffic; counts the cycles in which
// they differ.
module add_multi_twin import mvu_pkg::*; #(
  parameter int unsigned N         = 2,
  parameter int unsigned DEPTH     = 1,
  parameter int unsigned ARG_WIDTH = 8,
  parameter int          ARG_LO    = 0,
  parameter int          ARG_HI    = 0
) (
  input  logic        clk,
  input  logic        rst,
  output logic [31:0] differ,
  output logic [31:0] moved
);
  localparam int unsigned SUM_WIDTH = sumwidth(N, ARG_WIDTH, ARG_LO, ARG_HI);
  logic en, clear, unused;
  logic [ARG_WIDTH-1:0] arg [N];
  logic [SUM_WIDTH-1:0] s0, s1;
  logic [N-1:0][2:0] spare;

  for (genvar k = 0; k < N; k++) begin : gen_arg
    traffic #(.SEED(k + 1), .WIDTH(ARG_WIDTH)) u_traffic (
      .clk, .valid(spare[k][0]), .ready(spare[k][1]), .other(spare[k][2]), .data(arg[k]));
  end
  traffic #(.SEED(N + 1)) u_enable (
    .clk, .valid(en), .ready(clear), .other(unused), .data());

  finn_add_multi #(.N(N), .DEPTH(DEPTH), .ARG_WIDTH(ARG_WIDTH), .ARG_LO(ARG_LO), .ARG_HI(ARG_HI))
    u_theirs (.clk, .rst, .en, .arg, .sum(s0));
  add_multi #(.N(N), .DEPTH(DEPTH), .ARG_WIDTH(ARG_WIDTH), .ARG_LO(ARG_LO), .ARG_HI(ARG_HI))
    u_ours (.clk, .rst, .en, .arg, .sum(s1));

  always_ff @(posedge clk)
    if (rst) {differ, moved} <= 0;
    else begin
      if (s0 != s1) differ <= differ + 1;
      if (en && s0 != 0) moved <= moved + 1;
    end
endmodule

module add_multi_twins (
  input  logic        ap_clk,
  input  logic        ap_rst_n,
  output logic [6:0][31:0] differ,
  output logic [6:0][31:0] moved
);
`define TWIN(n, terms, depth, width, lo, hi) \
  add_multi_twin #(.N(terms), .DEPTH(depth), .ARG_WIDTH(width), .ARG_LO(lo), .ARG_HI(hi)) u_``n ( \
    .clk(ap_clk), .rst(!ap_rst_n), .differ(differ[n]), .moved(moved[n]));
  `TWIN(0, 1, 0, 8, 0, 0)
  `TWIN(1, 1, 2, 8, 0, 0)
  `TWIN(2, 8, 3, 4, 0, 0)
  `TWIN(3, 9, 2, 4, -8, 7)
  `TWIN(4, 5, 6, 5, -16, 15)
  `TWIN(5, 16, 1, 2, -1, 1)
  `TWIN(6, 32, 0, 8, 0, 255)
endmodule
