// SPDX-License-Identifier: MIT
//
// tarsier_column - bits of one weight reduced to one, by full adders; a part of other kernels.
//
//   sum + 2 * popcount(carries) = popcount(bits),   for each row
//
// Order     the rows' bits lie side by side, so that one vector operation serves all rows.
// Each adder turns three bits into one and a carry, whole thirds of the bits at a time, so Bits
// are reduced in about log3(Bits) levels by Bits/2 adders.
// Used by   hls/rtl/tarsier_xnor_dot.sv
module tarsier_column #(
  parameter  int unsigned Rows    = 8,
  parameter  int unsigned Bits    = 144,
  localparam int unsigned Carries = Bits > 1 ? Bits / 2 : 1
) (
  input  logic [Bits-1:0][Rows-1:0]    bits_i,
  output logic [Rows-1:0]              sum_o,
  output logic [Carries-1:0][Rows-1:0] carries_o
);

  localparam int unsigned Odd   = Bits | 1;  // an even number gets a zero
  localparam int unsigned Third = Odd / 3;
  localparam int unsigned Kept  = Odd % 3;

  if (Bits == 1) begin : gen_single
    assign sum_o     = bits_i;
    assign carries_o = '0;
  end else begin : gen_level
    logic [Odd-1:0][Rows-1:0]        bits;
    logic [Third+Kept-1:0][Rows-1:0] left;

    assign bits[Bits-1:0] = bits_i;
    if (Odd > Bits) begin : gen_zero
      assign bits[Bits] = '0;
    end

    tarsier_match_adders #(.Width(Third*Rows)) u_adders (
      .x0_i(bits[0 +: Third]),
      .w0_i('1),
      .x1_i(bits[Third +: Third]),
      .w1_i('1),
      .c_i(bits[2*Third +: Third]),
      .sum_o(left[Kept +: Third]),
      .carry_o(carries_o[0 +: Third])
    );

    if (Kept > 0) begin : gen_kept
      assign left[Kept-1:0] = bits[Odd-1:3*Third];
    end

    if (Third + Kept == 1) begin : gen_done
      assign sum_o = left;
    end else begin : gen_more
      tarsier_column #(.Rows(Rows), .Bits(Third + Kept)) u_left (
        .bits_i(left),
        .sum_o,
        .carries_o(carries_o[Carries-1:Third])
      );
    end
  end

endmodule
