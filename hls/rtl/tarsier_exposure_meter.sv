// SPDX-License-Identifier: MIT
//
// tarsier_exposure_meter - the gain that puts the weighted mean light of a frame at a brightness.
//
//   y = min(floor(Target * sum(w) / sum(w * v)), Most),   Most where sum(w * v) is 0
//   w = Weights[index(v)],   v = min(max(x - Black, 0), Span)
//
// Coding    x, y and the weights are unsigned.  index(v) is v below 2^(Mantissa+1), and above it by
//           octaves of 2^Mantissa: the highest bit of v and the Mantissa bits after it.
// Order     x is a frame of Beats beats, lane l with Black l; y is one beat a frame.  Weights are
//           in the order of the index, that of 0 lowest.
// Handshake y holds while !y_ready_i.  x waits at the end of a frame while the gain of the one
//           before is computed or not taken.
// Rate      one beat of x per cycle; a frame takes TargetW + YWidth + 2 cycles at least.
// Latency   y is valid TargetW + YWidth + 5 cycles after the last beat of a frame is taken.
// Reset     synchronous.  Starts a new frame; clears the sums.
// Golden    hls/golden/exposure_meter.py     Test  tests/hls/test_exposure_meter.py
module tarsier_exposure_meter #(
  parameter  int unsigned                Lanes    = 4,
  parameter  int unsigned                XWidth   = 12,
  parameter  int unsigned                Beats    = 64,   // of a frame
  parameter  logic [Lanes*XWidth-1:0]    Black    = {Lanes{XWidth'(64)}},
  parameter  logic [XWidth-1:0]          Span     = XWidth'(4031),
  parameter  int unsigned                Mantissa = 5,
  parameter  int unsigned                Entries  = 255,  // index(Span) + 1
  parameter  int unsigned                WWidth   = 16,   // bits of a weight
  parameter  logic [Entries*WWidth-1:0]  Weights  = '1,
  parameter  int unsigned                TargetW  = 20,
  parameter  logic [TargetW-1:0]         Target   = '1,
  parameter  int unsigned                YWidth   = 17,
  parameter  logic [YWidth-1:0]          Most     = YWidth'(65536)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [Lanes*XWidth-1:0] x_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [YWidth-1:0]       y_data_o
);

  localparam int unsigned BeatW    = Beats > 1 ? $clog2(Beats) : 1;
  localparam int unsigned Octaves  = XWidth > Mantissa + 1 ? XWidth - Mantissa - 1 : 0;
  localparam int unsigned IndexW   = $clog2((Octaves + 2) << Mantissa);
  localparam int unsigned CountW   = $clog2(Beats * Lanes + 1);
  localparam int unsigned TotalW   = WWidth + CountW;           // holds sum(w)
  localparam int unsigned LightW   = WWidth + XWidth + CountW;  // holds sum(w * v)
  localparam int unsigned ProductW = TargetW + TotalW;
  // The divisor, at first YWidth bits to the left.
  localparam int unsigned DivideW  = (LightW + YWidth > ProductW ? LightW + YWidth : ProductW) + 1;
  localparam int unsigned StepW    = $clog2((TargetW > YWidth ? TargetW : YWidth) + 1);

  typedef logic [XWidth-1:0]  light_t;
  typedef logic [DivideW-1:0] divide_t;

  if (Lanes == 0 || XWidth == 0 || Beats == 0 || WWidth == 0 || TargetW == 0 || YWidth == 0)
    $error("exposure_meter: Lanes=%0d XWidth=%0d Beats=%0d WWidth=%0d TargetW=%0d YWidth=%0d, %s",
           Lanes, XWidth, Beats, WWidth, TargetW, YWidth, "all must be >= 1");

  function automatic logic [IndexW-1:0] semi_log(input light_t v);
    semi_log = IndexW'(v);
    for (int unsigned octave = 1; octave <= Octaves; octave++)
      if (v[Mantissa + octave]) semi_log = IndexW'(octave << Mantissa) + IndexW'(v >> octave);
  endfunction

  if (semi_log(Span) != IndexW'(Entries - 1))
    $error("exposure_meter: Entries=%0d must be one for every index up to that of Span=%0d",
           Entries, Span);

  logic [WWidth-1:0] rom [2**IndexW];
  initial for (int unsigned e = 0; e < Entries; e++) rom[e] = Weights[e*WWidth +: WWidth];

  logic              advance, last, ended, load, full;
  logic [BeatW-1:0]  beat_q;
  logic [2:0]        valid_q, last_q;
  logic [WWidth-1:0] w_q [Lanes], w_late_q [Lanes];
  light_t            light_q [Lanes], light_late_q [Lanes];
  logic [WWidth+XWidth-1:0] product_q [Lanes];
  logic [TotalW-1:0] total_q, total;
  logic [LightW-1:0] sum_q, sum;

  // A frame's last sums go to the divider at once, or all waits.
  assign ended     = valid_q[2] && last_q[2];
  assign advance   = !ended || !full;
  assign load      = ended && !full;
  assign x_ready_o = advance;
  assign last      = beat_q == BeatW'(Beats - 1);

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    localparam light_t BLACK = Black[l*XWidth +: XWidth];
    light_t x, above;
    assign x     = x_data_i[l*XWidth +: XWidth];
    assign above = x - BLACK;

    always_ff @(posedge clk_i) if (advance) begin
      light_q[l]      <= x < BLACK ? '0 : above > Span ? Span : above;
      light_late_q[l] <= light_q[l];
      w_q[l]          <= rom[semi_log(light_q[l])];
      w_late_q[l]     <= w_q[l];
      product_q[l]    <= (WWidth+XWidth)'(w_q[l]) * (WWidth+XWidth)'(light_late_q[l]);
    end
  end

  always_comb begin
    total = total_q;
    sum   = sum_q;
    for (int unsigned l = 0; l < Lanes; l++) begin
      total += TotalW'(w_late_q[l]);
      sum   += LightW'(product_q[l]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_q  <= '0;
      valid_q <= '0;
      total_q <= '0;
      sum_q   <= '0;
    end else if (advance) begin
      if (x_valid_i) beat_q <= last ? '0 : beat_q + 1'b1;
      valid_q <= {valid_q[1:0], x_valid_i};
      if (valid_q[2]) begin
        total_q <= ended ? '0 : total;
        sum_q   <= ended ? '0 : sum;
      end
    end
    if (advance) last_q <= {last_q[1:0], last};
  end

  // Target * sum(w), bit by bit from the highest; then a bit of the quotient at a time.
  typedef enum logic [1:0] {Idle, Multiply, Divide, Give} state_e;
  state_e              state_q;
  logic [StepW-1:0]    step_q;
  logic [TargetW-1:0]  target_q;
  logic [TotalW-1:0]   factor_q;
  divide_t             rest_q, divisor_q;
  logic [YWidth-1:0]   quotient_q, next;
  logic                fits, over_q;

  assign full      = state_q != Idle && !(y_valid_o && y_ready_i);
  assign y_valid_o = state_q == Give;
  assign y_data_o  = quotient_q;
  assign fits      = rest_q >= divisor_q;
  assign next      = YWidth'({quotient_q, fits});

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= Idle;
    else if (load) state_q <= Multiply;
    else unique case (state_q)
      Multiply: if (step_q == '0) state_q <= Divide;
      Divide:   if (step_q == '0) state_q <= Give;
      Give:     if (y_ready_i) state_q <= Idle;
      default: ;
    endcase

    if (load) begin
      step_q    <= StepW'(TargetW - 1);
      target_q  <= Target;
      factor_q  <= total;
      rest_q    <= '0;
      divisor_q <= divide_t'(sum) << YWidth;
    end else if (state_q == Multiply) begin
      rest_q   <= (rest_q << 1) + (target_q[TargetW-1] ? divide_t'(factor_q) : '0);
      target_q <= target_q << 1;
      step_q   <= step_q == '0 ? StepW'(YWidth) : step_q - 1'b1;
    end else if (state_q == Divide) begin
      // The first step asks whether the quotient has more bits than y.
      step_q     <= step_q - 1'b1;
      divisor_q  <= divisor_q >> 1;
      if (fits) rest_q <= rest_q - divisor_q;
      if (step_q == StepW'(YWidth)) over_q <= fits;
      quotient_q <= step_q == '0 && (over_q || next > Most) ? Most : next;
    end
  end

endmodule
