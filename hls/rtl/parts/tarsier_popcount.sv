// SPDX-License-Identifier: MIT
//
// tarsier_popcount - the number of ones, column by column; a part of other kernels.
//
//   sum = popcount(bits),   for each row
//
// Order     as in column: bit by bit, the rows side by side.
// Used by   hls/rtl/tarsier_xnor_dot.sv
module tarsier_popcount #(
  parameter  int unsigned Rows = 8,
  parameter  int unsigned Bits = 18,
  localparam int unsigned SumW = $clog2(Bits + 1)
) (
  input  logic [Bits-1:0][Rows-1:0] bits_i,
  output logic [SumW-1:0][Rows-1:0] sum_o
);

  if (Bits == 1) begin : gen_single
    assign sum_o = bits_i;
  end else begin : gen_columns
    logic [Bits/2-1:0][Rows-1:0] carries;

    tarsier_column #(.Rows(Rows), .Bits(Bits)) u_column (
      .bits_i,
      .sum_o(sum_o[0]),
      .carries_o(carries)
    );
    tarsier_popcount #(.Rows(Rows), .Bits(Bits/2)) u_higher (
      .bits_i(carries),
      .sum_o(sum_o[SumW-1:1])
    );
  end

endmodule
