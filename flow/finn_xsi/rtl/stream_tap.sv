// SPDX-License-Identifier: MIT
//
// stream_tap - stands for FINN's module of that name, which Verilator does not elaborate.
// Simulation only.
//
// Passes a stream on, and gives every word of it TAP_REP times on a second output.
//
// Rate      one word every TAP_REP cycles, or TAP_REP + 1 after a stall of the last repetition.
// Reset     rst, synchronous, active high.  Clears control, never the words.
// Test      tests/flow/test_finn_rtl.py
module stream_tap #(
  parameter int unsigned DATA_WIDTH = 8,
  parameter int unsigned TAP_REP    = 1
) (
  input  logic                  clk,
  input  logic                  rst,

  input  logic [DATA_WIDTH-1:0] idat,
  input  logic                  ivld,
  output logic                  irdy,

  output logic [DATA_WIDTH-1:0] odat,
  output logic                  ovld,
  input  logic                  ordy,

  output logic [DATA_WIDTH-1:0] tdat,
  output logic                  tvld,
  input  logic                  trdy
);

  typedef logic [DATA_WIDTH-1:0] word_t;

  word_t       side_q, word_q;
  logic        side_valid_q = 0, out_valid_q = 0;
  logic        last_q       = 0;  // the last repetition was reached in the cycle before
  int unsigned left_q       = 0;  // repetitions to give
  logic        tap_valid, tap_ready, given, load, come;

  assign irdy      = !side_valid_q;
  assign odat      = word_q;
  assign ovld      = out_valid_q;
  assign tap_valid = left_q != 0;
  assign given     = tap_valid && tap_ready;
  assign come      = side_valid_q || ivld;
  assign load      = (ordy || !ovld) && (!tap_valid || (given && last_q));

  always_ff @(posedge clk) begin
    if (irdy) side_q <= idat;
    if (load) word_q <= side_valid_q ? side_q : idat;
    if (rst) begin
      side_valid_q <= 0;
      out_valid_q  <= 0;
      left_q       <= 0;
      last_q       <= 0;
    end else begin
      side_valid_q <= come && !load;
      out_valid_q  <= load ? come : out_valid_q && !ordy;
      left_q       <= load ? (come ? TAP_REP : 0) : left_q - int'(given);
      last_q       <= load ? come && TAP_REP == 1 : given && left_q == 2;
    end
  end

  skid #(.DATA_WIDTH(DATA_WIDTH)) u_tap (
    .clk, .rst, .idat(word_q), .ivld(tap_valid), .irdy(tap_ready),
    .odat(tdat), .ovld(tvld), .ordy(trdy)
  );

endmodule
