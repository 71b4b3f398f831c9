// SPDX-License-Identifier: MIT
//
// tarsier_auto_gain - the gain that a frame's light asks for, for the frame after it, from codes of the
// camera to those of a network; a part of the video shell.
//
//   gain_o  = floor(steps_o * CodeSpan * 2^(Places - 8) / Span + 1/2)
//   steps_o = max(exposure_meter(x), 256)
//
// Coding    unsigned.  steps_o is in 1/256, gain_o in 2^-Places.
// Order     x is whole frames of Beats beats.
// Settled   settled_o is low from start_i, with which a frame begins, until its gain is known.  The next
//           one must not begin before.  known_o is high from the first gain on.
// Handshake none: x is taken as it comes, and the gain stands until the next one.
// Rate      x is taken in every cycle.
// Latency   a gain is known about TargetW + 3*StepW + CodeW + Places cycles after its last beat.
// Reset     synchronous.
// Test      tests/boards/camera/test_auto_gain.py
module tarsier_auto_gain #(
  parameter  int unsigned               Pixels   = 2,
  parameter  int unsigned               Bits     = 12,
  parameter  int unsigned               Beats    = 64,
  parameter  logic [Bits-1:0]           Black    = Bits'(64),
  parameter  logic [Bits-1:0]           Span     = Bits'(4031),
  parameter  int unsigned               Mantissa = 5,
  parameter  int unsigned               Entries  = 255,
  parameter  int unsigned               WWidth   = 16,
  parameter  logic [Entries*WWidth-1:0] Weights  = '1,
  parameter  int unsigned               TargetW  = 20,
  parameter  logic [TargetW-1:0]        Target   = '1,
  parameter  int unsigned               StepW    = 17,
  parameter  logic [StepW-1:0]          Most     = StepW'(65536),
  parameter  int unsigned               CodeW    = 10,  // bits of CodeSpan
  parameter  logic [CodeW-1:0]          CodeSpan = CodeW'(768),
  parameter  int unsigned               Places   = 33,  // binary, at least 8
  parameter  int unsigned               GainW    = 39
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   start_i,
  output logic                   settled_o,
  output logic                   known_o,
  output logic [GainW-1:0]       gain_o,
  output logic [StepW-1:0]       steps_o,

  input  logic                   x_valid_i,
  input  logic [Pixels*Bits-1:0] x_data_i
);

  localparam int unsigned ProductW = StepW + CodeW;
  localparam int unsigned Shifts   = ProductW + Places - 8;  // bits of the dividend
  localparam int unsigned CountW   = $clog2(Shifts + 1);
  localparam logic [StepW-1:0] LEAST = StepW'(256);
  typedef logic [Bits:0] rest_t;  // holds twice what a division leaves

  if (Places < 8 || Pixels == 0 || Bits == 0)
    $error("auto_gain: Places=%0d must be >= 8, Pixels=%0d and Bits=%0d >= 1", Places, Pixels, Bits);

  logic             metered, always_ready, unused;
  logic [StepW-1:0] steps;

  assign unused = always_ready;  // its divider is free before the next frame begins

  tarsier_exposure_meter #(
    .Lanes(Pixels), .XWidth(Bits), .Beats(Beats), .Black({Pixels{Black}}), .Span(Span),
    .Mantissa(Mantissa), .Entries(Entries), .WWidth(WWidth), .Weights(Weights),
    .TargetW(TargetW), .Target(Target), .YWidth(StepW), .Most(Most)
  ) u_meter (
    .clk_i, .rst_ni, .x_valid_i, .x_ready_o(always_ready), .x_data_i,
    .y_valid_o(metered), .y_ready_i(1'b1), .y_data_o(steps)
  );

  // The product, bit by bit of the steps from the highest; then a bit of the quotient at a time.
  typedef enum logic [1:0] {Idle, Multiply, Divide, Round} state_e;
  state_e              state_q;
  logic [CountW-1:0]   count_q;
  logic [StepW-1:0]    factor_q, steps_q;
  logic [ProductW-1:0] product_q;
  logic [GainW-1:0]    quotient_q;
  rest_t               rest_q, twice;
  logic [Bits+1:0]     left;
  logic                fits;

  assign twice = rest_t'({rest_q, state_q == Divide && product_q[ProductW-1]});
  assign left  = (Bits+2)'(twice) - (Bits+2)'(Span);
  assign fits  = !left[Bits+1];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= Idle;
      settled_o <= 1'b1;
      known_o   <= 1'b0;
    end else begin
      unique case (state_q)
        Multiply: if (count_q == '0) state_q <= Divide;
        Divide:   if (count_q == '0) state_q <= Round;
        Round:    state_q <= Idle;
        default:  if (metered) state_q <= Multiply;
      endcase
      if (start_i) settled_o <= 1'b0;
      else if (state_q == Round) begin
        settled_o <= 1'b1;
        known_o   <= 1'b1;
      end
    end

    unique case (state_q)
      Multiply: begin
        product_q <= (product_q << 1) + (factor_q[StepW-1] ? ProductW'(CodeSpan) : '0);
        factor_q  <= factor_q << 1;
        count_q   <= count_q == '0 ? CountW'(Shifts - 1) : count_q - 1'b1;
      end
      Divide: begin
        product_q  <= product_q << 1;
        rest_q     <= fits ? rest_t'(left) : twice;
        quotient_q <= GainW'({quotient_q, fits});
        count_q    <= count_q - 1'b1;
      end
      Round: begin
        gain_o  <= quotient_q + GainW'(fits);
        steps_o <= steps_q;
      end
      default: begin
        factor_q  <= steps < LEAST ? LEAST : steps;
        steps_q   <= steps < LEAST ? LEAST : steps;
        product_q <= '0;
        rest_q    <= '0;
        count_q   <= CountW'(StepW - 1);
      end
    endcase
  end

endmodule
