// SPDX-License-Identifier: MIT
//
// add_multi - stands for FINN's module of that name, which Verilator does not elaborate.
// Simulation only.
//
//   sum = arg[0] + ... + arg[N-1]
//
// Latency   DEPTH cycles.  The first $clog2(N) of them wait for en, those beyond do not.
// Reset     rst, synchronous, active high.  Clears every stage.
// Test      tests/flow/test_finn_rtl.py
module add_multi import mvu_pkg::*; #(
  parameter  int unsigned N          = 2,
  parameter  int unsigned DEPTH      = 1,
  parameter  int unsigned ARG_WIDTH  = 8,
  parameter  int          ARG_LO     = 0,  // arguments are in [ARG_LO, ARG_HI], signed if ARG_LO < 0
  parameter  int          ARG_HI     = 0,
  parameter  bit          RESET_ZERO = 1,
  localparam int unsigned SUM_WIDTH  = sumwidth(N, ARG_WIDTH, ARG_LO, ARG_HI)
) (
  input  logic                 clk,
  input  logic                 rst,
  input  logic                 en,

  input  logic [ARG_WIDTH-1:0] arg [N],
  output logic [SUM_WIDTH-1:0] sum
);

  localparam int unsigned LEVELS = $clog2(N);
  localparam int unsigned TREE   = DEPTH < LEVELS ? DEPTH : LEVELS;
  localparam int unsigned LEAF   = sumwidth(1, ARG_WIDTH, ARG_LO, ARG_HI);

  typedef logic [SUM_WIDTH-1:0] sum_t;

  sum_t total;
  sum_t stage_q [DEPTH+1] = '{default: 0};  // stage 0 is unused, stage DEPTH is the last

  always_comb begin
    total = '0;
    for (int unsigned k = 0; k < N; k++)
      if (ARG_LO < 0) total += sum_t'($signed(arg[k][LEAF-1:0]));
      else            total += sum_t'(arg[k][LEAF-1:0]);
  end

  always_ff @(posedge clk)
    for (int unsigned k = 1; k <= DEPTH; k++)
      if (rst)                  stage_q[k] <= '0;
      else if (en || k > TREE)  stage_q[k] <= k == 1 ? total : stage_q[k-1];

  assign sum = DEPTH == 0 ? total : stage_q[DEPTH];

endmodule
