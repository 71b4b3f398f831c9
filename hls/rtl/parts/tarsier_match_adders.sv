// SPDX-License-Identifier: MIT
//
// tarsier_match_adders - full adders that compare two of their inputs first; a part of other
// kernels.
//
//   2*carry[k] + sum[k] = (x0[k] ~^ w0[k]) + (x1[k] ~^ w1[k]) + c[k],   k = 0 .. Width-1
//
// Two functions of the same five bits: one LUT6 with both its outputs in use.  Vivado packs it so;
// Yosys does not, so flow/synth/yosys/tarsier_match_adders.sv says it to Yosys.  With w0 and w1 all
// ones these are plain full adders of x0, x1 and c.
// Used by   hls/rtl/tarsier_xnor_dot.sv
module tarsier_match_adders #(
  parameter int unsigned Width = 12
) (
  input  logic [Width-1:0] x0_i,
  input  logic [Width-1:0] w0_i,
  input  logic [Width-1:0] x1_i,
  input  logic [Width-1:0] w1_i,
  input  logic [Width-1:0] c_i,
  output logic [Width-1:0] sum_o,
  output logic [Width-1:0] carry_o
);

  logic [Width-1:0] a, b;

  assign a       = x0_i ~^ w0_i;
  assign b       = x1_i ~^ w1_i;
  assign sum_o   = a ^ b ^ c_i;
  assign carry_o = (a & b) | ((a | b) & c_i);

endmodule
