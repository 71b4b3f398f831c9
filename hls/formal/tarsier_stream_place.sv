// SPDX-License-Identifier: MIT
//
// tarsier_stream_place - where a stream stands: beat beat_o of unit unit_o is the next to move.
//
// A unit is what a kernel works on, a vector or a frame, of Beats beats. Units wrap.
// Reset     starts over with beat 0 of unit 0.
module tarsier_stream_place #(
  parameter  int unsigned Beats = 1,
  parameter  int unsigned Units = 4,  // a power of two
  localparam int unsigned BeatW = Beats > 1 ? $clog2(Beats) : 1,
  localparam int unsigned UnitW = $clog2(Units)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  input  logic             ready_i,
  output logic [UnitW-1:0] unit_o,
  output logic [BeatW-1:0] beat_o
);

  logic             last;
  logic [UnitW-1:0] unit_q = '0;
  logic [BeatW-1:0] beat_q = '0;

  assign last   = beat_q == BeatW'(Beats - 1);
  assign unit_o = unit_q;
  assign beat_o = beat_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      unit_q <= '0;
      beat_q <= '0;
    end else if (valid_i && ready_i) begin
      unit_q <= unit_q + UnitW'(last);
      beat_q <= last ? '0 : beat_q + 1'b1;
    end
  end

  always_comb place_exists: assert (beat_q <= BeatW'(Beats - 1));  // for induction

endmodule
