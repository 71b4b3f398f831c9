// SPDX-License-Identifier: MIT
//
// tarsier_match_adders - hls/rtl/parts/tarsier_match_adders.sv as the primitives it is meant
// to become.
//
//   2*carry[k] + sum[k] = (x0[k] ~^ w0[k]) + (x1[k] ~^ w1[k]) + c[k],   k = 0 .. Width-1
//
// Yosys maps every output to a LUT of its own, so it would count each adder twice.
// Test      tests/flow/test_synth.py proves it equal to the other description.
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

  localparam logic [31:0] SUM   = 32'h9669_6996;  // of {c, w1, x1, w0, x0}
  localparam logic [31:0] CARRY = 32'hf99f_9009;

  for (genvar k = 0; k < Width; k++) begin : gen_lut
    LUT6_2 #(.INIT({SUM, CARRY})) u_lut (
      .I0(x0_i[k]),
      .I1(w0_i[k]),
      .I2(x1_i[k]),
      .I3(w1_i[k]),
      .I4(c_i[k]),
      .I5(1'b1),
      .O5(carry_o[k]),
      .O6(sum_o[k])
    );
  end

endmodule

(* blackbox *)
module LUT6_2 #(
  parameter logic [63:0] INIT = '0
) (
  input  logic I0,
  input  logic I1,
  input  logic I2,
  input  logic I3,
  input  logic I4,
  input  logic I5,
  output logic O5,
  output logic O6
);
endmodule
