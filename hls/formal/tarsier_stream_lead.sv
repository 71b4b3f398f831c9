// SPDX-License-Identifier: MIT
//
// tarsier_stream_lead - how many beats of an input have moved since the output's unit began.
//
//   lead_o = units_o * XBeats + x_beat_i,   units_o = x_unit_i - y_unit_i
//
// Units wrap, so the input may be one unit behind the output, where a unit's last input makes no
// output, and must be less than Units - 2 units ahead of it.
module tarsier_stream_lead #(
  parameter  int unsigned XBeats = 1,
  parameter  int unsigned Units  = 4,
  localparam int unsigned BeatW  = XBeats > 1 ? $clog2(XBeats) : 1,
  localparam int unsigned UnitW  = $clog2(Units),
  localparam int unsigned LeadW  = $clog2(XBeats * Units) + 2
) (
  input  logic [UnitW-1:0]        x_unit_i,
  input  logic [BeatW-1:0]        x_beat_i,
  input  logic [UnitW-1:0]        y_unit_i,
  output logic signed [UnitW:0]   units_o,
  output logic signed [LeadW-1:0] lead_o
);

  logic [UnitW-1:0] units_plus_one;

  assign units_plus_one = x_unit_i - y_unit_i + 1'b1;
  assign units_o        = (UnitW+1)'(units_plus_one) - (UnitW+1)'(1);
  assign lead_o         = LeadW'(units_o) * LeadW'(XBeats) + LeadW'(x_beat_i);

  always_comb holds_few_units: assert (units_plus_one != UnitW'(Units - 1));

endmodule
