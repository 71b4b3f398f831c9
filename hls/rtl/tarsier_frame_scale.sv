// SPDX-License-Identifier: MIT
//
// tarsier_frame_scale - multiply every channel of a frame by a factor of that frame, round, clamp.
//
//   y[c] = min(max(rint(x[c] * k[c] / 2^Shift), YMin), YMax),   c = 0 .. Lanes*Folds-1
//
// Coding    rint rounds a half to the even neighbour.  x is signed if XSigned, k is unsigned; y
//           carries YWidth bits, two's complement when YMin < 0.
// Order     x is a frame of Pixels pixels, k one pixel a frame.  Beat f = 0 .. Folds-1 of a pixel
//           carries channel f*Lanes + l in lane l.
// Handshake k is taken before the first beat of its frame, and held.  y holds while !y_ready_i.
// Rate      one beat per cycle; a frame takes (Pixels+1)*Folds cycles.
// Latency   y is valid two cycles after x is taken.
// Reset     synchronous.  Starts a new frame; clears control, never the factors.
// Golden    hls/golden/frame_scale.py     Test  tests/hls/test_frame_scale.py
module tarsier_frame_scale #(
  parameter int unsigned Lanes   = 4,
  parameter int unsigned Folds   = 1,     // beats per pixel
  parameter int unsigned XWidth  = 8,
  parameter bit          XSigned = 1'b1,
  parameter int unsigned KWidth  = 7,
  parameter int unsigned Pixels  = 3072,  // of a frame
  parameter int unsigned Shift   = 7,
  parameter int unsigned YWidth  = 8,
  parameter int          YMin    = -128,
  parameter int          YMax    = 127,
  parameter bit          Adders  = 1'b1   // 0: products that may be a DSP's
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [Lanes*XWidth-1:0] x_data_i,

  input  logic                    k_valid_i,
  output logic                    k_ready_o,
  input  logic [Lanes*KWidth-1:0] k_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [Lanes*YWidth-1:0] y_data_o
);

  if (Lanes == 0 || Folds == 0 || XWidth == 0 || KWidth == 0 || Pixels == 0 || YWidth == 0)
    $error("frame_scale: Lanes=%0d Folds=%0d XWidth=%0d KWidth=%0d Pixels=%0d YWidth=%0d, %s",
           Lanes, Folds, XWidth, KWidth, Pixels, YWidth, "all must be >= 1");

  localparam int unsigned FoldW    = Folds > 1 ? $clog2(Folds) : 1;
  localparam int unsigned PixelW   = Pixels > 1 ? $clog2(Pixels) : 1;
  localparam int unsigned Levels   = $clog2(KWidth);
  localparam int unsigned ProductW = XWidth + KWidth + 1;
  localparam int unsigned RoundW   = (ProductW > Shift ? ProductW : Shift) + 1;
  localparam int unsigned WorkW    = RoundW > 33 ? RoundW : 33;  // holds the clamp's integers too
  typedef logic signed [ProductW-1:0] product_t;

  logic              advance, room, take, last_fold, has_k_q;
  logic [FoldW-1:0]  fold_q;   // of k while it comes, then of x
  logic [PixelW-1:0] pixel_q;

  assign k_ready_o = !has_k_q;
  assign x_ready_o = room && has_k_q;
  assign take      = has_k_q ? x_valid_i && room : k_valid_i;
  assign last_fold = fold_q == FoldW'(Folds - 1);

  tarsier_stall_pipe #(.Stages(2)) u_pipe (
    .clk_i, .rst_ni,
    .x_valid_i(x_valid_i && has_k_q), .x_ready_o(room),
    .y_valid_o, .y_ready_i, .advance_o(advance)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      has_k_q <= 1'b0;
      fold_q  <= '0;
      pixel_q <= '0;
    end else if (take) begin
      fold_q <= last_fold ? '0 : fold_q + 1'b1;
      if (last_fold && !has_k_q) has_k_q <= 1'b1;
      if (last_fold && has_k_q) begin
        has_k_q <= pixel_q != PixelW'(Pixels - 1);
        pixel_q <= pixel_q == PixelW'(Pixels - 1) ? '0 : pixel_q + 1'b1;
      end
    end
  end

  logic [Lanes*RoundW-1:0] wide, rounded;
  logic [Lanes*WorkW-1:0]  work;
  logic [Lanes*YWidth-1:0] clamped;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [KWidth-1:0]      factors_q [Folds];  // a ring, the next one last
    logic [KWidth-1:0]      k;
    logic signed [XWidth:0] x;  // holds both kinds
    product_t               product, product_q;

    assign k = factors_q[Folds-1];
    assign x = {XSigned && x_data_i[(l+1)*XWidth - 1], x_data_i[l*XWidth +: XWidth]};

    if (Adders) begin : gen_adders
      // A tree, in which every sum is as wide as it must be; its lowest bits are those of one part.
      for (genvar n = 0; n <= Levels; n++) begin : gen_level
        localparam int unsigned Rows  = 2**n;  // bits of k in a sum
        localparam int unsigned Count = (KWidth + Rows - 1) / Rows;
        localparam int unsigned SumW  = XWidth + 1 + Rows;
        logic signed [SumW-1:0] sums [Count];

        for (genvar i = 0; i < Count; i++) begin : gen_sum
          if (n == 0) begin : gen_row
            assign sums[i] = k[i] ? SumW'(x) : '0;
          end else if ((2*i + 1) * (Rows/2) < KWidth) begin : gen_pair
            localparam int unsigned HalfW = XWidth + 1 + Rows/2;
            logic signed [HalfW-1:0] low, high;
            logic signed [HalfW:0]   upper;
            assign low     = gen_level[n-1].sums[2*i];
            assign high    = gen_level[n-1].sums[2*i + 1];
            assign upper   = (HalfW+1)'(low >>> (Rows/2)) + (HalfW+1)'(high);
            assign sums[i] = SumW'(signed'({upper, low[Rows/2-1:0]}));
          end else begin : gen_rest
            assign sums[i] = SumW'(gen_level[n-1].sums[2*i]);
          end
        end
      end
      assign product = product_t'(gen_level[Levels].sums[0]);
    end else begin : gen_product
      assign product = product_t'(x) * product_t'(signed'({1'b0, k}));
    end

    always_ff @(posedge clk_i) begin
      if (take) begin
        factors_q[0] <= has_k_q ? k : k_data_i[l*KWidth +: KWidth];
        for (int unsigned f = 1; f < Folds; f++) factors_q[f] <= factors_q[f-1];
      end
      if (advance) product_q <= product;
    end

    assign wide[l*RoundW +: RoundW] = RoundW'(product_q);
    assign work[l*WorkW +: WorkW]   = WorkW'(signed'(rounded[l*RoundW +: RoundW]));
  end

  tarsier_rint #(.Lanes(Lanes), .XWidth(RoundW), .Shift(Shift)) u_rint (.x_i(wide), .y_o(rounded));

  tarsier_clamp #(
    .Kernel("frame_scale"), .Lanes(Lanes), .XWidth(WorkW), .YWidth(YWidth), .YMin(YMin), .YMax(YMax)
  ) u_clamp (
    .x_i(work), .y_o(clamped)
  );

  always_ff @(posedge clk_i) if (advance) y_data_o <= clamped;

endmodule
