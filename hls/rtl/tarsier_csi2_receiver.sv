// SPDX-License-Identifier: MIT
//
// tarsier_csi2_receiver - a camera's video out of the bytes that the lanes of its D-PHY bring.
//
//   y = the pixels of the image lines of channel_i, packet by packet
//
// Coding    MIPI CSI-2 on D-PHY.  x has for each lane {active, byte}, lane 0 lowest, lanes in step: one is active
//           behind its sync byte until its burst ends.  y is {last, user, pixels}, as AXI4-Stream Video
//           has them: user with the first beat behind the start of a frame, last with the last beat of a
//           line.  Bits says the data type: RAW8, RAW10, RAW12 or RAW14.
// Order     a burst is a packet, its bytes from the lanes in turn, lane 0 first; what comes behind its
//           end is dropped, as the trail of a burst is.  Pixels as they come, Pixels per beat, leftmost
//           lowest.  A line that ends within a beat, or within the bytes that pixels share, is filled
//           with zeros to its end.
// Errors    A header with one wrong bit is mended, one with more is dropped with its packet.  A payload
//           whose checksum is wrong is given and counted; one that ends too early ends its line.
// Counts    counts_o, CountW bits each from the lowest, wrapping:
//             0 ecc_corrected   headers with one wrong bit
//             1 ecc_failed      headers with more
//             2 crc_failed      payloads with a wrong checksum
//             3 unknown_types   packets of other data types
//             4 truncated       packets that ended too early
//             5 embedded_lines  lines of embedded data, which are dropped
//             6 other_channels  packets of other virtual channels, which are dropped
//             7 lost_bytes      of lines, which found the queue full
//           fullest_o, the most of its Depth words, Lanes bytes each, that the queue held.
// Handshake x never waits: x_ready_o is 1.  x_valid_i is low in a cycle that is none of the lanes'
//           bytes, as where they come from a slower clock.  What finds the queue full is dropped up to
//           the start of the next frame.  y holds while !y_ready_i.  cut_o is high while y is silent
//           and no more of its frame will come, since it ended or was dropped.
// Rate      one word of Lanes bytes per cycle, as long as y_ready_i and Pixels keep pace
// Latency   y is valid 4 cycles after the word behind its last byte is taken, at the end of a line 5
//           cycles after its last byte
// Reset     synchronous.  Waits for a packet; clears the counts.
// Golden    hls/golden/csi2_receiver.py     Test  tests/hls/test_csi2_receiver.py
module tarsier_csi2_receiver #(
  parameter  int unsigned Lanes   = 2,   // 1, 2 or 4
  parameter  int unsigned Pixels  = 2,   // 1, 2 or 4
  parameter  int unsigned Bits    = 12,  // 8, 10, 12 or 14
  parameter  int unsigned Depth   = 64,  // words that are queued
  parameter  int unsigned CountW  = 32,
  localparam int unsigned DataW   = Pixels * Bits,
  localparam int unsigned LevelW  = $clog2(Depth + 1),
  localparam int unsigned Kinds   = 8
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic [1:0]              channel_i,
  output logic                    cut_o,
  output logic [LevelW-1:0]       fullest_o,
  output logic [Kinds*CountW-1:0] counts_o,

  input  logic                    x_valid_i,
  output logic                    x_ready_o,
  input  logic [9*Lanes-1:0]      x_data_i,

  output logic                    y_valid_o,
  input  logic                    y_ready_i,
  output logic [DataW+1:0]        y_data_o
);

  if (Lanes != 1 && Lanes != 2 && Lanes != 4)
    $error("csi2_receiver: Lanes=%0d must be 1, 2 or 4", Lanes);
  if (Pixels != 1 && Pixels != 2 && Pixels != 4)
    $error("csi2_receiver: Pixels=%0d must be 1, 2 or 4", Pixels);
  if (Bits != 8 && Bits != 10 && Bits != 12 && Bits != 14)
    $error("csi2_receiver: Bits=%0d must be 8, 10, 12 or 14", Bits);
  if (Depth < 2 || CountW == 0)
    $error("csi2_receiver: Depth=%0d must be >= 2, CountW=%0d >= 1", Depth, CountW);

  localparam int unsigned SizeW    = $clog2(Lanes + 1);
  localparam int unsigned WordW    = 8 * Lanes + SizeW + 2;
  localparam logic [5:0]  DataType = 6'h26 + 6'(Bits / 2);

  logic             word_valid, open, busy;
  logic [WordW-1:0] word;
  logic [Kinds-2:0] events;

  assign x_ready_o = 1'b1;

  tarsier_csi2_packets #(.Lanes(Lanes), .DataType(DataType)) u_packets (
    .clk_i, .rst_ni, .channel_i, .events_o(events), .open_o(open), .busy_o(busy),
    .x_valid_i, .x_data_i, .y_valid_o(word_valid), .y_data_o(word)
  );

  // The queue, and what finds it full.
  logic              room, push, pop, drop, dropping_q, queued_valid, queued_ready, empty;
  logic [WordW-1:0]  queued;
  logic [LevelW-1:0] level_q;

  assign push = word_valid && room && (!dropping_q || word[WordW-2]);
  assign drop = word_valid && !push;
  assign pop  = queued_valid && queued_ready;

  tarsier_fifo #(.Width(WordW), .Depth(Depth)) u_queue (
    .clk_i, .rst_ni, .x_valid_i(push), .x_ready_o(room), .x_data_i(word),
    .y_valid_o(queued_valid), .y_ready_i(queued_ready), .y_data_o(queued)
  );

  tarsier_csi2_pixels #(.Lanes(Lanes), .Pixels(Pixels), .Bits(Bits)) u_pixels (
    .clk_i, .rst_ni, .empty_o(empty), .x_valid_i(queued_valid), .x_ready_o(queued_ready),
    .x_data_i(queued), .y_valid_o, .y_ready_i, .y_data_o
  );

  assign cut_o = (!open || dropping_q) && !busy && !queued_valid && empty;

  logic [Kinds-1:0][CountW-1:0] counts_q;
  assign counts_o = counts_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      dropping_q <= 1'b0;
      level_q    <= '0;
      fullest_o  <= '0;
      counts_q   <= '0;
    end else begin
      if (word_valid) dropping_q <= drop;
      if (push != pop) level_q <= push ? level_q + 1'b1 : level_q - 1'b1;
      if (push && !pop && level_q == fullest_o) fullest_o <= fullest_o + 1'b1;
      for (int kind = 0; kind < int'(Kinds) - 1; kind++)
        if (events[kind]) counts_q[kind] <= counts_q[kind] + 1'b1;
      if (drop) counts_q[Kinds-1] <= counts_q[Kinds-1] + CountW'(word[8*Lanes +: SizeW]);
    end
  end

endmodule
