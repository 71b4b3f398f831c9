// SPDX-License-Identifier: MIT
//
// tarsier_csi2_packets - the payload of image lines out of the packets of CSI-2; a part of other
// modules.
//
// Coding    x has for each lane {active, byte}, lane 0 lowest.  y is {last, user, count, bytes}: count
//           bytes of a line, those above them 0; user with the first word of a frame, last with the
//           last one of a line.
// Order     a packet begins where lane 0 becomes active, and takes the lanes in turn.  It ends where
//           its word count says, else with the first cycle in which a lane is silent.
// Events    events_o, one cycle each, as the counts of csi2_receiver, but for its lost_bytes.
// Handshake x never waits, and y has no ready.
// Latency   y is valid one cycle after the word behind it, and the last of a line two cycles after x
// Reset     synchronous.  Waits for a packet, and for the start of a frame.
// Used by   hls/rtl/tarsier_csi2_receiver.sv
module tarsier_csi2_packets #(
  parameter  int unsigned Lanes    = 2,      // 1, 2 or 4
  parameter  logic [5:0]  DataType = 6'h2c,  // of the image
  localparam int unsigned Kinds    = 7,
  localparam int unsigned CountW   = $clog2(Lanes + 1),
  localparam int unsigned WordW    = 8 * Lanes + CountW + 2
) (
  input  logic               clk_i,
  input  logic               rst_ni,

  input  logic [1:0]         channel_i,
  output logic [Kinds-1:0]   events_o,
  output logic               open_o,  // within a frame
  output logic               busy_o,  // a word waits for the one behind it

  input  logic               x_valid_i,
  input  logic [9*Lanes-1:0] x_data_i,

  output logic               y_valid_o,
  output logic [WordW-1:0]   y_data_o
);

  localparam logic [5:0] FRAME_START = 6'h00, FRAME_END = 6'h01, LINE_END = 6'h03,
                         FILLER      = 6'h10, BLANKING  = 6'h11, EMBEDDED = 6'h12;
  localparam int unsigned HeaderWords = 4 / Lanes;
  localparam int unsigned PlaceW      = HeaderWords > 1 ? $clog2(HeaderWords) : 1;
  typedef logic [Lanes-1:0][7:0] bytes_t;
  typedef logic [CountW-1:0]     count_t;

  // What a cycle brings: nothing of interest, the end of a header, what follows it, silence, or
  // a header that is torn.
  typedef enum logic [2:0] {NOTHING, HEADER, PAYLOAD, SILENCE, TORN} kind_e;

  bytes_t                 bytes, bytes_q;
  count_t                 count, count_q;
  logic                   whole, behind_q, ignore_q, ends_header;
  logic [PlaceW-1:0]      place_q;  // words of a header that came
  logic [39-8*Lanes:0]    before_q; // the newest bytes before this word
  logic [29:0]            header_q;
  logic [31:0]            header;
  kind_e                  kind_d, kind_q;

  always_comb begin
    count = '0;
    for (int unsigned l = 0; l < Lanes; l++) begin
      bytes[l] = x_data_i[9*l +: 8];
      if (x_data_i[9*l + 8] && count == count_t'(l)) count = count_t'(l + 1);
    end
  end

  assign whole       = count == count_t'(Lanes);
  assign ends_header = place_q == PlaceW'(HeaderWords - 1);
  assign header      = 32'({bytes, before_q} >> 8);

  always_comb begin
    kind_d = NOTHING;
    if (count == '0)        kind_d = place_q != '0 && !behind_q && !ignore_q ? TORN : SILENCE;
    else if (ignore_q)      kind_d = NOTHING;
    else if (behind_q)      kind_d = PAYLOAD;
    else if (!whole)        kind_d = TORN;
    else if (ends_header)   kind_d = HEADER;
  end

  always_ff @(posedge clk_i) begin
    if (x_valid_i) begin
      bytes_q  <= bytes;
      count_q  <= count;
      before_q <= header[31 -: $bits(before_q)];
      header_q <= header[29:0];
    end

    if (!rst_ni) begin
      place_q  <= '0;
      behind_q <= 1'b0;
      ignore_q <= 1'b0;
      kind_q   <= NOTHING;
    end else begin
      kind_q <= x_valid_i ? kind_d : NOTHING;
      if (x_valid_i && count == '0) begin
        place_q  <= '0;
        behind_q <= 1'b0;
        ignore_q <= 1'b0;
      end else if (x_valid_i) begin
        if (!whole) ignore_q <= 1'b1;
        if (!behind_q) begin
          place_q  <= ends_header ? '0 : place_q + 1'b1;
          behind_q <= ends_header;
        end
      end
    end
  end

  // The header is read in the cycle behind it, in which the first bytes of its payload come.
  logic [23:0] mended;
  logic        corrected, failed, ours, image, known;
  logic [5:0]  data_type;

  tarsier_csi2_header u_header (
    .x_i(header_q), .y_o(mended), .corrected_o(corrected), .failed_o(failed)
  );

  assign data_type = mended[5:0];
  assign ours      = kind_q == HEADER && !failed && mended[7:6] == channel_i;
  assign image     = data_type == DataType;
  assign known     = image || data_type == EMBEDDED || data_type == FILLER || data_type == BLANKING;

  // How far a long packet has come.
  logic        busy_q, image_q, first_q, open_q, check_q;
  logic [16:0] left_q;   // bytes, with those of the checksum
  logic [16:0] payload;  // without them
  logic [15:0] crc_d, crc_q;
  count_t      taken, paid;
  logic        data, done, torn, fresh;

  assign payload = left_q - 17'd2;
  assign data    = busy_q && kind_q == PAYLOAD;
  assign taken   = 17'(count_q) < left_q ? count_q : count_t'(left_q);
  assign paid    = left_q <= 17'd2 ? '0 : 17'(count_q) < payload ? count_q : count_t'(payload);
  assign done    = data && 17'(count_q) >= left_q;
  assign torn    = busy_q && (kind_q == SILENCE
                              || (kind_q == PAYLOAD && count_q != count_t'(Lanes) && !done));

  function automatic logic [15:0] crc_of(input logic [15:0] crc, input logic [7:0] value);
    crc_of = crc ^ 16'(value);
    for (int unsigned bit_at = 0; bit_at < 8; bit_at++)
      crc_of = crc_of[0] ? (crc_of >> 1) ^ 16'h8408 : crc_of >> 1;
  endfunction

  always_comb begin
    crc_d = crc_q;
    for (int unsigned l = 0; l < Lanes; l++)
      if (count_t'(l) < taken) crc_d = crc_of(crc_d, bytes_q[l]);
  end

  always_ff @(posedge clk_i) begin
    if (kind_q == HEADER) crc_q <= '1;
    else if (data)        crc_q <= crc_d;

    if (kind_q == HEADER) begin
      left_q  <= 17'(mended[23:8]) + 17'd2;
      image_q <= image;
    end else if (data) begin
      left_q <= left_q - 17'(taken);
    end

    if (!rst_ni) begin
      busy_q  <= 1'b0;
      check_q <= 1'b0;
      open_q  <= 1'b0;
      first_q <= 1'b0;
    end else begin
      if (kind_q == HEADER)  busy_q <= ours && known;
      else if (done || torn) busy_q <= 1'b0;
      check_q <= done;
      if (ours && data_type == FRAME_START) open_q <= 1'b1;
      if (ours && data_type == FRAME_END)   open_q <= 1'b0;
      if (ours && data_type == FRAME_START) first_q <= 1'b1;
      else if (fresh)                       first_q <= 1'b0;
    end
  end

  assign events_o = {
    kind_q == HEADER && !failed && mended[7:6] != channel_i,
    ours && data_type == EMBEDDED,
    torn || kind_q == TORN,
    ours && !known && data_type > LINE_END,
    check_q && crc_q != '0,
    kind_q == HEADER && failed,
    kind_q == HEADER && corrected
  };
  assign open_o = open_q;

  // A word waits for the one behind it, since only then it is known whether it is the last.
  logic   held_q, final_q, user_q;
  bytes_t word_q;
  count_t size_q;

  assign fresh     = data && image_q && paid != '0;
  assign y_valid_o = held_q && (final_q || fresh);
  assign y_data_o  = {final_q, user_q, size_q, word_q};
  assign busy_o    = held_q;

  always_ff @(posedge clk_i) begin
    if (fresh) begin
      user_q <= first_q;
      size_q <= paid;
      for (int unsigned l = 0; l < Lanes; l++)
        word_q[l] <= count_t'(l) < paid ? bytes_q[l] : '0;
    end

    if (fresh)     final_q <= 17'(paid) == payload || torn;
    else if (torn) final_q <= 1'b1;

    if (!rst_ni)        held_q <= 1'b0;
    else if (fresh)     held_q <= 1'b1;
    else if (y_valid_o) held_q <= 1'b0;
  end

endmodule
