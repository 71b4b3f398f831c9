// SPDX-License-Identifier: MIT
//
// tarsier_match_chain - a column of match_adders, each adding the sums of the one above; a part
// of other kernels.
//
//   popcount(sum) + 2 * popcount(carries) = popcount(x ~^ w) + popcount(c)
//
// Every adder takes two products and one plain bit, so 2*Links products cost Links LUTs a lane.
// Used by   hls/rtl/tarsier_xnor_dot.sv
module tarsier_match_chain #(
  parameter int unsigned Width = 12,  // lanes
  parameter int unsigned Links = 6    // adders, one below the other
) (
  input  logic [2*Links*Width-1:0] x_i,
  input  logic [2*Links*Width-1:0] w_i,
  input  logic [Width-1:0]         c_i,
  output logic [Width-1:0]         sum_o,
  output logic [Links*Width-1:0]   carries_o
);

  for (genvar i = 0; i < Links; i++) begin : gen_link
    logic [Width-1:0] above, sum;

    if (i == 0) begin : gen_first
      assign above = c_i;
    end else begin : gen_next
      assign above = gen_link[i-1].sum;
    end

    tarsier_match_adders #(.Width(Width)) u_adders (
      .x0_i(x_i[2*i*Width +: Width]),
      .w0_i(w_i[2*i*Width +: Width]),
      .x1_i(x_i[(2*i+1)*Width +: Width]),
      .w1_i(w_i[(2*i+1)*Width +: Width]),
      .c_i(above),
      .sum_o(sum),
      .carry_o(carries_o[i*Width +: Width])
    );
  end

  assign sum_o = gen_link[Links-1].sum;

endmodule
