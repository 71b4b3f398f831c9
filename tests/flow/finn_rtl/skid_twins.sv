// SPDX-License-Identifier: MIT
//
// skid_twins - FINN's skid and ours under the same traffic; counts the cycles in which they differ.
module skid_twins (
  input  logic        ap_clk,
  input  logic        ap_rst_n,
  output logic [3:0][31:0] differ,
  output logic [3:0][31:0] moved
);
  for (genvar n = 0; n < 4; n++) begin : gen_twin
    localparam int unsigned STAGES = n == 3 ? 7 : n;
    logic valid, ready, unused, r0, r1, v0, v1;
    logic [7:0] data, d0, d1;
    traffic #(.SEED(n + 1)) u_traffic (.clk(ap_clk), .valid, .ready, .other(unused), .data);
    finn_skid #(.DATA_WIDTH(8), .FEED_STAGES(STAGES)) u_theirs (
      .clk(ap_clk), .rst(!ap_rst_n), .idat(data), .ivld(valid), .irdy(r0),
      .odat(d0), .ovld(v0), .ordy(ready));
    skid #(.DATA_WIDTH(8), .FEED_STAGES(STAGES)) u_ours (
      .clk(ap_clk), .rst(!ap_rst_n), .idat(data), .ivld(valid), .irdy(r1),
      .odat(d1), .ovld(v1), .ordy(ready));
    always_ff @(posedge ap_clk)
      if (!ap_rst_n) {differ[n], moved[n]} <= 0;
      else begin
        if (r0 != r1 || v0 != v1 || (v0 && d0 != d1)) differ[n] <= differ[n] + 1;
        if (v0 && ready) moved[n] <= moved[n] + 1;
      end
  end
endmodule
