// SPDX-License-Identifier: MIT
//
// skid - stands for FINN's module of that name, which Verilator does not elaborate. Simulation only.
//
// A register slice whose ready is a register too. With FEED_STAGES the words and the credits for
// them each take that many cycles more, as they would across a large chip.
//
// Rate      one word per cycle.
// Latency   2 + FEED_STAGES cycles.
// Reset     rst, synchronous, active high.  Clears control, never the words.
// Test      tests/flow/test_finn_rtl.py
module skid #(
  parameter int unsigned DATA_WIDTH  = 8,
  parameter int unsigned FEED_STAGES = 0
) (
  input  logic                  clk,
  input  logic                  rst,

  input  logic [DATA_WIDTH-1:0] idat,
  input  logic                  ivld,
  output logic                  irdy,

  output logic [DATA_WIDTH-1:0] odat,
  output logic                  ovld,
  input  logic                  ordy
);

  localparam int unsigned ROOM = 2 * FEED_STAGES + 2;

  if (ROOM > 16) $error("skid: FEED_STAGES=%0d, must be at most 7", FEED_STAGES);

  typedef logic [DATA_WIDTH-1:0] word_t;

  word_t      held_q [ROOM];  // oldest first
  logic [4:0] level_q = 0;
  word_t      word_q;
  logic       valid_q = 0;
  logic       load, get, put;
  word_t      put_word;

  assign odat = word_q;
  assign ovld = valid_q;
  assign load = !valid_q || ordy;
  assign get  = load && level_q != 0;

  always_ff @(posedge clk) begin
    automatic word_t      held [ROOM] = held_q;
    automatic logic [4:0] level       = level_q;
    if (load) word_q <= held[0];
    if (get) begin
      for (int unsigned k = 0; k + 1 < ROOM; k++) held[k] = held[k+1];
      level--;
    end
    if (put) begin
      held[level[3:0]] = put_word;
      level++;
    end
    held_q  <= held;
    level_q <= rst ? 0 : level;
    valid_q <= !rst && (level_q != 0 || !load);
  end

  if (FEED_STAGES == 0) begin : gen_near
    logic ready_q = 1;

    assign irdy     = ready_q;
    assign put      = ivld && irdy;
    assign put_word = idat;

    // A stall is known one cycle late, so it closes the input whether or not a word came.
    always_ff @(posedge clk) ready_q <= rst || level_q == 0 || load;
  end else begin : gen_far
    word_t                  feed_q [FEED_STAGES];
    logic [FEED_STAGES-1:0] feed_valid_q = 0, freed_q = 0;  // bit 0 arrives
    logic [4:0]             promised_q   = 0;               // words taken and not yet known freed
    logic                   take;

    assign irdy     = promised_q < 5'(ROOM);
    assign take     = ivld && irdy;
    assign put      = feed_valid_q[0];
    assign put_word = feed_q[0];

    always_ff @(posedge clk) begin
      for (int unsigned k = 0; k + 1 < FEED_STAGES; k++) feed_q[k] <= feed_q[k+1];
      feed_q[FEED_STAGES-1] <= idat;
      if (rst) begin
        feed_valid_q <= 0;
        freed_q      <= 0;
        promised_q   <= 0;
      end else begin
        feed_valid_q <= FEED_STAGES'({take, feed_valid_q} >> 1);
        freed_q      <= FEED_STAGES'({get, freed_q} >> 1);
        promised_q   <= promised_q + 5'(take) - 5'(freed_q[0]);
      end
    end
  end

endmodule
