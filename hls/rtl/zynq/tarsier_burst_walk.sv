// SPDX-License-Identifier: MIT
//
// tarsier_burst_walk - frames in a memory as the AXI bursts that move them.
//
//   y = {last, words - 1, address}: frame after frame of a job, each of FrameWords words, `stride`
//       bytes from the start of one to the start of the next
//
// Order     in the order of the addresses.  A burst ends at a multiple of Burst words, so that none
//           crosses 4 Kbyte, or with its frame, which `last` says.
// Coding    x is {frames, stride, address}; the bits of both below a word are taken as 0.  A job of 0
//           frames is none.
// Handshake x and y are independent.  y holds while !y_ready_i.
// Rate      a burst per cycle, and a cycle before the first of a job.
// Latency   y is valid two cycles after its job is taken.
// Reset     synchronous.  Forgets the job.
// Test      tests/hls/zynq/test_frame_mover.py
module tarsier_burst_walk #(
  parameter  int unsigned FrameWords = 64,
  parameter  int unsigned AddrWidth  = 32,
  parameter  int unsigned DataWidth  = 64,
  parameter  int unsigned Burst      = 16,
  parameter  int unsigned FramesW    = 16,
  localparam int unsigned LenW       = $clog2(Burst) + 1
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,

  input  logic                           x_valid_i,
  output logic                           x_ready_o,
  input  logic [FramesW+2*AddrWidth-1:0] x_data_i,

  output logic                           y_valid_o,
  input  logic                           y_ready_i,
  output logic [LenW+AddrWidth-1:0]      y_data_o
);

  localparam int unsigned ByteW = $clog2(DataWidth / 8);  // bits of an address below a word
  localparam int unsigned WordW = $clog2(Burst);          // of a word in a burst
  localparam int unsigned LeftW = $clog2(FrameWords + 1);
  localparam int unsigned MostW = LeftW > WordW + 1 ? LeftW : WordW + 1;

  if (FrameWords == 0 || FramesW == 0)
    $error("burst_walk: FrameWords=%0d FramesW=%0d, both must be >= 1", FrameWords, FramesW);
  if (DataWidth < 16 || 2**$clog2(DataWidth) != DataWidth)
    $error("burst_walk: DataWidth=%0d must be a power of two >= 16", DataWidth);
  if (Burst < 2 || Burst > 256 || 2**$clog2(Burst) != Burst || Burst * DataWidth > 8 * 4096)
    $error("burst_walk: Burst=%0d must be a power of two in 2 .. 256, and at most 4096 bytes", Burst);

  typedef logic [AddrWidth-ByteW-1:0] place_t;  // of a word
  typedef logic [MostW-1:0]           count_t;

  logic               busy_q, step, last;
  logic [FramesW-1:0] frames_q;
  place_t             frame_q, stride_q, place_q, next_frame;
  count_t             left_q, to_border;
  logic [WordW-1:0]   more;  // words of the burst behind its first

  assign x_ready_o  = !busy_q;
  assign step       = busy_q && (y_ready_i || !y_valid_o);
  assign to_border  = count_t'(Burst) - count_t'(place_q[WordW-1:0]);
  assign last       = left_q <= to_border;
  assign more       = last ? WordW'(left_q - 1'b1) : ~place_q[WordW-1:0];
  assign next_frame = frame_q + stride_q;

  always_ff @(posedge clk_i) begin
    if (x_ready_o) begin
      frame_q  <= x_data_i[AddrWidth-1:ByteW];
      place_q  <= x_data_i[AddrWidth-1:ByteW];
      stride_q <= x_data_i[2*AddrWidth-1:AddrWidth+ByteW];
      frames_q <= x_data_i[2*AddrWidth +: FramesW];
      left_q   <= count_t'(FrameWords);
    end else if (step) begin
      if (last) begin
        frame_q  <= next_frame;
        frames_q <= frames_q - 1'b1;
      end
      place_q <= last ? next_frame : {place_q[AddrWidth-ByteW-1:WordW] + 1'b1, WordW'(0)};
      left_q  <= last ? count_t'(FrameWords) : left_q - to_border;
    end
    if (step) y_data_o <= {last, more, place_q, ByteW'(0)};

    if (!rst_ni) begin
      busy_q    <= 1'b0;
      y_valid_o <= 1'b0;
    end else begin
      busy_q <= busy_q ? !(step && last && frames_q == FramesW'(1))
                       : x_valid_i && x_data_i[2*AddrWidth +: FramesW] != '0;
      if (y_ready_i || !y_valid_o) y_valid_o <= step;
    end
  end

  logic unused;
  assign unused = &{1'b0, x_data_i};

endmodule
