// SPDX-License-Identifier: MIT
//
// tarsier_csi2_pixels - the pixels in the bytes of image lines, RAW8, RAW10, RAW12 or RAW14; a part of
// other modules.
//
//   pixel p of a group = {byte p, bits p*(Bits-8) .. of the bytes behind those}
//
// Coding    x is {last, user, count, bytes}, see csi2_packets; y is {last, user, pixels}, as AXI4-Stream
//           Video has them.
// Order     bytes and pixels as they come, Pixels per beat, leftmost lowest.  A line that ends within a
//           group is filled with zeros to its end; one that a frame's start cuts short loses it.
// Handshake y holds while !y_ready_i.
// Rate      one word or one beat per cycle, whichever takes longer; a line takes up to three further
//           cycles at its end
// Latency   y is valid two cycles after the last word of its group is taken
// Reset     synchronous.  Empties it.
// Used by   hls/rtl/tarsier_csi2_receiver.sv
module tarsier_csi2_pixels #(
  parameter  int unsigned Lanes  = 2,
  parameter  int unsigned Pixels = 2,
  parameter  int unsigned Bits   = 12,
  localparam int unsigned CountW = $clog2(Lanes + 1),
  localparam int unsigned WordW  = 8 * Lanes + CountW + 2,
  localparam int unsigned DataW  = Pixels * Bits
) (
  input  logic             clk_i,
  input  logic             rst_ni,

  output logic             empty_o,  // but for a part of a group

  input  logic             x_valid_i,
  output logic             x_ready_o,
  input  logic [WordW-1:0] x_data_i,

  output logic             y_valid_o,
  input  logic             y_ready_i,
  output logic [DataW+1:0] y_data_o
);

  localparam int unsigned Packed      = Bits == 8 ? 1 : Bits == 12 ? 2 : 4;  // pixels in whole bytes
  localparam int unsigned Low         = Bits - 8;
  localparam int unsigned GroupPixels = Packed > Pixels ? Packed : Pixels;
  localparam int unsigned GroupBytes  = GroupPixels * Bits / 8;
  localparam int unsigned PackedBytes = Packed * Bits / 8;
  localparam int unsigned Parts       = GroupPixels / Pixels;
  localparam int unsigned PartW       = Parts > 1 ? $clog2(Parts) : 1;
  localparam int unsigned Room        = GroupBytes - 1 + Lanes;  // bytes
  localparam int unsigned FillW       = $clog2(Room + 2);
  typedef logic [8*Room-1:0] bytes_t;
  typedef logic [FillW-1:0]  fill_t;
  typedef logic [GroupPixels-1:0][Bits-1:0] group_t;

  // Words are gathered to groups.
  logic               last, user, complete, ends, move, take, group_ready;
  logic [CountW-1:0]  count;
  logic [8*Lanes-1:0] word;
  bytes_t             bytes_q, kept;
  fill_t              fill_q, rest, base;
  logic               ending_q, user_q;

  assign {last, user, count, word} = x_data_i;

  assign complete  = ending_q || fill_q >= fill_t'(GroupBytes);
  assign ends      = ending_q && fill_q <= fill_t'(GroupBytes);
  assign move      = complete && group_ready;
  assign rest      = !move ? fill_q : ends ? '0 : fill_q - fill_t'(GroupBytes);
  assign x_ready_o = !ending_q && rest < fill_t'(GroupBytes);
  assign take      = x_valid_i && x_ready_o;
  assign base      = user ? '0 : rest;
  assign kept      = move ? bytes_q >> 8 * GroupBytes : bytes_q;

  always_ff @(posedge clk_i) begin
    if (take)      bytes_q <= (user ? '0 : kept) | bytes_t'(word) << 8 * base;
    else if (move) bytes_q <= kept;

    if (take && user) user_q <= 1'b1;
    else if (move)    user_q <= 1'b0;

    if (!rst_ni) begin
      fill_q   <= '0;
      ending_q <= 1'b0;
    end else begin
      fill_q   <= take ? base + fill_t'(count) : rest;
      ending_q <= take ? last : ending_q && !(move && ends);
    end
  end

  // The pixels of a group, and groups cut to beats.
  group_t           group, group_q;
  logic             group_valid_q, group_user_q, group_last_q, at_end;
  logic [PartW-1:0] part_q;

  for (genvar p = 0; p < GroupPixels; p++) begin : gen_pixel
    localparam int unsigned First = p / Packed * PackedBytes;  // byte of its pack
    localparam int unsigned Place = p % Packed;
    if (Low == 0) begin : gen_bytes
      assign group[p] = bytes_q[8*(First + Place) +: 8];
    end else begin : gen_packed
      assign group[p] = {bytes_q[8*(First + Place) +: 8],
                         bytes_q[8*(First + Packed) + Place*Low +: Low]};
    end
  end

  assign at_end      = part_q == PartW'(Parts - 1);
  assign group_ready = !group_valid_q || (y_ready_i && at_end);
  assign y_valid_o   = group_valid_q;
  assign empty_o     = !complete && !group_valid_q;

  if (Parts == 1) begin : gen_whole
    assign y_data_o = {group_last_q, group_user_q, group_q};
  end else begin : gen_parts
    logic [Parts-1:0][DataW-1:0] parts;
    assign parts    = group_q;
    assign y_data_o = {group_last_q && at_end, group_user_q && part_q == '0, parts[part_q]};
  end

  always_ff @(posedge clk_i) begin
    if (move) begin
      group_q      <= group;
      group_user_q <= user_q;
      group_last_q <= ends;
    end

    if (!rst_ni) begin
      group_valid_q <= 1'b0;
      part_q        <= '0;
    end else begin
      if (group_ready) group_valid_q <= complete;
      if (y_valid_o && y_ready_i) part_q <= at_end ? '0 : part_q + 1'b1;
    end
  end

endmodule
