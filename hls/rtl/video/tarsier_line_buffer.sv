// SPDX-License-Identifier: MIT
//
// tarsier_line_buffer - a queue behind a camera that cannot wait: what finds it full is dropped up to
// the start of the next frame, and counted.
//
//   y = x, in order, but for what is dropped
//
// Coding    x is {last, user, pixels}, as AXI4-Stream Video has them.
// Handshake x has no ready.  y holds while !y_ready_i.  cut_o is high while y is silent and the rest
//           of its frame was dropped, so that a frame_regulariser fills it at once, not when the
//           next frame waits already.
// Counts    overflows_o, how often the dropping began; dropped_o, beats, wrapping; fullest_o, the most
//           beats that it held since reset.
// Rate      one beat per cycle
// Latency   y is valid one cycle after x comes, when the queue was empty
// Reset     synchronous.  Empties the queue, clears the counts.
// Test      tests/hls/video/test_video_shell.py
module tarsier_line_buffer #(
  parameter  int unsigned Width    = 26,  // of {last, user, pixels}
  parameter  int unsigned Depth    = 64,
  parameter  int unsigned RamStyle = 0,   // of a fifo
  parameter  int unsigned CountW   = 32,
  localparam int unsigned LevelW   = $clog2(Depth + 1)
) (
  input  logic              clk_i,
  input  logic              rst_ni,

  output logic              cut_o,
  output logic [CountW-1:0] overflows_o,
  output logic [CountW-1:0] dropped_o,
  output logic [LevelW-1:0] fullest_o,

  input  logic              x_valid_i,
  input  logic [Width-1:0]  x_data_i,

  output logic              y_valid_o,
  input  logic              y_ready_i,
  output logic [Width-1:0]  y_data_o
);

  if (Width < 3 || Depth < 2)
    $error("line_buffer: Width=%0d must be >= 3, Depth=%0d >= 2", Width, Depth);

  logic              start, room, push, pop, drop, dropping_q;
  logic [LevelW-1:0] level_q;

  assign start = x_data_i[Width-2];
  assign push  = x_valid_i && room && (!dropping_q || start);
  assign drop  = x_valid_i && !push;
  assign pop   = y_valid_o && y_ready_i;
  assign cut_o = dropping_q && !y_valid_o;

  tarsier_fifo #(.Width(Width), .Depth(Depth), .RamStyle(RamStyle)) u_queue (
    .clk_i, .rst_ni, .x_valid_i(push), .x_ready_o(room), .x_data_i,
    .y_valid_o, .y_ready_i, .y_data_o
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      dropping_q  <= 1'b0;
      level_q     <= '0;
      overflows_o <= '0;
      dropped_o   <= '0;
      fullest_o   <= '0;
    end else begin
      if (x_valid_i) dropping_q <= drop;
      if (drop) dropped_o <= dropped_o + 1'b1;
      if (drop && !dropping_q) overflows_o <= overflows_o + 1'b1;
      if (push != pop) level_q <= push ? level_q + 1'b1 : level_q - 1'b1;
      if (push && !pop && level_q == fullest_o) fullest_o <= fullest_o + 1'b1;
    end
  end

endmodule
