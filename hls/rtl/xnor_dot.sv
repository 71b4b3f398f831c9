// SPDX-License-Identifier: MIT
//
// xnor_dot - dot products of a +1/-1 vector with the rows of a constant +1/-1 matrix.
//
//   y[r] = popcount(x ~^ W[r]),  so that  sum_k x[k] * W[r][k] = 2 * y[r] - Terms
//
// Coding    bit 1 is +1, bit 0 is -1, on x and on W.  y is unsigned, 0 .. Terms.
// Order     a beat of x is a whole vector, term k in bit k.  Weights is row-major, row 0 lowest.
//           Beat f of y, f = 0 .. Rows/Pe-1, carries row f*Pe + j in lane j.
// Handshake x is read in place and taken with its last step, so it must hold until then.
//           y holds while !y_ready_i.
// Rate      one vector every Fold = Rows/Pe * Terms/Simd cycles.
// Latency   the last beat of y is valid 2 cycles after its x is taken; beat f comes
//           (Rows/Pe - 1 - f) * Terms/Simd cycles before it.
// Reset     synchronous.  Clears the step counter and the valid bits, never the datapath.
// Golden    hls/golden/xnor_dot.py     Test  tests/hls/test_xnor_dot.py
module xnor_dot #(
  parameter  int unsigned           Terms   = 144,
  parameter  int unsigned           Rows    = 16,
  parameter  int unsigned           Pe      = 16,   // rows per step
  parameter  int unsigned           Simd    = 144,  // terms per step
  parameter  logic [Rows*Terms-1:0] Weights = '1,
  localparam int unsigned           SumW    = $clog2(Terms + 1)
) (
  input  logic               clk_i,
  input  logic               rst_ni,

  input  logic               x_valid_i,
  output logic               x_ready_o,
  input  logic [Terms-1:0]   x_data_i,

  output logic               y_valid_o,
  input  logic               y_ready_i,
  output logic [Pe*SumW-1:0] y_data_o
);

  if (Pe == 0 || Simd == 0 || Rows % Pe != 0 || Terms % Simd != 0)
    $error("xnor_dot: Pe=%0d Simd=%0d must divide Rows=%0d Terms=%0d", Pe, Simd, Rows, Terms);

  localparam int unsigned Parts  = Terms / Simd;      // steps per row
  localparam int unsigned Fold   = Rows / Pe * Parts;  // steps per vector
  localparam int unsigned PartW  = Parts > 1 ? $clog2(Parts) : 1;
  localparam int unsigned StepW  = Fold > 1 ? $clog2(Fold) : 1;
  localparam int unsigned GROUP  = 36;                 // terms counted before a register
  localparam int unsigned Groups = (Simd + GROUP - 1) / GROUP;
  typedef logic [SumW-1:0] sum_t;

  logic             advance, step, first_q, last_q, valid_q;
  logic [PartW-1:0] part_q;
  logic [StepW-1:0] step_d, step_q;

  // Stage 0: choose the terms and rows of this step.
  assign advance   = y_ready_i || !y_valid_o;
  assign step      = x_valid_i && advance;
  assign x_ready_o = advance && step_q == StepW'(Fold - 1);
  assign step_d    = !rst_ni || (step && x_ready_o) ? '0 : step_q + StepW'(step);

  logic [Simd-1:0] x, w[Pe];

  if (Parts == 1) begin : gen_whole
    assign x = x_data_i;
  end else begin : gen_part
    logic [Parts-1:0][Simd-1:0] parts;
    assign parts = x_data_i;
    assign x     = parts[part_q];
  end

  if (Fold == 1) begin : gen_constants
    for (genvar j = 0; j < Pe; j++) begin : gen_row
      assign w[j] = Weights[j*Terms +: Terms];
    end
  end else begin : gen_rom
    logic [Pe*Simd-1:0] rom[Fold], word_q;

    initial begin
      for (int unsigned n = 0; n < Fold; n++)
        for (int unsigned j = 0; j < Pe; j++)
          rom[n][j*Simd +: Simd] = Weights[(n/Parts*Pe + j)*Terms + n%Parts*Simd +: Simd];
    end

    always_ff @(posedge clk_i) word_q <= rom[step_d];

    for (genvar j = 0; j < Pe; j++) begin : gen_row
      assign w[j] = word_q[j*Simd +: Simd];
    end
  end

  always_ff @(posedge clk_i) begin
    step_q <= step_d;
    if (advance) begin
      first_q <= part_q == '0;
      last_q  <= part_q == PartW'(Parts - 1);
    end

    if (!rst_ni) begin
      part_q    <= '0;
      valid_q   <= 1'b0;
      y_valid_o <= 1'b0;
    end else if (advance) begin
      if (step) part_q <= part_q == PartW'(Parts - 1) ? '0 : part_q + 1'b1;
      valid_q   <= step;
      y_valid_o <= valid_q && last_q;
    end
  end

  for (genvar j = 0; j < Pe; j++) begin : gen_lane
    // Stage 1: count the matches of each group.
    sum_t hits_d[Groups], hits_q[Groups];

    for (genvar g = 0; g < Groups; g++) begin : gen_group
      localparam int unsigned Size = g < Groups - 1 ? GROUP : Simd - g*GROUP;
      assign hits_d[g] = sum_t'($countones(x[g*GROUP +: Size] ~^ w[j][g*GROUP +: Size]));
    end
    always_ff @(posedge clk_i) if (advance) hits_q <= hits_d;

    // Stage 2: add the groups to the row's sum, which is the output register.
    sum_t sum_d, sum_q;

    always_comb begin
      sum_d = first_q ? '0 : sum_q;
      for (int unsigned g = 0; g < Groups; g++) sum_d += hits_q[g];
    end

    always_ff @(posedge clk_i) begin
      if (advance && valid_q) sum_q <= sum_d;
    end

    assign y_data_o[j*SumW +: SumW] = sum_q;
  end

endmodule
