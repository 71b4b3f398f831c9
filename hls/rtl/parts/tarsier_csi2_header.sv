// SPDX-License-Identifier: MIT
//
// tarsier_csi2_header - the header of a CSI-2 packet, mended where one bit of it is wrong; a part of
// other modules.
//
//   y = x[23:0] but for the bit whose column the syndrome of x is
//
// Coding    x is a header as it came, less the two bits above its code: data identifier, word count,
//           and the six bits of the code.  Every column has an odd weight, so two wrong bits never
//           look like one.
// Latency   0
// Used by   hls/rtl/tarsier_csi2_receiver.sv
module tarsier_csi2_header (
  input  logic [29:0] x_i,
  output logic [23:0] y_o,
  output logic        corrected_o,  // one bit was wrong
  output logic        failed_o      // more were
);

  localparam logic [23:0][5:0] COLUMNS = {
    6'h3b, 6'h37, 6'h2f, 6'h1f, 6'h38, 6'h34, 6'h32, 6'h31,
    6'h2c, 6'h2a, 6'h29, 6'h26, 6'h25, 6'h23, 6'h1c, 6'h1a,
    6'h19, 6'h16, 6'h15, 6'h13, 6'h0e, 6'h0d, 6'h0b, 6'h07
  };

  logic [5:0]  syndrome;
  logic [23:0] wrong;

  always_comb begin
    syndrome = x_i[29:24];
    for (int unsigned i = 0; i < 24; i++) if (x_i[i]) syndrome ^= COLUMNS[i];
    for (int unsigned i = 0; i < 24; i++) wrong[i] = syndrome == COLUMNS[i];
  end

  assign y_o         = x_i[23:0] ^ wrong;
  assign corrected_o = wrong != '0 || $onehot(syndrome);
  assign failed_o    = syndrome != '0 && !corrected_o;

endmodule
