// SPDX-License-Identifier: MIT
//
// tarsier_widen - the same integers in wider lanes: wires.
//
//   y[l] = x[l],   l = 0 .. Lanes-1
//
// Coding    x is two's complement where XSigned and its sign is repeated; else it is unsigned and
//           zeros stand above it, so that y may be read as signed too where it is wider.
// Handshake x is taken with its y.  y holds as long as x does.
// Rate      one beat per cycle.
// Latency   0: the data is not registered.
// Reset     none is needed: the kernel has no state.
// Golden    hls/golden/widen.py     Test  tests/hls/test_widen.py
module tarsier_widen #(
  parameter int unsigned Lanes   = 16,
  parameter int unsigned XWidth  = 4,
  parameter bit          XSigned = 1'b0,
  parameter int unsigned YWidth  = 5
) (
  /* verilator lint_off UNUSEDSIGNAL */  // every kernel has them
  input  logic                    clk_i,
  input  logic                    rst_ni,
  /* verilator lint_on UNUSEDSIGNAL */

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [Lanes*XWidth-1:0] x_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [Lanes*YWidth-1:0] y_data_o
);

  if (Lanes == 0 || XWidth == 0)
    $error("widen: Lanes=%0d XWidth=%0d, both must be >= 1", Lanes, XWidth);
  if (YWidth < XWidth) $error("widen: YWidth=%0d must be >= XWidth=%0d", YWidth, XWidth);

  assign y_valid_o = x_valid_i;
  assign x_ready_o = y_ready_i;

  for (genvar l = 0; l < Lanes; l++) begin : gen_lane
    logic [XWidth-1:0] x;
    assign x = x_data_i[l*XWidth +: XWidth];
    assign y_data_o[l*YWidth +: YWidth] = XSigned ? YWidth'(signed'(x)) : YWidth'(x);
  end

endmodule
