// SPDX-License-Identifier: MIT
//
// tarsier_scaled_add - the sum of two streams of different scales, rounded and clamped.
//
//   y[l] = min(max(rint((x[l]*XScale + d[l]*DScale + Offset) / 2^Shift), YMin), YMax),
//   l = 0 .. Lanes-1
//
// Coding    rint rounds a half to the even neighbour.  x is signed if XSigned, d if DSigned; y
//           carries YWidth bits, two's complement when YMin < 0.  A clamp that no sum reaches
//           costs nothing.
// Handshake x and d move together when both are valid and y has room.  y holds while !y_ready_i.
// Rate      one beat per cycle.
// Latency   y is valid one cycle after x and d are taken where both scales are wires and two where
//           one is not.  Wires are a power of two, its negative and 0.
// Reset     synchronous.  Clears control, never the sums.
// Golden    hls/golden/scaled_add.py     Test  tests/hls/test_scaled_add.py
module tarsier_scaled_add #(
  parameter int unsigned Lanes   = 16,
  parameter int unsigned XWidth  = 8,
  parameter bit          XSigned = 1'b1,
  parameter int unsigned DWidth  = 8,
  parameter bit          DSigned = 1'b1,
  parameter int          XScale  = 4,
  parameter int          DScale  = 1,
  parameter int          Offset  = 0,
  parameter int unsigned Shift   = 2,
  parameter int unsigned YWidth  = 8,
  parameter int          YMin    = -128,
  parameter int          YMax    = 127
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
  function automatic int unsigned bits(input int value);
    for (int unsigned n = 1; n < 32; n++)
      if (value >>> (n - 1) == 0 || value >>> (n - 1) == -1) return n;
    return 32;
  endfunction

  function automatic int unsigned widest(input int unsigned a, input int unsigned b);
    return a > b ? a : b;
  endfunction

  function automatic bit is_wires(input int scale);
    return ((scale < 0 ? -scale : scale) & ((scale < 0 ? -scale : scale) - 1)) == 0;
  endfunction

  function automatic longint lesser(input longint a, input longint b);
    return a < b ? a : b;
  endfunction

  if (Lanes == 0 || XWidth == 0 || DWidth == 0 || YWidth == 0)
    $error("scaled_add: Lanes=%0d XWidth=%0d DWidth=%0d YWidth=%0d, all must be >= 1",
           Lanes, XWidth, DWidth, YWidth);
  if (YMin > YMax) $error("scaled_add: YMin=%0d must be <= YMax=%0d", YMin, YMax);
  if (YWidth < (YMin < 0 ? widest(bits(YMin), bits(YMax)) : bits(YMax) - 1))
    $error("scaled_add: YWidth=%0d must carry YMin=%0d .. YMax=%0d", YWidth, YMin, YMax);

  localparam int unsigned XProductW = XWidth + bits(XScale) + 1;
  localparam int unsigned DProductW = DWidth + bits(DScale) + 1;
  // with the carries of two sums and of the rounding, and of the clamp's integers
  localparam int unsigned TermW     = widest(widest(XProductW, DProductW), bits(Offset));
  localparam int unsigned WorkW     = widest(widest(TermW, Shift),
                                             widest(bits(YMin), bits(YMax))) + 2;
  typedef logic signed [XProductW-1:0] x_product_t;
  typedef logic signed [DProductW-1:0] d_product_t;
  typedef logic signed [WorkW-1:0]     work_t;

  if (WorkW > 64)
    $error("scaled_add: XWidth=%0d XScale=%0d DWidth=%0d DScale=%0d need %0d bits, at most 64",
           XWidth, XScale, DWidth, DScale, WorkW);

  localparam longint X_LEAST = XSigned ? -(longint'(1) <<< (XWidth - 1)) : 0;
  localparam longint D_LEAST = DSigned ? -(longint'(1) <<< (DWidth - 1)) : 0;
  localparam longint X_MOST  = X_LEAST + (longint'(1) <<< XWidth) - 1;
  localparam longint D_MOST  = D_LEAST + (longint'(1) <<< DWidth) - 1;
  localparam longint X_SCALE = longint'(XScale);
  localparam longint D_SCALE = longint'(DScale);
  localparam longint LEAST   = lesser(X_LEAST * X_SCALE, X_MOST * X_SCALE)
                             + lesser(D_LEAST * D_SCALE, D_MOST * D_SCALE) + longint'(Offset);
  localparam longint MOST    = longint'(Offset) - lesser(-X_LEAST * X_SCALE, -X_MOST * X_SCALE)
                             - lesser(-D_LEAST * D_SCALE, -D_MOST * D_SCALE);
  localparam bit     FALLS_BELOW = LEAST >>> Shift < longint'(YMin);
  localparam bit     RISES_ABOVE = (MOST >>> Shift) + longint'(Shift != 0) > longint'(YMax);

  localparam int unsigned Stages = is_wires(XScale) && is_wires(DScale) ? 1 : 2;

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

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    x_product_t x;
    d_product_t d;
    work_t      sum, rounded;

    assign x = x_product_t'(signed'({XSigned && x_data_i[(l+1)*XWidth - 1],
                                     x_data_i[l*XWidth +: XWidth]}));
    assign d = d_product_t'(signed'({DSigned && d_data_i[(l+1)*DWidth - 1],
                                     d_data_i[l*DWidth +: DWidth]}));

    if (is_wires(XScale) && XScale != 0) begin : gen_x_wires
      localparam int unsigned Place = bits(XScale < 0 ? XScale : -XScale) - 1;
      assign x_products[l*XProductW +: XProductW] = XScale < 0 ? -(x <<< Place) : x <<< Place;
    end else begin : gen_x_product
      assign x_products[l*XProductW +: XProductW] = x * x_product_t'(XScale);
    end
    if (is_wires(DScale) && DScale != 0) begin : gen_d_wires
      localparam int unsigned Place = bits(DScale < 0 ? DScale : -DScale) - 1;
      assign d_products[l*DProductW +: DProductW] = DScale < 0 ? -(d <<< Place) : d <<< Place;
    end else begin : gen_d_product
      assign d_products[l*DProductW +: DProductW] = d * d_product_t'(DScale);
    end

    assign sum = work_t'(signed'(x_terms[l*XProductW +: XProductW]))
               + work_t'(signed'(d_terms[l*DProductW +: DProductW])) + work_t'(Offset);

    tarsier_rint #(.Lanes(1), .XWidth(WorkW), .Shift(Shift)) u_rint (.x_i(sum), .y_o(rounded));

    assign clamped[l*YWidth +: YWidth] =
        FALLS_BELOW && rounded < work_t'(YMin) ? YWidth'(YMin)
      : RISES_ABOVE && rounded > work_t'(YMax) ? YWidth'(YMax) : YWidth'(rounded);
  end

  always_ff @(posedge clk_i) begin
    if (advance) y_data_o <= clamped;
  end

endmodule
