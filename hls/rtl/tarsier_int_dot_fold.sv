// SPDX-License-Identifier: MIT
//
// tarsier_int_dot_fold - dot products of integer vectors with the rows of a constant matrix, some
// terms a beat.
//
//   y[r] = Bias[r] + sum_k x[r/Pe][k] * W[r][k],   k = 0 .. Terms-1, r = 0 .. Rows-1
//
// Coding    x is XWidth bits, signed if XSigned; W, Bias and y are signed.  SumW must hold every
//           y; sums wrap beyond it.
// Order     Pe rows see one vector, Terms/Simd beats of x, term k in lane k%Simd of beat k/Simd; the
//           next rows see the next one, which is the same again or that of another group of
//           channels.  Weights is row-major, row 0 lowest.  Beat f of y, f = 0 .. Rows/Pe-1,
//           carries row f*Pe + j in lane j.
// Handshake y holds while !y_ready_i.
// Rate      one beat of x per cycle, Fold = Rows/Pe * Terms/Simd of them for all rows.
// Latency   a beat of y is valid 3 cycles after the last beat of its vector is taken.
// Memory    Fold words of Pe*Simd weights.
// Reset     synchronous.  Clears the step counters and the valid bits, never the datapath.
// Golden    hls/golden/int_dot_fold.py     Test  tests/hls/test_int_dot_fold.py
module tarsier_int_dot_fold #(
  parameter int unsigned                  Terms   = 36,
  parameter int unsigned                  Rows    = 16,
  parameter int unsigned                  Pe      = 16,  // rows per step
  parameter int unsigned                  Simd    = 36,  // terms per step
  parameter int unsigned                  XWidth  = 10,
  parameter bit                           XSigned = 1'b0,
  parameter int unsigned                  WWidth  = 8,
  parameter int unsigned                  SumW    = 24,
  parameter logic [Rows*Terms*WWidth-1:0] Weights = '1,
  parameter logic [Rows*SumW-1:0]         Bias    = '0,
  parameter bit                           BlockRom = 1'b0  // weights in block RAM, whatever it takes
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [Simd*XWidth-1:0]  x_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [Pe*SumW-1:0]      y_data_o
);

  if (Pe == 0 || Simd == 0 || Rows % Pe != 0 || Terms % Simd != 0)
    $error("int_dot_fold: Pe=%0d Simd=%0d must divide Rows=%0d Terms=%0d", Pe, Simd, Rows, Terms);
  if (XWidth == 0 || WWidth == 0 || SumW == 0)
    $error("int_dot_fold: XWidth=%0d WWidth=%0d SumW=%0d, all must be >= 1", XWidth, WWidth, SumW);

  localparam int unsigned Parts  = Terms / Simd;       // steps per vector
  localparam int unsigned Beats  = Rows / Pe;          // vectors, and beats of y
  localparam int unsigned Fold   = Beats * Parts;      // steps for all rows
  localparam int unsigned PartW  = Parts > 1 ? $clog2(Parts) : 1;
  localparam int unsigned BeatW  = Beats > 1 ? $clog2(Beats) : 1;
  localparam int unsigned StepW  = Fold > 1 ? $clog2(Fold) : 1;
  localparam int unsigned GROUP  = 12;                 // products added before a register
  localparam int unsigned Groups = (Simd + GROUP - 1) / GROUP;
  localparam int unsigned ProdW  = XWidth + WWidth;
  localparam int unsigned GroupW = ProdW + $clog2(GROUP);
  typedef logic signed [ProdW-1:0]  prod_t;
  typedef logic signed [GroupW-1:0] group_t;
  typedef logic signed [SumW-1:0]   sum_t;

  // Stage 0: read the weights of this step.
  logic             advance, step;
  logic [PartW-1:0] part_q;
  logic [StepW-1:0] step_d, step_q;

  assign advance   = y_ready_i || !y_valid_o;
  assign step      = x_valid_i && advance;
  assign x_ready_o = advance;
  assign step_d    = !rst_ni || (step && step_q == StepW'(Fold - 1)) ? '0 : step_q + StepW'(step);

  logic [Simd*WWidth-1:0] w[Pe];

  if (Fold == 1) begin : gen_constants
    for (genvar j = 0; j < Pe; j++) begin : gen_row
      assign w[j] = Weights[j*Terms*WWidth +: Terms*WWidth];
    end
  end else begin : gen_rom
    logic [Pe*Simd*WWidth-1:0] word_q;

    if (BlockRom) begin : gen_words
      (* rom_style = "block" *) logic [Pe*Simd*WWidth-1:0] rom [Fold];
    end else begin : gen_words
      (* rom_style = "auto" *) logic [Pe*Simd*WWidth-1:0] rom [Fold];
    end

    initial begin
      for (int unsigned n = 0; n < Fold; n++)
        for (int unsigned j = 0; j < Pe; j++)
          gen_words.rom[n][j*Simd*WWidth +: Simd*WWidth] =
              Weights[((n/Parts*Pe + j)*Terms + n%Parts*Simd)*WWidth +: Simd*WWidth];
    end

    always_ff @(posedge clk_i) word_q <= gen_words.rom[step_d];

    for (genvar j = 0; j < Pe; j++) begin : gen_row
      assign w[j] = word_q[j*Simd*WWidth +: Simd*WWidth];
    end
  end

  // Control of the three stages: does a step stand there, is it its row's first or last?
  typedef struct packed {
    logic valid;
    logic first;
    logic last;
  } stage_t;
  stage_t           products_q, groups_q;
  logic [BeatW-1:0] beat_q;  // whose bias the last stage adds

  always_ff @(posedge clk_i) begin
    step_q <= step_d;
    if (!rst_ni) begin
      part_q     <= '0;
      beat_q     <= '0;
      products_q <= '0;
      groups_q   <= '0;
      y_valid_o  <= 1'b0;
    end else if (advance) begin
      products_q <= '{valid: step, first: part_q == '0, last: part_q == PartW'(Parts - 1)};
      groups_q   <= products_q;
      y_valid_o  <= groups_q.valid && groups_q.last;
      if (step) part_q <= part_q == PartW'(Parts - 1) ? '0 : part_q + 1'b1;
      if (groups_q.valid && groups_q.last)
        beat_q <= beat_q == BeatW'(Beats - 1) ? '0 : beat_q + 1'b1;
    end
  end

  for (genvar j = 0; j < Pe; j++) begin : gen_lane
    // Stage 1: products.
    prod_t prod_d[Simd], prod_q[Simd];

    for (genvar k = 0; k < Simd; k++) begin : gen_term
      logic x_sign;
      assign x_sign = XSigned && x_data_i[k*XWidth + XWidth-1];
      assign prod_d[k] = prod_t'(signed'({x_sign, x_data_i[k*XWidth +: XWidth]}))
                       * prod_t'(signed'(w[j][k*WWidth +: WWidth]));
    end
    always_ff @(posedge clk_i) if (advance) prod_q <= prod_d;

    // Stage 2: sums of groups of products.
    group_t group_d[Groups], group_q[Groups];

    for (genvar g = 0; g < Groups; g++) begin : gen_group
      localparam int unsigned Size = g < Groups - 1 ? GROUP : Simd - g*GROUP;
      group_t group;
      always_comb begin
        group = '0;
        for (int unsigned k = 0; k < Size; k++) group += group_t'(prod_q[g*GROUP + k]);
      end
      assign group_d[g] = group;
    end
    always_ff @(posedge clk_i) if (advance) group_q <= group_d;

    // Stage 3: add the groups to the row's sum, which is the output register.
    sum_t bias, sum_d, sum_q;

    if (Beats == 1) begin : gen_bias
      assign bias = Bias[j*SumW +: SumW];
    end else begin : gen_bias_rom
      sum_t rom[Beats];
      initial for (int unsigned f = 0; f < Beats; f++) rom[f] = Bias[(f*Pe + j)*SumW +: SumW];
      assign bias = rom[beat_q];
    end

    always_comb begin
      sum_d = groups_q.first ? bias : sum_q;
      for (int unsigned g = 0; g < Groups; g++) sum_d += sum_t'(group_q[g]);
    end

    always_ff @(posedge clk_i) begin
      if (advance && groups_q.valid) sum_q <= sum_d;
    end

    assign y_data_o[j*SumW +: SumW] = sum_q;
  end

endmodule
