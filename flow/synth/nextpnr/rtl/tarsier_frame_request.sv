// SPDX-License-Identifier: MIT
//
// tarsier_frame_request - understands what the host sends, and refuses what is damaged.
//
//   magic, design, length, payload, crc    flow/synth/nextpnr/serial_protocol.py describes the fields
//
// Pixels of the payload are given as they come; whether they are good is known at the end only.
//
// Handshake done_o lasts one cycle; status_o and good_o go with it.  Bytes are heard while listen_i.
// Errors    the first thing that is wrong decides the status.  After it the rest of the request is
//           waited for: done_o comes when the line has been silent for Silence cycles.  So every
//           request that began with the magic word is answered once, whatever happened to it.
// Reset     synchronous.  Waits for a magic word.
// Test      tests/flow/test_ecp5_system.py
module tarsier_frame_request #(
  parameter int unsigned Design  = 0,
  parameter int unsigned Width   = 40,  // bits of a pixel
  parameter int unsigned Pixels  = 64,
  parameter int unsigned Silence = 5_000_000
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             listen_i,

  input  logic             byte_valid_i,
  input  logic             byte_broken_i,
  input  logic [7:0]       byte_data_i,

  output logic             pixel_valid_o,
  output logic [Width-1:0] pixel_data_o,

  output logic             busy_o,      // within a request
  output logic             done_o,
  output logic             good_o,
  output logic [31:0]      status_o
);

  localparam int unsigned Bytes   = (Width + 7) / 8;  // of a pixel
  localparam int unsigned Length  = Pixels * Bytes;
  localparam int unsigned LeftW   = $clog2(Length > 4 ? Length : 4);
  localparam int unsigned SilentW = $clog2(Silence + 1);

  localparam logic [31:0] MAGIC = "1RST";  // sent as T S R 1

  typedef enum logic [2:0] {
    GOOD     = 3'd0,
    DESIGN   = 3'd1,  // for another design
    LENGTH   = 3'd2,  // of another length
    DAMAGED  = 3'd3,  // the CRC is of other bytes
    CUT      = 3'd4,  // the line fell silent before the end
    BROKEN   = 3'd5   // a byte without a stop bit
  } status_e;
  typedef enum logic [2:0] { HUNT, TARGET, EXTENT, PAYLOAD, CHECK, REFUSE } state_e;

  state_e             state_q;
  status_e            status_q;
  logic [23:0]        word_q;
  logic [31:0]        word, crc;
  logic [LeftW-1:0]   left_q;  // bytes of the field after this one
  logic [SilentW-1:0] silent_q;
  logic               heard, last, silent;

  assign word     = {byte_data_i, word_q};
  assign heard    = listen_i && byte_valid_i;
  assign last     = left_q == '0;
  assign silent   = silent_q == SilentW'(Silence);
  assign busy_o   = state_q != HUNT;
  assign good_o   = status_q == GOOD;
  assign status_o = 32'(status_q);

  function automatic status_e wrong(input state_e state, input logic [31:0] field,
                                    input logic [31:0] expected);
    unique case (state)
      TARGET:  wrong = field == Design ? GOOD : DESIGN;
      EXTENT:  wrong = field == Length ? GOOD : LENGTH;
      CHECK:   wrong = field == expected ? GOOD : DAMAGED;
      default: wrong = GOOD;
    endcase
  endfunction

  function automatic state_e after(input state_e state);
    unique case (state)
      HUNT:    after = TARGET;
      TARGET:  after = EXTENT;
      EXTENT:  after = PAYLOAD;
      PAYLOAD: after = CHECK;
      default: after = HUNT;
    endcase
  endfunction

  always_ff @(posedge clk_i) begin
    if (heard) word_q <= word[31:8];

    if (!rst_ni || heard || !busy_o) silent_q <= '0;
    else if (!silent)                silent_q <= silent_q + 1'b1;

    done_o <= 1'b0;
    if (!rst_ni) begin
      state_q <= HUNT;
    end else if (busy_o && silent) begin
      done_o  <= 1'b1;
      state_q <= HUNT;
      if (state_q != REFUSE) status_q <= CUT;
    end else if (heard && state_q == HUNT) begin
      status_q <= GOOD;
      left_q   <= LeftW'(3);
      if (word == MAGIC && !byte_broken_i) state_q <= TARGET;
    end else if (heard && state_q != REFUSE) begin
      left_q <= left_q - 1'b1;
      if (byte_broken_i) begin
        status_q <= BROKEN;
        state_q  <= REFUSE;
      end else if (last) begin
        status_q <= wrong(state_q, word, crc);
        state_q  <= wrong(state_q, word, crc) == GOOD ? after(state_q) : REFUSE;
        left_q   <= state_q == EXTENT ? LeftW'(Length - 1) : LeftW'(3);
        done_o   <= state_q == CHECK && wrong(state_q, word, crc) == GOOD;
      end
    end
  end

  tarsier_crc32 u_crc (
    .clk_i,
    .clear_i(state_q == HUNT),
    .byte_valid_i(heard && state_q != CHECK),
    .byte_data_i,
    .crc_o(crc)
  );

  logic               ready, unused;
  logic [8*Bytes-1:0] bytes;

  assign pixel_data_o = bytes[Width-1:0];
  assign unused       = &{1'b0, ready, bytes};

  tarsier_width_adapter #(
    .XWidth(8),
    .YWidth(8 * Bytes)
  ) u_gather (
    .clk_i,
    .rst_ni(busy_o),
    .x_valid_i(heard && state_q == PAYLOAD),
    .x_ready_o(ready),
    .x_data_i(byte_data_i),
    .y_valid_o(pixel_valid_o),
    .y_ready_i(1'b1),
    .y_data_o(bytes)
  );

endmodule
