// SPDX-License-Identifier: MIT
//
// stream_tap_twins - FINN's stream_tap and ours under the same traffic; counts the cycles in which
// they differ.
module stream_tap_twins (
  input  logic        ap_clk,
  input  logic        ap_rst_n,
  output logic [2:0][31:0] differ,
  output logic [2:0][31:0] moved
);
  for (genvar n = 0; n < 3; n++) begin : gen_twin
    localparam int unsigned REPEAT = n == 2 ? 5 : n + 1;
    logic valid, ready, tap_ready, r0, r1, v0, v1, t0, t1;
    logic [7:0] data, d0, d1, e0, e1;
    traffic #(.SEED(n + 1)) u_traffic (.clk(ap_clk), .valid, .ready, .other(tap_ready), .data);
    finn_stream_tap #(.DATA_WIDTH(8), .TAP_REP(REPEAT)) u_theirs (
      .clk(ap_clk), .rst(!ap_rst_n), .idat(data), .ivld(valid), .irdy(r0),
      .odat(d0), .ovld(v0), .ordy(ready), .tdat(e0), .tvld(t0), .trdy(tap_ready));
    stream_tap #(.DATA_WIDTH(8), .TAP_REP(REPEAT)) u_ours (
      .clk(ap_clk), .rst(!ap_rst_n), .idat(data), .ivld(valid), .irdy(r1),
      .odat(d1), .ovld(v1), .ordy(ready), .tdat(e1), .tvld(t1), .trdy(tap_ready));
    always_ff @(posedge ap_clk)
      if (!ap_rst_n) {differ[n], moved[n]} <= 0;
      else begin
        if (r0 != r1 || v0 != v1 || t0 != t1 || (v0 && d0 != d1) || (t0 && e0 != e1))
          differ[n] <= differ[n] + 1;
        if (t0 && tap_ready) moved[n] <= moved[n] + 1;
      end
  end
endmodule
