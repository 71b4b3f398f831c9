// SPDX-License-Identifier: MIT
//
// tarsier_channel_scale - multiply every channel by its own constant.
//
//   y[c] = x[c] * Scale[c],   c = 0 .. Lanes*Folds-1
//
// Coding    Scale and y are signed, x is signed if XSigned.  YWidth must hold every product.
// Order     beat f = 0 .. Folds-1, cyclic, carries channel f*Lanes + l in lane l.
//           Scale[0] is lowest.
// Handshake y holds while !y_ready_i.
// Rate      one beat per cycle.
// Latency   y is valid one cycle after x is taken.
// Reset     synchronous.  Clears the beat counter and y_valid_o.
// Golden    hls/golden/channel_scale.py     Test  tests/hls/test_channel_scale.py
module tarsier_channel_scale #(
  parameter int unsigned                   Lanes   = 4,
  parameter int unsigned                   Folds   = 1,   // beats per pixel
  parameter int unsigned                   XWidth  = 8,
  parameter bit                            XSigned = 1'b1,
  parameter int unsigned                   SWidth  = 8,   // bits of a scale
  parameter int unsigned                   YWidth  = 16,
  parameter logic [Lanes*Folds*SWidth-1:0] Scale   = '1
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

  localparam int unsigned FoldW = Folds > 1 ? $clog2(Folds) : 1;
  typedef logic signed [XWidth:0]        x_t;  // one bit more than x, so that it holds both kinds
  typedef logic signed [SWidth-1:0]      scale_t;
  typedef logic signed [XWidth+SWidth:0] product_t;
  typedef logic signed [YWidth-1:0]      y_t;

  if (Lanes == 0 || Folds == 0 || XWidth == 0 || SWidth == 0 || YWidth == 0)
    $error("channel_scale: Lanes=%0d Folds=%0d XWidth=%0d SWidth=%0d YWidth=%0d, all must be >= 1",
           Lanes, Folds, XWidth, SWidth, YWidth);

  function automatic product_t product(input x_t x, input scale_t scale);
    return product_t'(x) * product_t'(scale);
  endfunction

  function automatic bit fits(input x_t x);
    for (int unsigned c = 0; c < Lanes * Folds; c++) begin
      automatic product_t p = product(x, Scale[c*SWidth +: SWidth]);
      if (p != product_t'(y_t'(p))) return 1'b0;
    end
    return 1'b1;
  endfunction

  localparam x_t LEAST = XSigned ? {2'b11, {XWidth-1{1'b0}}} : '0;
  localparam x_t MOST  = XSigned ? ~LEAST : {1'b0, {XWidth{1'b1}}};

  if (!fits(LEAST) || !fits(MOST))
    $error("channel_scale: YWidth=%0d must hold every product of x with Scale=%0h", YWidth, Scale);

  logic                    take;
  logic [FoldW-1:0]        fold_q;
  logic [Lanes*YWidth-1:0] products;

  assign x_ready_o = y_ready_i || !y_valid_o;
  assign take      = x_valid_i && x_ready_o;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    scale_t scales [2**FoldW];
    x_t     x;

    initial begin
      for (int unsigned f = 0; f < Folds; f++)
        scales[f] = Scale[(f*Lanes + l)*SWidth +: SWidth];
    end

    assign x = {XSigned && x_data_i[(l+1)*XWidth - 1], x_data_i[l*XWidth +: XWidth]};
    assign products[l*YWidth +: YWidth] = y_t'(product(x, scales[fold_q]));
  end

  always_ff @(posedge clk_i) begin
    if (x_ready_o) y_data_o <= products;

    if (!rst_ni) begin
      fold_q    <= '0;
      y_valid_o <= 1'b0;
    end else if (x_ready_o) begin
      fold_q    <= !take ? fold_q : fold_q == FoldW'(Folds - 1) ? '0 : fold_q + 1'b1;
      y_valid_o <= x_valid_i;
    end
  end

endmodule
