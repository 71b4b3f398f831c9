// SPDX-License-Identifier: MIT
//
// tarsier_sizing_meter - when the frames of a stream end, of BEATS words each.  Simulation only.
//
// Reset     ap_rst_n, synchronous, active low.
module tarsier_sizing_meter #(
  parameter BEATS = 1
) (
  input  logic        ap_clk,
  input  logic        ap_rst_n,

  input  logic        x_tvalid,
  input  logic        x_tready,

  output logic [63:0] frames,   // that ended
  output logic [63:0] latency,  // cycles to the end of the first one
  output logic [63:0] ended,    // cycles to the end of the last one
  output logic [63:0] interval  // cycles between the last two ends
);

  logic [63:0] beat_q, cycle_q;

  always_ff @(posedge ap_clk)
    if (!ap_rst_n) begin
      beat_q   <= 0;
      cycle_q  <= 1;
      frames   <= 0;
      latency  <= 0;
      ended    <= 0;
      interval <= 0;
    end else begin
      cycle_q <= cycle_q + 1;
      if (x_tvalid && x_tready) begin
        beat_q <= beat_q == 64'(BEATS - 1) ? 0 : beat_q + 1;
        if (beat_q == 64'(BEATS - 1)) begin
          frames   <= frames + 1;
          ended    <= cycle_q;
          interval <= cycle_q - ended;
          if (frames == 0) latency <= cycle_q;
        end
      end
    end

endmodule
