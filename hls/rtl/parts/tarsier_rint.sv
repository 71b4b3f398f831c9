// SPDX-License-Identifier: MIT
//
// tarsier_rint - divide every lane by a power of two and round, combinationally; a part of other
// kernels.
//
//   y[l] = rint(x[l] / 2^Shift),   l = 0 .. Lanes-1
//
// Coding    x and y are signed; rint rounds a half to the even neighbour.  XWidth must be above
//           Shift.
// Used by   hls/rtl/tarsier_bayer_front.sv hls/rtl/tarsier_frame_scale.sv
//           hls/rtl/tarsier_requant.sv hls/rtl/tarsier_scaled_add.sv
module tarsier_rint #(
  parameter int unsigned Lanes  = 16,
  parameter int unsigned XWidth = 19,
  parameter int unsigned Shift  = 6
) (
  input  logic [Lanes*XWidth-1:0] x_i,
  output logic [Lanes*XWidth-1:0] y_o
);

  typedef logic signed [XWidth-1:0] value_t;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    value_t x;
    assign x = x_i[l*XWidth +: XWidth];

    if (Shift == 0) begin : gen_same
      assign y_o[l*XWidth +: XWidth] = x;
    end else begin : gen_round
      // Up from a half, but from just a half only to an even number.
      localparam value_t BELOW_HALF = (value_t'(1) <<< (Shift - 1)) - 1'b1;
      logic up;
      assign up = x[Shift-1] && (x[Shift] || (x & BELOW_HALF) != '0);
      assign y_o[l*XWidth +: XWidth] = (x >>> Shift) + value_t'(up);
    end
  end

endmodule
