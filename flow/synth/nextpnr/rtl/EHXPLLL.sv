// SPDX-License-Identifier: MIT
//
// EHXPLLL - the PLL of an ECP5, as far as ecp5_board uses it.
//
// A part of the device: what is inside here is for simulation, which counts cycles, not seconds.
(* blackbox *)
module EHXPLLL #(
  parameter int unsigned CLKI_DIV     = 1,
  parameter int unsigned CLKFB_DIV    = 1,
  parameter              FEEDBK_PATH  = "CLKOP",
  parameter              CLKOP_ENABLE = "ENABLED",
  parameter int unsigned CLKOP_DIV    = 8,
  parameter int unsigned CLKOP_CPHASE = 0,
  parameter int unsigned CLKOP_FPHASE = 0
) (
  input  logic CLKI,
  input  logic CLKFB,
  input  logic RST,
  input  logic STDBY,
  input  logic PLLWAKESYNC,
  input  logic PHASESEL0,
  input  logic PHASESEL1,
  input  logic PHASEDIR,
  input  logic PHASESTEP,
  input  logic PHASELOADREG,
  input  logic ENCLKOP,
  output logic CLKOP,
  output logic LOCK
);

  assign CLKOP = CLKI;
  assign LOCK  = 1'b1;

endmodule
