// SPDX-License-Identifier: MIT
//
// tarsier_frame_store - one frame, written from its first pixel on and read from its first pixel
// on.
//
//   after clear_i the n-th beat of w goes to place n, and the n-th beat of r comes from it
//
// A network that gives a frame of the same size reads it and writes its result into the same places:
// it gives pixel n after it took pixel n, so a place is read before it is written, and one memory
// holds both.
//
// Rate      one pixel per cycle on each side.
// Latency   the first pixel of r is valid two cycles after clear_i.
// Reset     synchronous, as clear_i.  The frame stays.
// Test      tests/flow/test_ecp5_system.py
module tarsier_frame_store #(
  parameter int unsigned Width  = 40,
  parameter int unsigned Pixels = 64
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             clear_i,

  input  logic             w_valid_i,
  input  logic [Width-1:0] w_data_i,
  output logic             w_full_o,  // all pixels are written

  output logic             r_valid_o,
  input  logic             r_ready_i,
  output logic [Width-1:0] r_data_o
);

  if (Width == 0 || Pixels < 2)
    $error("frame_store: Width=%0d must be >= 1, Pixels=%0d >= 2", Width, Pixels);

  localparam int unsigned IndexW = $clog2(Pixels);
  localparam int unsigned CountW = $clog2(Pixels + 1);

  (* ram_style = "block", no_rw_check *)  // never the same place at once, see above
  logic [Width-1:0]  pixels [Pixels];
  logic [CountW-1:0] written_q, read_q;
  logic              read;

  assign w_full_o = written_q == CountW'(Pixels);
  assign read     = (r_ready_i || !r_valid_o) && read_q != CountW'(Pixels);

  always_ff @(posedge clk_i) begin
    if (w_valid_i) pixels[written_q[IndexW-1:0]] <= w_data_i;
    if (read)      r_data_o                      <= pixels[read_q[IndexW-1:0]];

    if (!rst_ni || clear_i) begin
      written_q <= '0;
      read_q    <= '0;
      r_valid_o <= 1'b0;
    end else begin
      if (w_valid_i)               written_q <= written_q + 1'b1;
      if (read)                    read_q    <= read_q + 1'b1;
      if (r_ready_i || !r_valid_o) r_valid_o <= read;
    end
  end

endmodule
