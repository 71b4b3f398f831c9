// SPDX-License-Identifier: MIT
//
// fifo - stands for FINN's module of that name, which Verilator does not elaborate. Simulation only.
//
// One ring of words replaces every kind of storage; what differs between them, to the cycle, is how
// many words it holds and what a word passes on its way out:
//   shift, distributed   one register
//   block                two registers that stall together
//   ultra                free running registers, as many as credits allow, then a queue of 17
//
// Rate      one word per cycle in and out.
// Reset     rst, synchronous, active high.  Clears levels, never the words.
// Test      tests/flow/test_finn_rtl.py
module fifo #(
  parameter int unsigned DEPTH      = 32,
  parameter int unsigned DATA_WIDTH = 8,
  parameter              RAM_STYLE  = "auto"  // "shift", "distributed", "block", "ultra"
) (
  input  logic                     clk,
  input  logic                     rst,

  input  logic [DATA_WIDTH-1:0]    idat,
  input  logic                     ivld,
  output logic                     irdy,

  output logic [DATA_WIDTH-1:0]    odat,
  output logic                     ovld,
  input  logic                     ordy,

  output logic [$clog2(DEPTH+1):0] count,    // words inside
  output logic [$clog2(DEPTH+1):0] maxcount  // most of them since reset
);

  if (DEPTH < 2) $error("fifo: DEPTH=%0d, must be at least 2", DEPTH);

  localparam bit          SMALL = DEPTH <= 33 || RAM_STYLE == "shift" || RAM_STYLE == "distributed"
                                  || (RAM_STYLE == "auto" && (DEPTH <= 257 || DATA_WIDTH < 5));
  localparam bit          ULTRA = !SMALL && (RAM_STYLE == "ultra"
                                             || (RAM_STYLE == "auto" && DEPTH > 2028));
  localparam int unsigned QUEUE = ULTRA ? 16 : 0;

  // Memories are a power of two, or a large one and a smaller one beside it.
  localparam int unsigned NEED   = SMALL || DEPTH < QUEUE + 3 ? 2 : DEPTH - QUEUE - 1;
  localparam int unsigned BITS   = $clog2(NEED);
  localparam int unsigned REST   = $clog2(NEED - (1 << (BITS - 1)));
  localparam bit          SPLIT  = BITS > (ULTRA ? 12 : 9) && REST < BITS - 1;
  localparam int unsigned LARGE  = SPLIT ? 1 << (BITS - 1) : 1 << BITS;
  localparam int unsigned MEMORY = SPLIT ? LARGE + (1 << (REST < 1 ? 1 : REST)) : LARGE;
  localparam int unsigned ROOM   = !SMALL ? MEMORY : DEPTH > 4 ? DEPTH - 1 : 4;
  localparam int unsigned STAGES = SMALL ? 1 : ULTRA ? 3 + (LARGE - 1) / 8192 : 2;

  typedef logic [DATA_WIDTH-1:0] word_t;

  word_t       ring_q [ROOM];
  int unsigned head_q = 0, tail_q = 0, level_q = 0;
  word_t       stage_q [STAGES];         // stage 0 is the last
  logic        stage_valid_q [STAGES] = '{default: 0};
  logic        put, step, get, out;

  assign irdy = level_q < ROOM;
  assign put  = ivld && irdy;
  assign out  = ovld && ordy;

  always_ff @(posedge clk) begin
    if (put) ring_q[tail_q] <= idat;
    if (rst) begin
      head_q  <= 0;
      tail_q  <= 0;
      level_q <= 0;
    end else begin
      if (put) tail_q <= tail_q == ROOM - 1 ? 0 : tail_q + 1;
      if (get) head_q <= head_q == ROOM - 1 ? 0 : head_q + 1;
      level_q <= level_q + int'(put) - int'(get);
    end
  end

  always_ff @(posedge clk) begin
    if (step) begin
      for (int unsigned k = 0; k + 1 < STAGES; k++) stage_q[k] <= stage_q[k+1];
      stage_q[STAGES-1] <= ring_q[head_q];
    end
    if (rst) stage_valid_q <= '{default: 0};
    else if (step) begin
      for (int unsigned k = 0; k + 1 < STAGES; k++) stage_valid_q[k] <= stage_valid_q[k+1];
      stage_valid_q[STAGES-1] <= get;
    end
  end

  if (!ULTRA) begin : gen_direct
    assign step = !ovld || ordy;
    assign get  = step && level_q != 0;
    assign odat = stage_q[0];
    assign ovld = stage_valid_q[0];
  end else begin : gen_queue
    int unsigned ahead_q = 0;  // words that left the ring and not yet the queue
    logic        unused_ready;

    assign step = 1'b1;
    assign get  = level_q != 0 && ahead_q <= QUEUE;

    always_ff @(posedge clk) begin
      if (rst) ahead_q <= 0;
      else     ahead_q <= ahead_q + int'(get) - int'(out);
    end

    fifo #(.DEPTH(QUEUE + 1), .DATA_WIDTH(DATA_WIDTH)) u_queue (
      .clk, .rst, .idat(stage_q[0]), .ivld(stage_valid_q[0]), .irdy(unused_ready),
      .odat, .ovld, .ordy, .count(), .maxcount()
    );
  end

  typedef logic [$clog2(DEPTH+1):0] count_t;
  count_t count_q = 0, most_q = 0, count_d;

  assign count_d  = count_q + count_t'(put) - count_t'(out);
  assign count    = count_q;
  assign maxcount = most_q;

  always_ff @(posedge clk) begin
    if (rst) begin
      count_q <= 0;
      most_q  <= 0;
    end else begin
      count_q <= count_d;
      if (count_d > most_q) most_q <= count_d;
    end
  end

endmodule
