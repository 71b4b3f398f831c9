// SPDX-License-Identifier: MIT
//
// tarsier_clamp - bring every lane into a range, combinationally; a part of other kernels.
//
//   y[l] = min(max(x[l], YMin), YMax),   l = 0 .. Lanes-1
//
// Coding    x is signed; y carries YWidth bits, two's complement when YMin < 0.
// Used by   hls/rtl/tarsier_bayer_front.sv hls/rtl/tarsier_frame_scale.sv
//           hls/rtl/tarsier_requant.sv hls/rtl/tarsier_residual_add.sv
module tarsier_clamp #(
  parameter              Kernel = "clamp",  // whose parameters the errors speak of
  parameter int unsigned Lanes  = 16,
  parameter int unsigned XWidth = 33,       // must hold YMin and YMax too
  parameter int unsigned YWidth = 8,
  parameter int          YMin   = -128,
  parameter int          YMax   = 127
) (
  input  logic [Lanes*XWidth-1:0] x_i,
  output logic [Lanes*YWidth-1:0] y_o
);

  if (YMin > YMax) $error("%s: YMin=%0d must be <= YMax=%0d", Kernel, YMin, YMax);
  if (YWidth < 32 && (YMin < 0 ? YMin < -(2**(YWidth-1)) || YMax >= 2**(YWidth-1)
                               : longint'(YMax) >= longint'(2)**YWidth))
    $error("%s: YWidth=%0d must carry YMin=%0d .. YMax=%0d", Kernel, YWidth, YMin, YMax);

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic signed [XWidth-1:0] x;
    assign x = x_i[l*XWidth +: XWidth];
    assign y_o[l*YWidth +: YWidth] = x < XWidth'(YMin) ? YWidth'(YMin)
                                   : x > XWidth'(YMax) ? YWidth'(YMax) : YWidth'(x);
  end

endmodule
