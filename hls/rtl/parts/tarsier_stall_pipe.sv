// SPDX-License-Identifier: MIT
//
// tarsier_stall_pipe - the valid bits of a pipeline that stalls as a whole; a part of other
// kernels.
//
// Handshake the datapath's registers load where advance_o; y_valid_o marks the last of them.
// Used by   hls/rtl/tarsier_frame_scale.sv, hls/rtl/tarsier_scaled_add.sv, generated kernels
//           (hls/adders/kernel.sv.j2)
module tarsier_stall_pipe #(
  parameter int unsigned Stages = 3  // registers between x and y
) (
  input  logic clk_i,
  input  logic rst_ni,

  input  logic x_valid_i,
  output logic x_ready_o,

  output logic y_valid_o,
  input  logic y_ready_i,

  output logic advance_o
);

  if (Stages == 0) $error("stall_pipe: Stages=%0d must be >= 1", Stages);

  logic [Stages-1:0] valid_q;

  assign advance_o = y_ready_i || !y_valid_o;
  assign x_ready_o = advance_o;
  assign y_valid_o = valid_q[Stages-1];

  always_ff @(posedge clk_i) begin
    if (!rst_ni)        valid_q <= '0;
    else if (advance_o) valid_q <= Stages'({valid_q, x_valid_i});
  end

endmodule
