// SPDX-License-Identifier: MIT
//
// tarsier_ecp5_board - a frame_server on a bare ECP5 board: its clock from a PLL, its reset.
//
//   clock = source * FeedbackDiv / SourceDiv,  oscillator of the PLL = clock * OutputDiv
//
// Reset     by the button, and until the PLL has locked; then for 128 cycles more.
// Test      tests/flow/test_ecp5_bitstream.py
module tarsier_ecp5_board #(
  parameter int unsigned SourceDiv   = 1,
  parameter int unsigned FeedbackDiv = 2,
  parameter int unsigned OutputDiv   = 12,
  parameter int unsigned Design      = 0,
  parameter int unsigned XWidth      = 40,
  parameter int unsigned XPixels     = 64,
  parameter int unsigned YWidth      = 40,
  parameter int unsigned YPixels     = 64,
  parameter int unsigned Divider     = 25,
  parameter int unsigned Silence     = 5_000_000
) (
  input  logic       clock_i,
  input  logic       reset_i,
  input  logic       rx_i,
  output logic       tx_o,
  output logic [7:0] lights_o
);

  logic       clk, locked;
  logic [1:0] reset_q;       // button and lock belong to no clock
  logic [7:0] awake_q = '0;  // counts to 128; the device starts with it at 0

  // Its loop filter, as ecppll of Project Trellis sets it; nextpnr would leave it off.
  (* ICP_CURRENT = "12", LPF_RESISTOR = "8", MFG_ENABLE_FILTEROPAMP = "1", MFG_GMCREF_SEL = "2" *)
  EHXPLLL #(
    .CLKI_DIV(SourceDiv),
    .CLKFB_DIV(FeedbackDiv),
    .FEEDBK_PATH("CLKOP"),
    .CLKOP_ENABLE("ENABLED"),
    .CLKOP_DIV(OutputDiv),
    .CLKOP_CPHASE(OutputDiv / 2 - 1),
    .CLKOP_FPHASE(0)
  ) u_pll (
    .CLKI(clock_i),
    .CLKFB(clk),
    .CLKOP(clk),
    .LOCK(locked),
    .RST(1'b0),
    .STDBY(1'b0),
    .PLLWAKESYNC(1'b0),
    .PHASESEL0(1'b0),
    .PHASESEL1(1'b0),
    .PHASEDIR(1'b1),
    .PHASESTEP(1'b1),
    .PHASELOADREG(1'b1),
    .ENCLKOP(1'b0)
  );

  always_ff @(posedge clk) begin
    reset_q <= {reset_q[0], reset_i || !locked};
    if (reset_q[1])       awake_q <= '0;
    else if (!awake_q[7]) awake_q <= awake_q + 1'b1;
  end

  tarsier_frame_server #(
    .Design(Design),
    .XWidth(XWidth),
    .XPixels(XPixels),
    .YWidth(YWidth),
    .YPixels(YPixels),
    .Divider(Divider),
    .Silence(Silence)
  ) u_server (
    .clk_i(clk),
    .rst_ni(awake_q[7]),
    .rx_i,
    .tx_o,
    .lights_o
  );

endmodule
