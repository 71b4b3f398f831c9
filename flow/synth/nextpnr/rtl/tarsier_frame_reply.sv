// SPDX-License-Identifier: MIT
//
// tarsier_frame_reply - what the host is sent: the result of a request, or why there is none.
//
//   magic, design, status, cycles, length, payload, crc    flow/synth/nextpnr/serial_protocol.py
//
// Handshake a cycle of start_i begins; done_o lasts one cycle, when the last byte is on its way.
//           status_i, cycles_i and full_i, whether there is a payload, hold until then.
// Reset     synchronous.  Sends nothing more.
// Test      tests/flow/test_ecp5_system.py
module tarsier_frame_reply #(
  parameter int unsigned Design = 0,
  parameter int unsigned Width  = 40,  // bits of a pixel
  parameter int unsigned Pixels = 64
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             start_i,
  input  logic             full_i,
  input  logic [31:0]      status_i,
  input  logic [31:0]      cycles_i,
  output logic             done_o,

  input  logic             pixel_valid_i,
  output logic             pixel_ready_o,
  input  logic [Width-1:0] pixel_data_i,

  output logic             byte_valid_o,
  input  logic             byte_ready_i,
  output logic [7:0]       byte_data_o
);

  localparam int unsigned Bytes  = (Width + 7) / 8;  // of a pixel
  localparam int unsigned Length = Pixels * Bytes;
  localparam int unsigned LeftW  = $clog2(Length > 4 ? Length : 4);

  localparam logic [31:0] MAGIC = "1rst";  // sent as t s r 1

  typedef enum logic [2:0] {
    MARK, DESIGN, STATUS, CYCLES, LENGTH, PAYLOAD, CHECK, REST
  } state_e;

  state_e           state_q, state_d;
  logic [LeftW-1:0] left_q;  // bytes of the field after this one
  logic [3:0][7:0]  word;
  logic [31:0]      crc;
  logic             sent, last;

  assign sent = byte_valid_o && byte_ready_i;
  assign last = left_q == '0;

  always_comb begin
    unique case (state_q)
      MARK:    word = MAGIC;
      DESIGN:  word = Design;
      STATUS:  word = status_i;
      CYCLES:  word = cycles_i;
      LENGTH:  word = full_i ? Length : '0;
      default: word = crc;
    endcase

    unique case (state_q)
      MARK:    state_d = DESIGN;
      DESIGN:  state_d = STATUS;
      STATUS:  state_d = CYCLES;
      CYCLES:  state_d = LENGTH;
      LENGTH:  state_d = full_i ? PAYLOAD : CHECK;
      PAYLOAD: state_d = CHECK;
      default: state_d = REST;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (start_i)           left_q <= LeftW'(3);
    else if (sent && last) left_q <= state_d == PAYLOAD ? LeftW'(Length - 1) : LeftW'(3);
    else if (sent)         left_q <= left_q - 1'b1;

    done_o <= rst_ni && sent && last && state_q == CHECK;
    if (!rst_ni)           state_q <= REST;
    else if (start_i)      state_q <= MARK;
    else if (sent && last) state_q <= state_d;
  end

  logic               cut_valid, cut_ready;
  logic [7:0]         cut_data;
  logic [8*Bytes-1:0] bytes;

  assign bytes        = (8 * Bytes)'(pixel_data_i);
  assign cut_ready    = state_q == PAYLOAD && byte_ready_i;
  assign byte_valid_o = state_q == PAYLOAD ? cut_valid : state_q != REST;
  assign byte_data_o  = state_q == PAYLOAD ? cut_data : word[2'd3 - left_q[1:0]];

  tarsier_width_adapter #(
    .XWidth(8 * Bytes),
    .YWidth(8)
  ) u_cut (
    .clk_i,
    .rst_ni,
    .x_valid_i(pixel_valid_i),
    .x_ready_o(pixel_ready_o),
    .x_data_i(bytes),
    .y_valid_o(cut_valid),
    .y_ready_i(cut_ready),
    .y_data_o(cut_data)
  );

  tarsier_crc32 u_crc (
    .clk_i,
    .clear_i(state_q == MARK),
    .byte_valid_i(sent && state_q != CHECK),
    .byte_data_i(byte_data_o),
    .crc_o(crc)
  );

endmodule
