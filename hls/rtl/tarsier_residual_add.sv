// SPDX-License-Identifier: MIT
//
// tarsier_residual_add - add a correction to the residual, saturating.
//
//   y[l] = min(max(x[l] + d[l], YMin), YMax),   l = 0 .. Lanes-1
//
// Coding    d is signed, x signed if XSigned; y carries YWidth bits, two's complement
//           when YMin < 0.
// Handshake x and d move together when both are valid and y has room.  y holds while !y_ready_i.
// Rate      one beat per cycle.
// Latency   y is valid one cycle after x and d are taken.
// Reset     synchronous.  Clears y_valid_o.
// Golden    hls/golden/residual_add.py     Test  tests/hls/test_residual_add.py
module tarsier_residual_add #(
  parameter int unsigned Lanes   = 16,
  parameter int unsigned XWidth  = 8,
  parameter bit          XSigned = 1'b1,
  parameter int unsigned DWidth  = 8,
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

  // wide enough for the sum with its carry and for the clamp's integers
  localparam int unsigned Widest = XWidth > DWidth ? XWidth : DWidth;
  localparam int unsigned WorkW  = (Widest > 31 ? Widest : 31) + 2;
  typedef logic signed [WorkW-1:0] work_t;

  if (Lanes == 0 || XWidth == 0 || DWidth == 0 || YWidth == 0)
    $error("residual_add: Lanes=%0d XWidth=%0d DWidth=%0d YWidth=%0d, all must be >= 1",
           Lanes, XWidth, DWidth, YWidth);

  logic                    room;
  logic [Lanes*WorkW-1:0]  sums;
  logic [Lanes*YWidth-1:0] clamped;

  assign room      = y_ready_i || !y_valid_o;
  assign x_ready_o = room && d_valid_i;
  assign d_ready_o = room && x_valid_i;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic x_sign;
    assign x_sign = XSigned && x_data_i[l*XWidth + XWidth-1];
    assign sums[l*WorkW +: WorkW] = work_t'(signed'({x_sign, x_data_i[l*XWidth +: XWidth]}))
                                  + work_t'(signed'(d_data_i[l*DWidth +: DWidth]));
  end

  tarsier_clamp #(
    .Kernel("residual_add"), .Lanes(Lanes), .XWidth(WorkW), .YWidth(YWidth), .YMin(YMin), .YMax(YMax)
  ) u_clamp (
    .x_i(sums), .y_o(clamped)
  );

  always_ff @(posedge clk_i) begin
    if (room) y_data_o <= clamped;

    if (!rst_ni)   y_valid_o <= 1'b0;
    else if (room) y_valid_o <= x_valid_i && d_valid_i;
  end

endmodule
