// SPDX-License-Identifier: MIT
//
// tarsier_frame_reader - frames of a memory behind an AXI port, as a stream of its words.
//
//   y = the words of every frame of every job, in order
//
// Coding    x is {frames, stride, address}, as of burst_walk; Jobs of them wait for their turn.
// Handshake x and y are independent.  y holds while !y_ready_i.
// Memory    AXI4 or AXI3 master that reads: INCR bursts of at most Burst words, none over a border of
//           as many.  A burst is asked for when all its words have a place in a queue of Reads *
//           Burst, so rready is always high.  Responses are expected in order.
// Counts    errors_o, wrapping: words whose response is an error.  They go on as they came.
// Rate      a word per cycle, if the memory answers within Reads * Burst - Burst - 8 cycles.
// Latency   y is valid one cycle after its word has come.
// Reset     synchronous.  Forgets all jobs; no transaction may be on its way.  Clears errors_o.
// Test      tests/hls/zynq/test_frame_mover.py
module tarsier_frame_reader #(
  parameter  int unsigned FrameWords = 64,
  parameter  int unsigned AddrWidth  = 32,
  parameter  int unsigned DataWidth  = 64,
  parameter  int unsigned Burst      = 16,
  parameter  int unsigned Reads      = 16,
  parameter  int unsigned Jobs       = 4,
  parameter  int unsigned FramesW    = 16,
  parameter  int unsigned CountW     = 16
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,

  output logic [CountW-1:0]              errors_o,

  input  logic                           x_valid_i,
  output logic                           x_ready_o,
  input  logic [FramesW+2*AddrWidth-1:0] x_data_i,

  output logic                           y_valid_o,
  input  logic                           y_ready_i,
  output logic [DataWidth-1:0]           y_data_o,

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

  localparam int unsigned Places = Reads * Burst;
  localparam int unsigned FreeW  = $clog2(Places + 1);
  localparam int unsigned WordW  = $clog2(Burst);
  localparam int unsigned BLOCK  = 2;  // of fifo's RamStyle
  typedef logic [FreeW-1:0] free_t;

  if (Reads < 2 || Jobs == 0 || CountW == 0)
    $error("frame_reader: Reads=%0d must be >= 2, Jobs=%0d and CountW=%0d >= 1", Reads, Jobs, CountW);

  logic                           job_valid, job_ready, burst_valid, asked, pop;
  logic [FramesW+2*AddrWidth-1:0] job;
  logic [WordW-1:0]               more;
  free_t                          free_q;  // places that no word has and none is asked for
  logic                           room_q;  // for a burst of any length

  tarsier_fifo #(
    .Width(FramesW + 2 * AddrWidth), .Depth(Jobs)
  ) u_jobs (
    .clk_i, .rst_ni, .x_valid_i, .x_ready_o, .x_data_i,
    .y_valid_o(job_valid), .y_ready_i(job_ready), .y_data_o(job)
  );

  logic last;
  tarsier_burst_walk #(
    .FrameWords(FrameWords), .AddrWidth(AddrWidth), .DataWidth(DataWidth), .Burst(Burst),
    .FramesW(FramesW)
  ) u_walk (
    .clk_i, .rst_ni, .x_valid_i(job_valid), .x_ready_o(job_ready), .x_data_i(job),
    .y_valid_o(burst_valid), .y_ready_i(asked), .y_data_o({last, more, m_axi_araddr})
  );

  // Room is only ever taken by asking, so an address that is offered stays.
  assign m_axi_arvalid = burst_valid && room_q;
  assign m_axi_arlen   = 8'(more);
  assign asked         = m_axi_arvalid && m_axi_arready;
  assign pop           = y_valid_o && y_ready_i;

  free_t free_d;
  assign free_d = free_q - (asked ? free_t'(more) + 1'b1 : '0) + free_t'(pop);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      free_q   <= free_t'(Places);
      room_q   <= 1'b0;
      errors_o <= '0;
    end else begin
      free_q   <= free_d;
      room_q   <= free_d >= free_t'(Burst);
      errors_o <= errors_o + CountW'(m_axi_rvalid && m_axi_rready && m_axi_rresp[1]);
    end
  end

  tarsier_fifo #(
    .Width(DataWidth), .Depth(Places), .RamStyle(BLOCK)
  ) u_words (
    .clk_i, .rst_ni,
    .x_valid_i(m_axi_rvalid), .x_ready_o(m_axi_rready), .x_data_i(m_axi_rdata),
    .y_valid_o, .y_ready_i, .y_data_o
  );

  assign m_axi_arid    = '0;
  assign m_axi_arsize  = 3'($clog2(DataWidth / 8));
  assign m_axi_arburst = 2'b01;    // INCR
  assign m_axi_arcache = 4'b0011;  // normal, not cacheable, bufferable
  assign m_axi_arprot  = '0;

  logic unused;
  assign unused = &{1'b0, last, m_axi_rid, m_axi_rresp, m_axi_rlast};

endmodule
