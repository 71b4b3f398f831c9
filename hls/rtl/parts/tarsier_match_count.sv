// SPDX-License-Identifier: MIT
//
// tarsier_match_count - counts the equal bits of two vectors, in four pipeline stages; a part of
// other kernels.
//
//   sum = popcount(x_early ~^ w_early) + popcount(x_late ~^ w_late),   for each row
//
// About one LUT a term: an adder of three bits into two removes one bit, and Terms of them must
// become a sum of few; see match_adders.  No stage is deeper than about seven adders.
// Order     sum and weights as in column: bit by bit, the rows side by side.
// Timing    x_late and w_late come one cycle after x_early and w_early.
// Latency   sum follows from registers, 4 cycles after x_early; all move only with advance_i.
// Used by   hls/rtl/tarsier_xnor_dot.sv
module tarsier_match_count #(
  parameter  int unsigned Rows  = 8,
  parameter  int unsigned Width = 12,  // lanes of the chains
  parameter  int unsigned Early = 6,   // links of the first chain
  parameter  int unsigned Late  = 6,   // links of the second
  localparam int unsigned SumW  = $clog2(2*Width*(Early + Late) + 1)
) (
  input  logic                               clk_i,
  input  logic                               advance_i,
  input  logic [2*Width*Early-1:0]           x_early_i,
  input  logic [2*Width*Early-1:0][Rows-1:0] w_early_i,
  input  logic [2*Width*Late-1:0]            x_late_i,
  input  logic [2*Width*Late-1:0][Rows-1:0]  w_late_i,
  output logic [SumW-1:0][Rows-1:0]          sum_o
);

  // Bits that each column hands to the next one; a column of one bit carries a constant 0.
  localparam int unsigned Carried  = Width > 1 ? Width / 2 : 1;
  localparam int unsigned Twos     = Width * (Early + Late) + Carried;
  localparam int unsigned Fours    = Twos / 2;
  localparam int unsigned Eights   = Fours > 1 ? Fours / 2 : 1;
  localparam int unsigned Sixteens = Eights > 1 ? Eights / 2 : 1;
  typedef logic [Rows-1:0] rows_t;

  // All rows count the same x.
  rows_t [2*Width*Early-1:0] x_early;
  rows_t [2*Width*Late-1:0]  x_late;

  for (genvar k = 0; k < 2*Width*Early; k++) begin : gen_early
    assign x_early[k] = {Rows{x_early_i[k]}};
  end
  for (genvar k = 0; k < 2*Width*Late; k++) begin : gen_late
    assign x_late[k] = {Rows{x_late_i[k]}};
  end

  // Stage 1: the first chain.
  rows_t [Width-1:0]       early_ones, early_ones_q;
  rows_t [Width*Early-1:0] early_twos, early_twos_q, early_twos_qq;

  tarsier_match_chain #(.Width(Width*Rows), .Links(Early)) u_early (
    .x_i(x_early),
    .w_i(w_early_i),
    .c_i('0),
    .sum_o(early_ones),
    .carries_o(early_twos)
  );

  // Stage 2: the second chain goes on where the first one ended.
  rows_t [Width-1:0]      ones, ones_q;
  rows_t [Width*Late-1:0] late_twos, late_twos_q;

  tarsier_match_chain #(.Width(Width*Rows), .Links(Late)) u_late (
    .x_i(x_late),
    .w_i(w_late_i),
    .c_i(early_ones_q),
    .sum_o(ones),
    .carries_o(late_twos)
  );

  // Stage 3: the columns of weight 1 and 2.
  rows_t [Carried-1:0] carried;
  rows_t [Fours-1:0]   fours, fours_q;
  rows_t [1:0]         low, low_q;

  tarsier_column #(.Rows(Rows), .Bits(Width)) u_ones (
    .bits_i(ones_q),
    .sum_o(low[0]),
    .carries_o(carried)
  );
  tarsier_column #(.Rows(Rows), .Bits(Twos)) u_twos (
    .bits_i({carried, late_twos_q, early_twos_qq}),
    .sum_o(low[1]),
    .carries_o(fours)
  );

  // Stage 4: the columns of weight 4 and 8.
  rows_t [Eights-1:0]   eights;
  rows_t [Sixteens-1:0] sixteens, sixteens_q;
  rows_t [3:0]          nibble, nibble_q;

  assign nibble[1:0] = low_q;
  tarsier_column #(.Rows(Rows), .Bits(Fours)) u_fours (
    .bits_i(fours_q),
    .sum_o(nibble[2]),
    .carries_o(eights)
  );
  tarsier_column #(.Rows(Rows), .Bits(Eights)) u_eights (
    .bits_i(eights),
    .sum_o(nibble[3]),
    .carries_o(sixteens)
  );

  // Stage 5: the rest.
  rows_t [$clog2(Sixteens+1)-1:0] high;

  tarsier_popcount #(.Rows(Rows), .Bits(Sixteens)) u_high (.bits_i(sixteens_q), .sum_o(high));

  assign sum_o = (SumW*Rows)'({high, nibble_q});

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      early_ones_q  <= early_ones;
      early_twos_q  <= early_twos;
      early_twos_qq <= early_twos_q;
      ones_q        <= ones;
      late_twos_q   <= late_twos;
      low_q         <= low;
      fours_q       <= fours;
      nibble_q      <= nibble;
      sixteens_q    <= sixteens;
    end
  end

endmodule
