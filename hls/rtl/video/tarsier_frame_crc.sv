// SPDX-License-Identifier: MIT
//
// tarsier_frame_crc - the CRC-32 of every frame of a stream, as zlib and Ethernet have it.
//
//   crc_o = crc32 of the pixels inside, each as 16 bits, low byte first
//
// Order     lines of beats of Pixels pixels, leftmost lowest; Rows lines a frame.  first_i is high
//           with a frame's first beat, last_i with the last of each line, inside_i with those that
//           count, of which the first is one.
// Handshake it looks on: move_i is high where a beat moves.
// Rate      one beat per cycle
// Latency   crc_o is that of a frame three cycles after its last beat moved, until the next one's end
// Reset     synchronous.  Clears crc_o; a frame that has begun is left out.
// Test      tests/hls/video/test_video_shell.py
module tarsier_frame_crc #(
  parameter  int unsigned Pixels = 2,
  parameter  int unsigned Bits   = 12,
  parameter  int unsigned Rows   = 48,
  localparam int unsigned DataW  = Pixels * Bits,
  localparam int unsigned RowW   = Rows > 1 ? $clog2(Rows) : 1
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  input  logic             move_i,
  input  logic             first_i,
  input  logic             last_i,
  input  logic             inside_i,
  input  logic [DataW-1:0] data_i,

  output logic [31:0]      crc_o
);

  if (Pixels == 0 || Bits == 0 || Bits > 16 || Rows == 0)
    $error("frame_crc: Pixels=%0d and Rows=%0d must be >= 1, Bits=%0d in 1..16",
           Pixels, Rows, Bits);

  localparam int unsigned TermW = 32 + DataW;
  typedef logic [31:0][TermW-1:0] matrix_t;

  // Bit by bit on the state of a single bit of {data, crc}: the CRC is linear.
  function automatic matrix_t terms();
    for (int unsigned term = 0; term < TermW; term++) begin
      automatic logic [31:0] crc = term < 32 ? 32'd1 << term : '0;
      for (int unsigned bit_at = 0; bit_at < 16 * Pixels; bit_at++) begin
        automatic int unsigned at = 32 + bit_at / 16 * Bits + bit_at % 16;
        automatic logic one = crc[0] ^ (bit_at % 16 < Bits && term == at);
        crc = (crc >> 1) ^ (one ? 32'hEDB8_8320 : '0);
      end
      for (int unsigned bit_at = 0; bit_at < 32; bit_at++) terms[bit_at][term] = crc[bit_at];
    end
  endfunction

  localparam matrix_t TERMS = terms();

  logic             move_q, first_q, ends_q, inside_q, done_q;
  logic [DataW-1:0] data_q;
  logic [RowW-1:0]  row_q;
  logic [31:0]      state_q, state, next;

  assign state = first_q ? '1 : state_q;
  for (genvar b = 0; b < 32; b++) begin : gen_bit
    assign next[b] = ^({data_q, state} & TERMS[b]);
  end

  always_ff @(posedge clk_i) begin
    data_q   <= data_i;
    first_q  <= first_i;
    inside_q <= inside_i;
    if (move_q && inside_q) state_q <= next;

    if (!rst_ni) begin
      move_q <= 1'b0;
      ends_q <= 1'b0;
      done_q <= 1'b0;
      row_q  <= '0;
      crc_o  <= '0;
    end else begin
      move_q <= move_i;
      ends_q <= move_i && last_i && row_q == RowW'(Rows - 1);
      done_q <= ends_q;
      if (done_q) crc_o <= ~state_q;
      if (move_i && last_i) row_q <= row_q == RowW'(Rows - 1) ? '0 : row_q + 1'b1;
    end
  end

endmodule
