// SPDX-License-Identifier: MIT
//
// traffic - random words and stalls: how busy each side is changes every 256 cycles.
module traffic #(
  parameter int unsigned SEED  = 1,
  parameter int unsigned WIDTH = 8
) (
  input  logic             clk,
  output logic             valid,
  output logic             ready,
  output logic             other,  // one more coin
  output logic [WIDTH-1:0] data
);

  logic [63:0] state_q = 64'h9E37_79B9_7F4A_7C15 * 64'(SEED);
  logic [15:0] cycle_q = 0;
  logic [1:0]  busy_in_q = 3, busy_out_q = 3;

  always_ff @(posedge clk) begin
    automatic logic [63:0] next = state_q;
    next ^= next << 13;
    next ^= next >> 7;
    next ^= next << 17;
    state_q <= next;
    cycle_q <= cycle_q + 1;
    if (cycle_q[7:0] == 0) {busy_in_q, busy_out_q} <= next[35:32];
    valid <= next[1:0] <= busy_in_q && (cycle_q[9:8] != 2 || next[5:2] == 0);
    ready <= next[21:20] <= busy_out_q && (cycle_q[9:8] != 1 || next[25:22] == 0);
    other <= next[12];
    data  <= WIDTH'({next, next});
  end

endmodule
