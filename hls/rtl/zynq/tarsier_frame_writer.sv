// SPDX-License-Identifier: MIT
//
// tarsier_frame_writer - a stream of words, as frames in a memory behind an AXI port.
//
//   the words of every frame of every job = x, in order
//
// Coding    j is {frames, stride, address}, as of burst_walk; Jobs of them wait for their turn.
// Handshake j and x are independent: words wait for a job in a queue of Writes * Burst.
// Memory    AXI4 or AXI3 master that writes: INCR bursts of at most Burst words, none over a border
//           of as many.  An address is offered when all words of its burst are there, and these
//           follow without a pause; at most Pending bursts have no response yet.
// Counts    frames_o, wrapping: frames all of whose words the memory has acknowledged; frame_o is
//           high in the cycle of such a response.  errors_o, wrapping: responses that are errors.
// Rate      a word per cycle, if the memory acknowledges a burst within Pending * Burst cycles.
// Latency   an address is valid three cycles after the last word of its burst is taken.
// Reset     synchronous.  Forgets all jobs and words; no transaction may be on its way.
// Test      tests/hls/zynq/test_frame_mover.py
module tarsier_frame_writer #(
  parameter  int unsigned FrameWords = 64,
  parameter  int unsigned AddrWidth  = 32,
  parameter  int unsigned DataWidth  = 64,
  parameter  int unsigned Burst      = 16,
  parameter  int unsigned Writes     = 3,
  parameter  int unsigned Pending    = 32,
  parameter  int unsigned Jobs       = 4,
  parameter  int unsigned FramesW    = 16,
  parameter  int unsigned CountW     = 16
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,

  output logic                           frame_o,
  output logic [31:0]                    frames_o,
  output logic [CountW-1:0]              errors_o,

  input  logic                           j_valid_i,
  output logic                           j_ready_o,
  input  logic [FramesW+2*AddrWidth-1:0] j_data_i,

  input  logic                           x_valid_i,
  output logic                           x_ready_o,
  input  logic [DataWidth-1:0]           x_data_i,

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
  output logic                           m_axi_bready
);

  localparam int unsigned Places = Writes * Burst;
  localparam int unsigned HeldW  = $clog2(Places + 1);
  localparam int unsigned WordW  = $clog2(Burst);
  localparam int unsigned AHEAD  = 3;  // bursts whose addresses may go before their words
  typedef logic [HeldW-1:0] held_t;

  if (Writes < 2 || Pending < 2 || Jobs == 0 || CountW == 0)
    $error("frame_writer: Writes=%0d and Pending=%0d must be >= 2, Jobs=%0d and CountW=%0d >= 1",
           Writes, Pending, Jobs, CountW);

  logic                           job_valid, job_ready, burst_valid, grant;
  logic [FramesW+2*AddrWidth-1:0] job;
  logic [AddrWidth-1:0]           address;
  logic [WordW-1:0]               more, sending;
  logic                           last, push, enough;
  logic                           sent_ready, send_valid, word_valid, sent, tag_ready, tag_valid, tag;
  logic [WordW-1:0]               sent_q;
  held_t                          held_q;  // words that no burst has been granted for

  tarsier_fifo #(
    .Width(FramesW + 2 * AddrWidth), .Depth(Jobs)
  ) u_jobs (
    .clk_i, .rst_ni, .x_valid_i(j_valid_i), .x_ready_o(j_ready_o), .x_data_i(j_data_i),
    .y_valid_o(job_valid), .y_ready_i(job_ready), .y_data_o(job)
  );

  tarsier_burst_walk #(
    .FrameWords(FrameWords), .AddrWidth(AddrWidth), .DataWidth(DataWidth), .Burst(Burst),
    .FramesW(FramesW)
  ) u_walk (
    .clk_i, .rst_ni, .x_valid_i(job_valid), .x_ready_o(job_ready), .x_data_i(job),
    .y_valid_o(burst_valid), .y_ready_i(grant), .y_data_o({last, more, address})
  );

  tarsier_fifo #(
    .Width(DataWidth), .Depth(Places)
  ) u_words (
    .clk_i, .rst_ni, .x_valid_i, .x_ready_o, .x_data_i,
    .y_valid_o(word_valid), .y_ready_i(sent), .y_data_o(m_axi_wdata)
  );

  // A burst that is granted has its words, so that both its channels go on to its end.
  assign push   = x_valid_i && x_ready_o;
  assign enough = held_q > held_t'(more);
  assign grant  = burst_valid && enough && (m_axi_awready || !m_axi_awvalid) && sent_ready
               && tag_ready;

  always_ff @(posedge clk_i) begin
    if (grant) begin
      m_axi_awaddr <= address;
      m_axi_awlen  <= 8'(more);
    end

    if (!rst_ni) begin
      m_axi_awvalid <= 1'b0;
      held_q        <= '0;
    end else begin
      if (m_axi_awready || !m_axi_awvalid) m_axi_awvalid <= grant;
      held_q <= held_q + held_t'(push) - (grant ? held_t'(more) + 1'b1 : '0);
    end
  end

  tarsier_fifo #(
    .Width(WordW), .Depth(AHEAD)
  ) u_sending (
    .clk_i, .rst_ni, .x_valid_i(grant), .x_ready_o(sent_ready), .x_data_i(more),
    .y_valid_o(send_valid), .y_ready_i(sent && m_axi_wlast), .y_data_o(sending)
  );

  assign m_axi_wvalid = send_valid && word_valid;
  assign m_axi_wlast  = sent_q == sending;
  assign m_axi_wstrb  = '1;
  assign sent         = m_axi_wvalid && m_axi_wready;

  // Which responses end a frame.
  tarsier_fifo #(
    .Width(1), .Depth(Pending)
  ) u_tags (
    .clk_i, .rst_ni, .x_valid_i(grant), .x_ready_o(tag_ready), .x_data_i(last),
    .y_valid_o(tag_valid), .y_ready_i(m_axi_bvalid), .y_data_o(tag)
  );

  assign m_axi_bready = 1'b1;
  assign frame_o      = m_axi_bvalid && tag_valid && tag;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      sent_q   <= '0;
      frames_o <= '0;
      errors_o <= '0;
    end else begin
      if (sent) sent_q <= m_axi_wlast ? '0 : sent_q + 1'b1;
      frames_o <= frames_o + 32'(frame_o);
      errors_o <= errors_o + CountW'(m_axi_bvalid && m_axi_bresp[1]);
    end
  end

  assign m_axi_awid    = '0;
  assign m_axi_awsize  = 3'($clog2(DataWidth / 8));
  assign m_axi_awburst = 2'b01;    // INCR
  assign m_axi_awcache = 4'b0011;  // normal, not cacheable, bufferable
  assign m_axi_awprot  = '0;

  logic unused;
  assign unused = &{1'b0, m_axi_bid, m_axi_bresp};

endmodule
