// SPDX-License-Identifier: MIT
//
// tarsier_scaled_add - the sum of two streams of different scales, rounded and clamped.
//
//   y[c] = min(max(rint((x[c]*XScale + d[c]*DScale + Offset[c]) / 2^Shift), YMin), YMax),
//   c = 0 .. Lanes*Folds-1
//
// Coding    rint rounds a half to the even neighbour.  x is signed if XSigned, d if DSigned; Offset
//           is signed; y carries YWidth bits, two's complement when YMin < 0.  A clamp that no sum
//           reaches costs nothing, and a scale of up to three signed digits no multiplier: 0, 4,
//           -5 = -4 - 1, 13 = 16 - 4 + 1.
// Order     beat f = 0 .. Folds-1, cyclic, carries channel f*Lanes + l in lane l; the Offset of
//           channel 0 is lowest.
// Handshake x and d move together when both are valid and y has room.  y holds while !y_ready_i.
// Rate      one beat per cycle.
// Latency   y is valid one cycle after x and d are taken where both scales are wires and Folds is 1
//           and two elsewhere.  Wires are a power of two, its negative and 0.
// Reset     synchronous.  Clears the beat counter and the valid bits, never the sums.
// Golden    hls/golden/scaled_add.py     Test  tests/hls/test_scaled_add.py
module tarsier_scaled_add #(
  parameter int unsigned                    Lanes   = 16,
  parameter int unsigned                    Folds   = 1,  // beats per pixel
  parameter int unsigned                    XWidth  = 8,
  parameter bit                             XSigned = 1'b1,
  parameter int unsigned                    DWidth  = 8,
  parameter bit                             DSigned = 1'b1,
  parameter signed                          XScale  = 4,  // of 32 bits or 64, as given
  parameter signed                          DScale  = 1,
  parameter int unsigned                    OffsetW = 1,  // bits of an Offset
  parameter int unsigned                    Shift   = 2,
  parameter int unsigned                    YWidth  = 8,
  parameter int                             YMin    = -128,
  parameter int                             YMax    = 127,
  parameter logic [Lanes*Folds*OffsetW-1:0] Offset  = '0
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [Lanes*XWidth-1:0] x_data_i,

  input  logic                    d_valid_i,
  output logic                    d_ready_o,
  input  logic [Lanes*DWidth-1:0] d_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [Lanes*YWidth-1:0] y_data_o
);

  // of the narrowest signed integer that holds `value`
  function automatic int unsigned bits(input longint value);
    for (int unsigned n = 1; n < 64; n++)
      if (value >>> (n - 1) == 0 || value >>> (n - 1) == -1) return n;
    return 64;
  endfunction

  function automatic int unsigned widest(input int unsigned a, input int unsigned b);
    return a > b ? a : b;
  endfunction

  function automatic longint lesser(input longint a, input longint b);
    return a < b ? a : b;
  endfunction

  if (Lanes == 0 || Folds == 0 || XWidth == 0 || DWidth == 0 || OffsetW == 0 || YWidth == 0)
    $error("scaled_add: Lanes=%0d Folds=%0d XWidth=%0d DWidth=%0d OffsetW=%0d YWidth=%0d, %s",
           Lanes, Folds, XWidth, DWidth, OffsetW, YWidth, "all must be >= 1");
  if (YMin > YMax) $error("scaled_add: YMin=%0d must be <= YMax=%0d", YMin, YMax);
  if (YWidth < (YMin < 0 ? widest(bits(longint'(YMin)), bits(longint'(YMax)))
                         : bits(longint'(YMax)) - 1))
    $error("scaled_add: YWidth=%0d must carry YMin=%0d .. YMax=%0d", YWidth, YMin, YMax);

  localparam longint      X_SCALE   = longint'(XScale);
  localparam longint      D_SCALE   = longint'(DScale);
  localparam int unsigned XProductW = XWidth + bits(X_SCALE) + 1;
  localparam int unsigned DProductW = DWidth + bits(D_SCALE) + 1;
  // with the carries of two sums and of the rounding, and of the clamp's integers
  localparam int unsigned TermW     = widest(widest(XProductW, DProductW), OffsetW);
  localparam int unsigned YEndW     = widest(bits(longint'(YMin)), bits(longint'(YMax)));
  localparam int unsigned WorkW     = widest(widest(TermW, Shift), YEndW) + 2;
  typedef logic signed [XProductW-1:0] x_product_t;
  typedef logic signed [DProductW-1:0] d_product_t;
  typedef logic signed [OffsetW-1:0]   offset_t;
  typedef logic signed [WorkW-1:0]     work_t;

  if (WorkW > 64)
    $error("scaled_add: XWidth=%0d XScale=%0d DWidth=%0d DScale=%0d need %0d bits, at most 64",
           XWidth, X_SCALE, DWidth, D_SCALE, WorkW);

  // The signed digits of a scale, no two of which are neighbours: what 3/2 of it has and 1/2 of it
  // has not is added, and the other way around.
  localparam int unsigned DIGITS   = 3;  // of a product that is made of adders
  localparam longint      X_HALF   = X_SCALE >>> 1, X_MORE = X_SCALE + X_HALF;
  localparam longint      D_HALF   = D_SCALE >>> 1, D_MORE = D_SCALE + D_HALF;
  localparam int unsigned X_DIGITS = $countones(X_HALF ^ X_MORE);
  localparam int unsigned D_DIGITS = $countones(D_HALF ^ D_MORE);

  // The factors of a DSP are of 18 and 25 bits with their signs: the scale is cut to what the stream
  // leaves of them.
  localparam int unsigned X_CUT  = XWidth + 32'(!XSigned) <= 18 ? 24 : 17;
  localparam int unsigned D_CUT  = DWidth + 32'(!DSigned) <= 18 ? 24 : 17;
  localparam int unsigned X_CUTS = bits(X_SCALE) > 1 ? (bits(X_SCALE) - 2) / X_CUT : 0;
  localparam int unsigned D_CUTS = bits(D_SCALE) > 1 ? (bits(D_SCALE) - 2) / D_CUT : 0;

  localparam longint X_LEAST = XSigned ? -(longint'(1) <<< (XWidth - 1)) : 0;
  localparam longint D_LEAST = DSigned ? -(longint'(1) <<< (DWidth - 1)) : 0;
  localparam longint X_MOST  = X_LEAST + (longint'(1) <<< XWidth) - 1;
  localparam longint D_MOST  = D_LEAST + (longint'(1) <<< DWidth) - 1;
  // of both products together
  localparam longint LEAST   = lesser(X_LEAST * X_SCALE, X_MOST * X_SCALE)
                             + lesser(D_LEAST * D_SCALE, D_MOST * D_SCALE);
  localparam longint MOST    = -lesser(-X_LEAST * X_SCALE, -X_MOST * X_SCALE)
                             - lesser(-D_LEAST * D_SCALE, -D_MOST * D_SCALE);

  localparam int unsigned Stages = Folds == 1 && X_DIGITS <= 1 && D_DIGITS <= 1 ? 1 : 2;

  // what its lane adds, the least of all beats, or else the most
  function automatic longint end_of(input int unsigned lane, input bit most);
    automatic longint found;
    found = longint'(offset_t'(Offset[lane*OffsetW +: OffsetW]));
    for (int unsigned f = 1; f < Folds; f++) begin
      automatic longint value;
      value = longint'(offset_t'(Offset[(f*Lanes + lane)*OffsetW +: OffsetW]));
      found = most ? -lesser(-found, -value) : lesser(found, value);
    end
    return found;
  endfunction

  function automatic x_product_t x_cut(input x_product_t x);
    x_cut = x * x_product_t'(X_SCALE >>> (X_CUTS * X_CUT));
    for (int n = int'(X_CUTS) - 1; n >= 0; n--)
      x_cut = (x_cut <<< X_CUT) + x * x_product_t'(signed'({1'b0, X_SCALE[n*X_CUT +: X_CUT]}));
  endfunction

  function automatic x_product_t x_sum(input x_product_t x);
    x_sum = '0;
    for (int unsigned n = 0; n < 64; n++)
      if (X_MORE[n] && !X_HALF[n]) x_sum = x_sum + (x <<< n);
      else if (X_HALF[n] && !X_MORE[n]) x_sum = x_sum - (x <<< n);
  endfunction

  function automatic d_product_t d_cut(input d_product_t d);
    d_cut = d * d_product_t'(D_SCALE >>> (D_CUTS * D_CUT));
    for (int n = int'(D_CUTS) - 1; n >= 0; n--)
      d_cut = (d_cut <<< D_CUT) + d * d_product_t'(signed'({1'b0, D_SCALE[n*D_CUT +: D_CUT]}));
  endfunction

  function automatic d_product_t d_sum(input d_product_t d);
    d_sum = '0;
    for (int unsigned n = 0; n < 64; n++)
      if (D_MORE[n] && !D_HALF[n]) d_sum = d_sum + (d <<< n);
      else if (D_HALF[n] && !D_MORE[n]) d_sum = d_sum - (d <<< n);
  endfunction

  logic                       advance, room;
  logic [Lanes*XProductW-1:0] x_products, x_terms;
  logic [Lanes*DProductW-1:0] d_products, d_terms;
  logic [Lanes*YWidth-1:0]    clamped;

  assign x_ready_o = room && d_valid_i;
  assign d_ready_o = room && x_valid_i;

  tarsier_stall_pipe #(.Stages(Stages)) u_pipe (
    .clk_i, .rst_ni,
    .x_valid_i(x_valid_i && d_valid_i), .x_ready_o(room),
    .y_valid_o, .y_ready_i, .advance_o(advance)
  );

  if (Stages == 1) begin : gen_wires
    assign x_terms = x_products;
    assign d_terms = d_products;
  end else begin : gen_products
    logic [Lanes*XProductW-1:0] x_products_q;
    logic [Lanes*DProductW-1:0] d_products_q;
    assign x_terms = x_products_q;
    assign d_terms = d_products_q;
    always_ff @(posedge clk_i) begin
      if (advance) begin
        x_products_q <= x_products;
        d_products_q <= d_products;
      end
    end
  end

  // the beat that comes next, where they differ
  localparam int unsigned FoldW = Folds > 1 ? $clog2(Folds) : 1;
  logic [FoldW-1:0] fold;

  if (Folds == 1) begin : gen_alike
    logic unused;
    assign fold   = '0;
    assign unused = &fold;
  end else begin : gen_fold
    logic [FoldW-1:0] fold_q;
    assign fold = fold_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) fold_q <= '0;
      else if (x_valid_i && x_ready_o) fold_q <= fold_q == FoldW'(Folds - 1) ? '0 : fold_q + 1'b1;
    end
  end

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    localparam bit FALLS_BELOW = (LEAST + end_of(l, 1'b0)) >>> Shift < longint'(YMin);
    localparam bit RISES_ABOVE =
        ((MOST + end_of(l, 1'b1)) >>> Shift) + longint'(Shift != 0) > longint'(YMax);
    x_product_t x;
    d_product_t d;
    offset_t    offset;
    work_t      sum, rounded;

    if (Folds == 1) begin : gen_constant
      assign offset = Offset[l*OffsetW +: OffsetW];
    end else begin : gen_table
      logic [OffsetW-1:0] rom [2**FoldW];
      initial
        for (int unsigned f = 0; f < Folds; f++)
          rom[f] = Offset[(f*Lanes + l)*OffsetW +: OffsetW];
      always_ff @(posedge clk_i) if (advance) offset <= rom[fold];
    end

    assign x = x_product_t'(signed'({XSigned && x_data_i[(l+1)*XWidth - 1],
                                     x_data_i[l*XWidth +: XWidth]}));
    assign d = d_product_t'(signed'({DSigned && d_data_i[(l+1)*DWidth - 1],
                                     d_data_i[l*DWidth +: DWidth]}));

    if (X_DIGITS <= DIGITS) begin : gen_x_sum
      assign x_products[l*XProductW +: XProductW] = x_sum(x);
    end else begin : gen_x_product
      assign x_products[l*XProductW +: XProductW] = x_cut(x);
    end
    if (D_DIGITS <= DIGITS) begin : gen_d_sum
      assign d_products[l*DProductW +: DProductW] = d_sum(d);
    end else begin : gen_d_product
      assign d_products[l*DProductW +: DProductW] = d_cut(d);
    end

    assign sum = work_t'(signed'(x_terms[l*XProductW +: XProductW]))
               + work_t'(signed'(d_terms[l*DProductW +: DProductW])) + work_t'(offset);

    tarsier_rint #(.Lanes(1), .XWidth(WorkW), .Shift(Shift)) u_rint (.x_i(sum), .y_o(rounded));

    assign clamped[l*YWidth +: YWidth] =
        FALLS_BELOW && rounded < work_t'(YMin) ? YWidth'(YMin)
      : RISES_ABOVE && rounded > work_t'(YMax) ? YWidth'(YMax) : YWidth'(rounded);
  end

  always_ff @(posedge clk_i) begin
    if (advance) y_data_o <= clamped;
  end

endmodule
