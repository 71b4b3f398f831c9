// SPDX-License-Identifier: MIT
//
// tarsier_frame_mover - frames of a memory through a network and back into the memory.
//
//   the frames of n = the frames of every job;  those of its target = the frames of m
//
// Coding    j is {frames, target's stride, target, source's stride, source}, addresses and strides in
//           bytes, multiples of a word; Jobs of them wait, so that the frames of one come in while
//           those of the one before leave.  A frame lies in the memory pixel after pixel, each in as
//           many whole bytes as XBytes says, the first lowest, and ends with the next multiple of
//           words and pixels: XWords of them, or YWords.
// Handshake j, n and m are independent.  n holds while !n_ready_i.
// Memory    an AXI4 or AXI3 port, see frame_reader and frame_writer.
// Counts    frames_o, frame_o, write_errors_o: of frame_writer; read_errors_o: of frame_reader.
// Rate      a word or a pixel per cycle each way, whichever is slower.
// Latency   n is valid three cycles after the words that it needs have come.
// Reset     synchronous.  Forgets all jobs; no transaction may be on its way.
// Test      tests/hls/zynq/test_frame_mover.py
module tarsier_frame_mover #(
  parameter  int unsigned XWidth    = 40,
  parameter  int unsigned XBytes    = 5,
  parameter  int unsigned XPixels   = 64,
  parameter  int unsigned YWidth    = 40,
  parameter  int unsigned YBytes    = 5,
  parameter  int unsigned YPixels   = 64,
  parameter  int unsigned AddrWidth = 32,
  parameter  int unsigned DataWidth = 64,
  parameter  int unsigned Burst     = 16,
  parameter  int unsigned Reads     = 16,
  parameter  int unsigned Jobs      = 4,
  parameter  int unsigned FramesW   = 16,
  parameter  int unsigned CountW    = 16
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,

  output logic                           frame_o,
  output logic [31:0]                    frames_o,
  output logic [CountW-1:0]              read_errors_o,
  output logic [CountW-1:0]              write_errors_o,

  input  logic                           j_valid_i,
  output logic                           j_ready_o,
  input  logic [FramesW+4*AddrWidth-1:0] j_data_i,

  output logic                           n_valid_o,
  input  logic                           n_ready_i,
  output logic [XWidth-1:0]              n_data_o,

  input  logic                           m_valid_i,
  output logic                           m_ready_o,
  input  logic [YWidth-1:0]              m_data_i,

  output logic                           m_axi_awid,
  output logic [AddrWidth-1:0]           m_axi_awaddr,
  output logic [7:0]                     m_axi_awlen,
  output logic [2:0]                     m_axi_awsize,
  output logic [1:0]                     m_axi_awburst,
  output logic [3:0]                     m_axi_awcache,
  output logic [2:0]                     m_axi_awprot,
  output logic                           m_axi_awvalid,
  input  logic                           m_axi_awready,
  output logic [DataWidth-1:0]           m_axi_wdata,
  output logic [DataWidth/8-1:0]         m_axi_wstrb,
  output logic                           m_axi_wlast,
  output logic                           m_axi_wvalid,
  input  logic                           m_axi_wready,
  input  logic                           m_axi_bid,
  input  logic [1:0]                     m_axi_bresp,
  input  logic                           m_axi_bvalid,
  output logic                           m_axi_bready,
  output logic                           m_axi_arid,
  output logic [AddrWidth-1:0]           m_axi_araddr,
  output logic [7:0]                     m_axi_arlen,
  output logic [2:0]                     m_axi_arsize,
  output logic [1:0]                     m_axi_arburst,
  output logic [3:0]                     m_axi_arcache,
  output logic [2:0]                     m_axi_arprot,
  output logic                           m_axi_arvalid,
  input  logic                           m_axi_arready,
  input  logic                           m_axi_rid,
  input  logic [DataWidth-1:0]           m_axi_rdata,
  input  logic [1:0]                     m_axi_rresp,
  input  logic                           m_axi_rlast,
  input  logic                           m_axi_rvalid,
  output logic                           m_axi_rready
);

  // Words of a frame with what fills its last whole number of words and pixels.
  function automatic int unsigned words(input int unsigned pixels, input int unsigned bytes);
    words = DataWidth / 8 == 0 ? 0 : (pixels * bytes * 8 + DataWidth - 1) / DataWidth;
    while (bytes != 0 && words * DataWidth / 8 % bytes != 0) words++;
  endfunction
  localparam int unsigned XWords = words(XPixels, XBytes);
  localparam int unsigned YWords = words(YPixels, YBytes);
  localparam int unsigned XAll   = XBytes == 0 ? 1 : XWords * DataWidth / 8 / XBytes;
  localparam int unsigned YAll   = YBytes == 0 ? 1 : YWords * DataWidth / 8 / YBytes;
  localparam int unsigned XCount = $clog2(XAll + 1);
  localparam int unsigned YCount = $clog2(YAll + 1);

  if (XWidth == 0 || XWidth > 8 * XBytes || YWidth == 0 || YWidth > 8 * YBytes)
    $error("frame_mover: XWidth=%0d YWidth=%0d must be >= 1 and fit in XBytes=%0d YBytes=%0d",
           XWidth, YWidth, XBytes, YBytes);
  if (XPixels == 0 || YPixels == 0)
    $error("frame_mover: XPixels=%0d YPixels=%0d, both must be >= 1", XPixels, YPixels);

  // A job waits until both ways have a place for it.
  logic read_ready, write_ready;
  assign j_ready_o = read_ready && write_ready;

  logic                 word_valid, word_ready, all_valid, all_ready;
  logic [DataWidth-1:0] word;
  logic [8*XBytes-1:0]  pixel;

  tarsier_frame_reader #(
    .FrameWords(XWords), .AddrWidth(AddrWidth), .DataWidth(DataWidth), .Burst(Burst),
    .Reads(Reads), .Jobs(Jobs), .FramesW(FramesW), .CountW(CountW)
  ) u_reader (
    .clk_i, .rst_ni, .errors_o(read_errors_o),
    .x_valid_i(j_valid_i && write_ready), .x_ready_o(read_ready),
    .x_data_i({j_data_i[4*AddrWidth +: FramesW], j_data_i[2*AddrWidth-1:0]}),
    .y_valid_o(word_valid), .y_ready_i(word_ready), .y_data_o(word),
    .m_axi_arid, .m_axi_araddr, .m_axi_arlen, .m_axi_arsize, .m_axi_arburst, .m_axi_arcache,
    .m_axi_arprot, .m_axi_arvalid, .m_axi_arready,
    .m_axi_rid, .m_axi_rdata, .m_axi_rresp, .m_axi_rlast, .m_axi_rvalid, .m_axi_rready
  );

  tarsier_repack #(.XWidth(DataWidth), .YWidth(8 * XBytes)) u_pixels (
    .clk_i, .rst_ni, .x_valid_i(word_valid), .x_ready_o(word_ready), .x_data_i(word),
    .y_valid_o(all_valid), .y_ready_i(all_ready), .y_data_o(pixel)
  );

  // What fills a frame in the memory is dropped.
  assign n_data_o = pixel[XWidth-1:0];
  if (XAll == XPixels) begin : gen_whole_in
    assign n_valid_o = all_valid;
    assign all_ready = n_ready_i;
  end else begin : gen_drop
    logic [XCount-1:0] at_q;
    logic              beyond;
    assign beyond    = at_q >= XCount'(XPixels);
    assign n_valid_o = all_valid && !beyond;
    assign all_ready = n_ready_i || beyond;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) at_q <= '0;
      else if (all_valid && all_ready) at_q <= at_q == XCount'(XAll - 1) ? '0 : at_q + 1'b1;
    end
  end

  // And zeros fill what is written.
  logic                 made_valid, made_ready, back_valid, back_ready;
  logic [DataWidth-1:0] back;
  logic [8*YBytes-1:0]  made;

  if (YAll == YPixels) begin : gen_whole_out
    assign made_valid = m_valid_i;
    assign m_ready_o  = made_ready;
    assign made       = (8*YBytes)'(m_data_i);
  end else begin : gen_fill
    logic [YCount-1:0] at_q;
    logic              beyond;
    assign beyond     = at_q >= YCount'(YPixels);
    assign made_valid = m_valid_i || beyond;
    assign m_ready_o  = made_ready && !beyond;
    assign made       = beyond ? '0 : (8*YBytes)'(m_data_i);
    always_ff @(posedge clk_i) begin
      if (!rst_ni) at_q <= '0;
      else if (made_valid && made_ready) at_q <= at_q == YCount'(YAll - 1) ? '0 : at_q + 1'b1;
    end
  end

  tarsier_repack #(.XWidth(8 * YBytes), .YWidth(DataWidth)) u_words (
    .clk_i, .rst_ni, .x_valid_i(made_valid), .x_ready_o(made_ready), .x_data_i(made),
    .y_valid_o(back_valid), .y_ready_i(back_ready), .y_data_o(back)
  );

  tarsier_frame_writer #(
    .FrameWords(YWords), .AddrWidth(AddrWidth), .DataWidth(DataWidth), .Burst(Burst),
    .Jobs(Jobs), .FramesW(FramesW), .CountW(CountW)
  ) u_writer (
    .clk_i, .rst_ni, .frame_o, .frames_o, .errors_o(write_errors_o),
    .j_valid_i(j_valid_i && read_ready), .j_ready_o(write_ready),
    .j_data_i(j_data_i[FramesW+4*AddrWidth-1:2*AddrWidth]),
    .x_valid_i(back_valid), .x_ready_o(back_ready), .x_data_i(back),
    .m_axi_awid, .m_axi_awaddr, .m_axi_awlen, .m_axi_awsize, .m_axi_awburst, .m_axi_awcache,
    .m_axi_awprot, .m_axi_awvalid, .m_axi_awready,
    .m_axi_wdata, .m_axi_wstrb, .m_axi_wlast, .m_axi_wvalid, .m_axi_wready,
    .m_axi_bid, .m_axi_bresp, .m_axi_bvalid, .m_axi_bready
  );

  logic unused;
  assign unused = &{1'b0, pixel};

endmodule
