// SPDX-License-Identifier: MIT
//
// tarsier_affine_requant - a line of one or two pieces per channel, divided by a power of two,
// rounded and clamped.
//
//   y[c] = min(max(rint((x[c] * Mul[c][p] + Add[c][p]) / 2^Shift), YMin), YMax)
//   p    = Pieces == 2 && x[c] >= Knot[c],   c = 0 .. Lanes*Folds-1
//
// Coding    rint rounds a half to the even neighbour.  x and Knot are signed if XSigned, Mul and
//           Add are signed.  SumW must hold x * Mul + Add for every x and both pieces, also with
//           half an output step more.  y carries YWidth bits, two's complement when YMin < 0.
// Order     beat f = 0 .. Folds-1, cyclic, carries channel f*Lanes + l in lane l.  Mul and Add are
//           channel by channel, the piece below the knot first; item 0 is lowest.
// Handshake y holds while !y_ready_i.
// Rate      one beat per cycle.
// Latency   y is valid 4 cycles after x is taken.
// Reset     synchronous.  Clears the beat counter and the valid bits, never the datapath.
// Golden    hls/golden/affine_requant.py     Test  tests/hls/test_affine_requant.py
module tarsier_affine_requant #(
  parameter int unsigned                          Lanes   = 4,
  parameter int unsigned                          Folds   = 1,   // beats per pixel
  parameter int unsigned                          XWidth  = 20,
  parameter bit                                   XSigned = 1'b1,
  parameter int unsigned                          Pieces  = 2,
  parameter int unsigned                          MWidth  = 16,  // bits of a Mul
  parameter int unsigned                          AWidth  = 24,  // bits of an Add
  parameter int unsigned                          SumW    = 37,
  parameter int unsigned                          Shift   = 16,
  parameter int unsigned                          YWidth  = 8,
  parameter int                                   YMin    = -128,
  parameter int                                   YMax    = 127,
  parameter logic [Lanes*Folds*XWidth-1:0]        Knot    = '0,
  parameter logic [Lanes*Folds*Pieces*MWidth-1:0] Mul     = '1,
  parameter logic [Lanes*Folds*Pieces*AWidth-1:0] Add     = '0
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

  localparam int unsigned FoldW    = Folds > 1 ? $clog2(Folds) : 1;
  localparam int unsigned AddressW = Pieces == 2 ? FoldW + 1 : FoldW;
  localparam int unsigned OffsetW  = (AWidth > Shift + 1 ? AWidth : Shift + 1) + 1;
  localparam int unsigned WorkW    = SumW > 33 ? SumW : 33;  // holds the clamp's integers too
  localparam int unsigned ReachW   = XWidth + MWidth + OffsetW + 2;  // holds any sum
  typedef logic signed [XWidth:0]        x_t;  // one bit more than x, so that it holds both kinds
  typedef logic signed [MWidth-1:0]      mul_t;
  typedef logic signed [AWidth-1:0]      add_t;
  typedef logic signed [OffsetW-1:0]     offset_t;
  typedef logic signed [XWidth+MWidth:0] product_t;
  typedef logic signed [SumW-1:0]        sum_t;
  typedef logic signed [WorkW-1:0]       work_t;
  typedef logic signed [ReachW-1:0]      reach_t;

  if (Lanes == 0 || Folds == 0 || XWidth == 0 || MWidth == 0 || AWidth == 0 || SumW == 0)
    $error("affine_requant: Lanes=%0d Folds=%0d XWidth=%0d MWidth=%0d AWidth=%0d SumW=%0d, %s",
           Lanes, Folds, XWidth, MWidth, AWidth, SumW, "all must be >= 1");
  if (Pieces != 1 && Pieces != 2)
    $error("affine_requant: Pieces=%0d must be 1 or 2", Pieces);
  if (YMin > YMax) $error("affine_requant: YMin=%0d must be <= YMax=%0d", YMin, YMax);
  if (YWidth < 32 && (YMin < 0 ? YMin < -(2**(YWidth-1)) || YMax >= 2**(YWidth-1)
                               : longint'(YMax) >= longint'(2)**YWidth))
    $error("affine_requant: YWidth=%0d must carry YMin=%0d .. YMax=%0d", YWidth, YMin, YMax);

  localparam x_t     LEAST = XSigned ? {2'b11, {XWidth-1{1'b0}}} : '0;
  localparam x_t     MOST  = XSigned ? ~LEAST : {1'b0, {XWidth{1'b1}}};
  localparam reach_t HALF  = reach_t'(1) <<< Shift >>> 1;  // of an output step

  function automatic bit fits(input x_t x);
    for (int unsigned n = 0; n < Lanes * Folds * Pieces; n++) begin
      automatic reach_t sum = reach_t'(x) * reach_t'(mul_t'(Mul[n*MWidth +: MWidth]))
                            + reach_t'(add_t'(Add[n*AWidth +: AWidth]));
      automatic reach_t more = sum + HALF;
      if (sum != reach_t'(sum_t'(sum)) || more != reach_t'(sum_t'(more))) return 1'b0;
    end
    return 1'b1;
  endfunction

  if (!fits(LEAST) || !fits(MOST))
    $error("affine_requant: SumW=%0d must hold every sum and half an output step, Shift=%0d",
           SumW, Shift);

  logic             advance, take;
  logic [FoldW-1:0] fold_q;
  logic [3:0]       valid_q;

  assign y_valid_o = valid_q[3];
  assign advance   = y_ready_i || !y_valid_o;
  assign x_ready_o = advance;
  assign take      = x_valid_i && advance;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      fold_q  <= '0;
      valid_q <= '0;
    end else if (advance) begin
      fold_q  <= !take ? fold_q : fold_q == FoldW'(Folds - 1) ? '0 : fold_q + 1'b1;
      valid_q <= {valid_q[2:0], x_valid_i};
    end
  end

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    x_t                        x, x_q;
    logic [AddressW-1:0]       address;
    logic [OffsetW+MWidth-1:0] rom [2**AddressW];
    mul_t                      mul_q;
    offset_t                   offset_q, offset_late_q;
    product_t                  product_q;
    sum_t                      sum_q;
    work_t                     whole, rounded;
    logic                      tie;

    // A piece's offset is its Add and half a step, so that a shift rounds all but ties.
    initial begin
      for (int unsigned f = 0; f < Folds; f++)
        for (int unsigned p = 0; p < Pieces; p++)
          rom[f*Pieces + p] = {
            offset_t'(add_t'(Add[((f*Lanes + l)*Pieces + p)*AWidth +: AWidth])) + offset_t'(HALF),
            Mul[((f*Lanes + l)*Pieces + p)*MWidth +: MWidth]};
    end

    assign x = {XSigned && x_data_i[(l+1)*XWidth - 1], x_data_i[l*XWidth +: XWidth]};

    if (Pieces == 2) begin : gen_knot
      x_t knots [2**FoldW];
      initial for (int unsigned f = 0; f < Folds; f++)
        knots[f] = {XSigned && Knot[(f*Lanes + l + 1)*XWidth - 1],
                    Knot[(f*Lanes + l)*XWidth +: XWidth]};
      assign address = {fold_q, x >= knots[fold_q]};
    end else begin : gen_line
      assign address = fold_q;
    end

    always_ff @(posedge clk_i) if (advance) begin
      x_q               <= x;
      {offset_q, mul_q} <= rom[address];
      product_q         <= product_t'(x_q) * product_t'(mul_q);
      offset_late_q     <= offset_q;
      sum_q             <= sum_t'(product_q) + sum_t'(offset_late_q);
    end

    // A sum that the shift leaves nothing of was a half below it: down, unless to an odd number.
    assign whole   = work_t'(sum_q) >>> Shift;
    assign tie     = Shift > 0 && (sum_q & ~(sum_t'(-1) <<< Shift)) == '0;
    assign rounded = {whole[WorkW-1:1], whole[0] && !tie};

    always_ff @(posedge clk_i) if (advance)
      y_data_o[l*YWidth +: YWidth] <= rounded < work_t'(YMin) ? YWidth'(YMin)
                                    : rounded > work_t'(YMax) ? YWidth'(YMax) : YWidth'(rounded);
  end

endmodule
