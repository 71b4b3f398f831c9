// SPDX-License-Identifier: MIT
//
// tarsier_channel_stats - a mean over a frame for every channel, exactly rounded.
//
//   y[c] = rint(2^Fraction * sum(v[c]) / Pixels),   c = 0 .. Lanes*Folds-1
//   v    = x, |x| or x^2,   as Statistic says
//
// Coding    rint rounds a half to the even neighbour.  x is two's complement if XSigned, and so is
//           the mean of x itself; the others are unsigned.
// Order     x is a frame of Pixels pixels of Folds beats, beat f with channel f*Lanes + l in lane l;
//           y is one pixel a frame, in the same order.  With Initial, the pixel First comes before
//           the first frame's; its channel 0 is lowest.
// Handshake y holds while !y_ready_i.  x waits at the end of a frame while the means of all folds
//           but the last are computed and taken, and for those of the frame before.
// Rate      one beat of x per cycle.  Between frames x waits (Folds-1)*(YWidth+2) + 1 cycles, and
//           more where a frame is shorter than a division: it takes Folds*(YWidth+2) at least.
// Latency   y is valid YWidth + 4 cycles after the last beat of a frame is taken, and every
//           YWidth + 2 cycles after that.
// Reset     synchronous.  Starts a new frame, and First again; clears control, never the sums.
// Golden    hls/golden/channel_stats.py     Test  tests/hls/test_channel_stats.py
module tarsier_channel_stats #(
  parameter  int unsigned Lanes     = 4,
  parameter  int unsigned Folds     = 1,     // beats per pixel
  parameter  int unsigned XWidth    = 8,
  parameter  bit          XSigned   = 1'b1,
  parameter  int unsigned Statistic = 0,     // what the mean is of, a statistic_e
  parameter  int unsigned Pixels    = 3072,  // of a frame
  parameter  int unsigned Fraction  = 4,     // binary places of y
  parameter  bit          Initial   = 1'b0,
  // of v, and of y
  localparam int unsigned VWidth    = Statistic == 2 ? 2*XWidth - 32'(XSigned) : XWidth,
  localparam int unsigned YWidth    = VWidth + Fraction,
  parameter  logic [Lanes*Folds*YWidth-1:0] First = '0
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [Lanes*XWidth-1:0] x_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [Lanes*YWidth-1:0] y_data_o
);

  typedef enum int unsigned {MEAN, MAGNITUDE, SQUARE} statistic_e;

  if (Lanes == 0 || Folds == 0 || XWidth == 0 || Pixels == 0)
    $error("channel_stats: Lanes=%0d Folds=%0d XWidth=%0d Pixels=%0d, all must be >= 1",
           Lanes, Folds, XWidth, Pixels);
  if (XSigned && XWidth == 1)
    $error("channel_stats: XWidth=1 must be >= 2 where XSigned");
  if (Statistic > SQUARE)
    $error("channel_stats: Statistic=%0d must be 0 (mean), 1 (magnitude) or 2 (square)", Statistic);

  localparam int unsigned CountW = Pixels > 1 ? $clog2(Pixels) : 1;
  localparam int unsigned FoldW  = Folds > 1 ? $clog2(Folds) : 1;
  localparam int unsigned SumW   = VWidth + $clog2(Pixels);
  localparam int unsigned RestW  = CountW + 1;  // holds twice what a division leaves
  localparam int unsigned StepW  = $clog2(YWidth + 1);
  typedef logic [VWidth-1:0] value_t;
  typedef logic [SumW-1:0]   sum_t;
  typedef logic [RestW-1:0]  rest_t;
  typedef logic [YWidth-1:0] y_t;
  // A signed x is summed as its distance from the least, which is as far from 0 in every mean.
  localparam bit LIFTED = XSigned && Statistic == MEAN;
  localparam y_t LEAST  = LIFTED ? y_t'(1) << (YWidth - 1) : '0;

  // Where the next beat of x stands.
  logic              take, last_fold, valid_q, first_q, last_q, pending_q, load;
  logic [FoldW-1:0]  fold_q, loaded_q, given_q;
  logic [CountW-1:0] pixel_q;

  assign x_ready_o = !valid_q || !pending_q;
  assign take      = x_valid_i && x_ready_o;
  assign last_fold = fold_q == FoldW'(Folds - 1);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fold_q  <= '0;
      pixel_q <= '0;
      valid_q <= 1'b0;
    end else begin
      if (x_ready_o) valid_q <= x_valid_i;
      if (take) begin
        fold_q <= last_fold ? '0 : fold_q + 1'b1;
        if (last_fold) pixel_q <= pixel_q == CountW'(Pixels - 1) ? '0 : pixel_q + 1'b1;
      end
    end
    if (x_ready_o) begin
      first_q <= pixel_q == '0;
      last_q  <= pixel_q == CountW'(Pixels - 1) && last_fold;
    end
  end

  // A frame's sums wait until each is in the divider.
  typedef enum logic [1:0] {Idle, Divide, Round, Give} state_e;
  state_e           state_q;
  logic [StepW-1:0] step_q;
  logic             given, filling, filling_q;

  assign filling   = Initial && filling_q;  // First comes
  assign given     = y_valid_o && y_ready_i;
  assign load      = pending_q && (state_q == Idle || (state_q == Give && given && !filling));
  assign y_valid_o = filling || state_q == Give;

  always_ff @(posedge clk_i) begin
    step_q <= load ? StepW'(YWidth - 1) : step_q - 1'b1;
    if (!rst_ni) begin
      state_q   <= Idle;
      pending_q <= 1'b0;
      loaded_q  <= '0;
      given_q   <= '0;
      filling_q <= Initial;
    end else begin
      if (load) state_q <= Divide;
      else unique case (state_q)
        Divide:  if (step_q == '0) state_q <= Round;
        Round:   state_q <= Give;
        Give:    if (given && !filling) state_q <= Idle;
        default: ;
      endcase
      if (valid_q && !pending_q) pending_q <= last_q;
      else if (load && loaded_q == FoldW'(Folds - 1)) pending_q <= 1'b0;
      if (load) loaded_q <= loaded_q == FoldW'(Folds - 1) ? '0 : loaded_q + 1'b1;
      if (filling && given) begin
        given_q   <= given_q == FoldW'(Folds - 1) ? '0 : given_q + 1'b1;
        filling_q <= given_q != FoldW'(Folds - 1);
      end
    end
  end

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [XWidth-1:0] x;
    value_t            v_q;
    sum_t              sums_q [Folds];  // a ring, the oldest last
    sum_t              sum;
    rest_t             twice, rest_q;
    logic [RestW:0]    left;            // of twice a rest, negative where it is below Pixels
    y_t                digits_q;        // of the dividend, which those of the quotient follow
    logic              fits, up;
    y_t                first [2**FoldW];

    initial begin
      for (int unsigned f = 0; f < Folds; f++) first[f] = First[(f*Lanes + l)*YWidth +: YWidth];
    end

    assign x   = x_data_i[l*XWidth +: XWidth];
    assign sum = (first_q ? '0 : sums_q[Folds-1]) + sum_t'(v_q);

    if (Statistic == SQUARE) begin : gen_square
      logic signed [XWidth:0] wide;
      assign wide = signed'({XSigned && x[XWidth-1], x});
      always_ff @(posedge clk_i)
        if (x_ready_o) v_q <= value_t'((2*XWidth+2)'(wide) * (2*XWidth+2)'(wide));
    end else if (Statistic == MAGNITUDE) begin : gen_magnitude
      always_ff @(posedge clk_i) if (x_ready_o) v_q <= XSigned && x[XWidth-1] ? -x : x;
    end else begin : gen_mean
      always_ff @(posedge clk_i) if (x_ready_o) v_q <= x ^ LEAST[YWidth-1 -: XWidth];
    end

    always_ff @(posedge clk_i) begin
      if ((valid_q && !pending_q) || load) begin
        sums_q[0] <= sum;  // of no meaning once it is loaded
        for (int unsigned f = 1; f < Folds; f++) sums_q[f] <= sums_q[f-1];
      end
    end

    // The highest bits of a sum are below Pixels already; the others come down one by one.
    assign twice = rest_t'({rest_q, state_q == Divide && digits_q[YWidth-1]});
    assign left  = (RestW+1)'(twice) - (RestW+1)'(Pixels);
    assign fits  = !left[RestW];
    assign up    = fits && (left != '0 || digits_q[0]);

    always_ff @(posedge clk_i) begin
      if (load) begin
        rest_q   <= rest_t'(sums_q[Folds-1] >> VWidth);
        digits_q <= y_t'(value_t'(sums_q[Folds-1])) << Fraction;
      end else if (state_q == Divide) begin
        rest_q   <= fits ? rest_t'(left) : twice;
        digits_q <= y_t'({digits_q, fits});
      end else if (state_q == Round) begin
        digits_q <= digits_q + y_t'(up);
      end
    end

    assign y_data_o[l*YWidth +: YWidth] = filling ? first[given_q] : digits_q ^ LEAST;
  end

endmodule
