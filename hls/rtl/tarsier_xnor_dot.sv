// SPDX-License-Identifier: MIT
//
// tarsier_xnor_dot - dot products of a +1/-1 vector with the rows of a constant +1/-1 matrix.
//
//   y[r] = popcount(x ~^ W[r]),  so that  sum_k x[k] * W[r][k] = 2 * y[r] - Terms
//
// Coding    bit 1 is +1, bit 0 is -1, on x and on W.  y is unsigned, 0 .. Terms.
// Order     a beat of x is a whole vector, term k in bit k.  Weights is row-major, row 0 lowest.
//           Beat f of y, f = 0 .. Rows/Pe-1, carries row f*Pe + j in lane j.
// Handshake x is read in place and taken with its last step, so it must hold until then.
//           y holds while !y_ready_i.
// Rate      one vector every Fold = Rows/Pe * Terms/Simd cycles.
// Latency   the last beat of y is valid 5 cycles after its x is taken; beat f comes
//           (Rows/Pe - 1 - f) * Terms/Simd cycles before it.
// Size      about one LUT6 for each of Pe*Simd products, see parts/match_count.sv.
// Reset     synchronous.  Clears the step counter and the valid bits, never the datapath.
// Golden    hls/golden/xnor_dot.py     Test  tests/hls/test_xnor_dot.py
module tarsier_xnor_dot #(
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
  localparam int unsigned LINKS  = 12;                 // at most, in the chains of match_count
  localparam int unsigned Width  = (Simd + 2*LINKS - 1) / (2*LINKS);
  localparam int unsigned Links  = Simd > 2*Width ? (Simd + 2*Width - 1) / (2*Width) : 2;
  localparam int unsigned Early  = (Links + 1) / 2;
  localparam int unsigned Late   = Links - Early;
  localparam int unsigned EarlyW = 2*Width*Early;      // terms of a step counted first
  localparam int unsigned LateW  = 2*Width*Late;       // and the rest, with what fills it up
  localparam int unsigned TermsW = EarlyW + LateW;
  localparam int unsigned CountW = $clog2(TermsW + 1);

  logic             advance, step;
  logic [3:0]       first_q, last_q, valid_q;  // of the stages of match_count
  logic [PartW-1:0] part_q;
  logic [StepW-1:0] step_d, step_q;

  assign advance   = y_ready_i || !y_valid_o;
  assign step      = x_valid_i && advance;
  assign x_ready_o = advance && step_q == StepW'(Fold - 1);
  assign step_d    = !rst_ni || (step && x_ready_o) ? '0 : step_q + StepW'(step);

  // The terms of this step, filled up with zeros against weights of one, which never match.
  logic [TermsW-1:0] x;
  logic [LateW-1:0]     x_late_q;

  if (Parts == 1) begin : gen_whole
    assign x = TermsW'(x_data_i);
  end else begin : gen_part
    logic [Parts-1:0][Simd-1:0] parts;
    assign parts = x_data_i;
    assign x     = TermsW'(parts[part_q]);
  end

  // Their weights: the late ones are read a cycle later, which saves registers for them.
  logic [EarlyW-1:0][Pe-1:0] w_early;
  logic [LateW-1:0][Pe-1:0]  w_late;

  function automatic logic [TermsW-1:0][Pe-1:0] weights(input int unsigned n);
    weights = '1;
    for (int unsigned k = 0; k < Simd; k++)
      for (int unsigned j = 0; j < Pe; j++)
        weights[k][j] = Weights[(n/Parts*Pe + j)*Terms + n%Parts*Simd + k];
  endfunction

  if (Fold == 1) begin : gen_constants
    assign {w_late, w_early} = weights(0);
  end else begin : gen_rom
    logic [EarlyW-1:0][Pe-1:0] early[Fold];
    logic [LateW-1:0][Pe-1:0]  late[Fold];

    initial for (int unsigned n = 0; n < Fold; n++) {late[n], early[n]} = weights(n);

    always_ff @(posedge clk_i) begin
      w_early <= early[step_d];
      if (advance) w_late <= late[step_q];
    end
  end

  always_ff @(posedge clk_i) begin
    step_q <= step_d;
    if (advance) begin
      x_late_q <= x[EarlyW +: LateW];
      first_q  <= {first_q[2:0], part_q == '0};
      last_q   <= {last_q[2:0], part_q == PartW'(Parts - 1)};
    end

    if (!rst_ni) begin
      part_q    <= '0;
      valid_q   <= '0;
      y_valid_o <= 1'b0;
    end else if (advance) begin
      if (step) part_q <= part_q == PartW'(Parts - 1) ? '0 : part_q + 1'b1;
      valid_q   <= {valid_q[2:0], step};
      y_valid_o <= valid_q[3] && last_q[3];
    end
  end

  logic [CountW-1:0][Pe-1:0] counts;

  if (Pe > 0) begin : gen_count  // without rows, the error above says enough
    tarsier_match_count #(.Rows(Pe), .Width(Width), .Early(Early), .Late(Late)) u_count (
      .clk_i,
      .advance_i(advance),
      .x_early_i(x[0 +: EarlyW]),
      .w_early_i(w_early),
      .x_late_i(x_late_q),
      .w_late_i(w_late),
      .sum_o(counts)
    );
  end

  // Add each row's count to its sum, which is the output register.
  for (genvar j = 0; j < Pe; j++) begin : gen_lane
    logic [CountW-1:0] count;
    logic [SumW-1:0]   sum_q;

    for (genvar b = 0; b < CountW; b++) begin : gen_bit
      assign count[b] = counts[b][j];
    end

    always_ff @(posedge clk_i) begin
      if (advance && valid_q[3]) sum_q <= (first_q[3] ? '0 : sum_q) + SumW'(count);
    end

    assign y_data_o[j*SumW +: SumW] = sum_q;
  end

endmodule
