// SPDX-License-Identifier: MIT
//
// tarsier_requant - divide by a power of two, round, clamp.
//
//   y[l] = min(max(rint(x[l] / 2^Shift), YMin), YMax),   l = 0 .. Lanes-1
//
// Coding    rint rounds a half to the even neighbour.  x is signed; y carries YWidth bits,
//           two's complement when YMin < 0.
// Handshake y holds while !y_ready_i.
// Rate      one beat per cycle.
// Latency   y is valid one cycle after x is taken.
// Reset     synchronous.  Clears y_valid_o.
// Golden    hls/golden/requant.py     Test  tests/hls/test_requant.py
module tarsier_requant #(
  parameter int unsigned Lanes  = 16,
  parameter int unsigned XWidth = 18,
  parameter int unsigned Shift  = 6,
  parameter int unsigned YWidth = 8,
  parameter int          YMin   = -128,
  parameter int          YMax   = 127
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

  localparam int unsigned RoundW = (XWidth > Shift ? XWidth : Shift) + 1;
  localparam int unsigned WorkW  = RoundW > 33 ? RoundW : 33;  // holds the clamp's integers too

  if (Lanes == 0 || XWidth == 0 || YWidth == 0)
    $error("requant: Lanes=%0d XWidth=%0d YWidth=%0d, all must be >= 1", Lanes, XWidth, YWidth);

  logic [Lanes*RoundW-1:0] wide, rounded;
  logic [Lanes*WorkW-1:0]  work;
  logic [Lanes*YWidth-1:0] clamped;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    assign wide[l*RoundW +: RoundW] = RoundW'(signed'(x_data_i[l*XWidth +: XWidth]));
    assign work[l*WorkW +: WorkW]   = WorkW'(signed'(rounded[l*RoundW +: RoundW]));
  end

  tarsier_rint #(.Lanes(Lanes), .XWidth(RoundW), .Shift(Shift)) u_rint (.x_i(wide), .y_o(rounded));

  tarsier_clamp #(
    .Kernel("requant"), .Lanes(Lanes), .XWidth(WorkW), .YWidth(YWidth), .YMin(YMin), .YMax(YMax)
  ) u_clamp (
    .x_i(work), .y_o(clamped)
  );

  assign x_ready_o = y_ready_i || !y_valid_o;

  always_ff @(posedge clk_i) begin
    if (x_ready_o) y_data_o <= clamped;

    if (!rst_ni)        y_valid_o <= 1'b0;
    else if (x_ready_o) y_valid_o <= x_valid_i;
  end

endmodule
