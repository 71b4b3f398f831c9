// SPDX-License-Identifier: MIT
//
// BUFG - the buffer of a clock of a 7 series device, as far as a shell uses it.
//
// A part of the device.
(* blackbox *)
module BUFG (
  output logic O,
  input  logic I
);
endmodule
