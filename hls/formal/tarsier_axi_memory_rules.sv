// SPDX-License-Identifier: MIT
//
// tarsier_axi_memory_rules - what an AXI4 memory may answer to single words, assumed; what it
// may expect of its master, asserted.
//
//   A read gives what was written last.  It gives anything while a write of its word is on its way.
//
// Order     responses come in the order of their addresses; data are taken with their address or after
//           it, and an address may wait until its data are offered.
// Latency   the solver's choice on each channel: less than Slow cycles, once it is its turn.
// Contents  anything at first.  Reset forgets what is on its way.
module tarsier_axi_memory_rules #(
  parameter int unsigned          AddrWidth = 32,
  parameter int unsigned          DataWidth = 8,
  parameter logic [AddrWidth-1:0] Base      = '0,
  parameter int unsigned          Words     = 2,
  parameter int unsigned          Pending   = 4,  // transactions of each kind at once
  parameter int unsigned          Slow      = 4
) (
  input logic                   clk_i,
  input logic                   rst_ni,
  input logic [AddrWidth-1:0]   m_axi_awaddr,
  input logic [7:0]             m_axi_awlen,
  input logic [2:0]             m_axi_awsize,
  input logic                   m_axi_awvalid,
  input logic                   m_axi_awready,
  input logic [DataWidth-1:0]   m_axi_wdata,
  input logic [DataWidth/8-1:0] m_axi_wstrb,
  input logic                   m_axi_wlast,
  input logic                   m_axi_wvalid,
  input logic                   m_axi_wready,
  input logic                   m_axi_bvalid,
  input logic                   m_axi_bready,
  input logic [AddrWidth-1:0]   m_axi_araddr,
  input logic [7:0]             m_axi_arlen,
  input logic [2:0]             m_axi_arsize,
  input logic                   m_axi_arvalid,
  input logic                   m_axi_arready,
  input logic [DataWidth-1:0]   m_axi_rdata,
  input logic                   m_axi_rvalid,
  input logic                   m_axi_rready
);

  localparam int unsigned Bytes  = DataWidth / 8;
  localparam int unsigned IndexW = Words > 1 ? $clog2(Words) : 1;
  typedef logic [IndexW-1:0]            index_t;
  typedef logic [$clog2(Pending+1)-1:0] count_t;

  function automatic logic exists(input logic [AddrWidth-1:0] address);
    return (address - Base) % AddrWidth'(Bytes) == '0
        && (address - Base) / AddrWidth'(Bytes) < AddrWidth'(Words);
  endfunction

  tarsier_stream_rules #(.Width(AddrWidth)) u_aw_rules (
    .clk_i, .rst_ni, .valid_i(m_axi_awvalid), .ready_i(m_axi_awready), .data_i(m_axi_awaddr)
  );
  tarsier_stream_rules #(.Width(DataWidth)) u_w_rules (
    .clk_i, .rst_ni, .valid_i(m_axi_wvalid), .ready_i(m_axi_wready), .data_i(m_axi_wdata)
  );
  tarsier_stream_rules #(.Width(AddrWidth)) u_ar_rules (
    .clk_i, .rst_ni, .valid_i(m_axi_arvalid), .ready_i(m_axi_arready), .data_i(m_axi_araddr)
  );
  tarsier_stream_rules #(.Width(1), .Given(1'b1)) u_b_rules (
    .clk_i, .rst_ni, .valid_i(m_axi_bvalid), .ready_i(m_axi_bready), .data_i(1'b0)
  );
  tarsier_stream_rules #(.Width(DataWidth), .Given(1'b1)) u_r_rules (
    .clk_i, .rst_ni, .valid_i(m_axi_rvalid), .ready_i(m_axi_rready), .data_i(m_axi_rdata)
  );

  // What is on its way, the oldest first.
  index_t [Pending-1:0] writes_q, reads_q;
  logic   [Pending-1:0] sure_q;  // no write of the word met the read
  count_t               writing_q, written_q, reading_q;  // written: with their data
  logic [Words-1:0][DataWidth-1:0] words_q;

  index_t     write_index, read_index;
  logic       aw, w, b, ar, r, sure;
  logic       with_address;  // the next data belong to the address that is offered, or will be
  logic [4:0] slow, too_slow;

  assign write_index = index_t'((m_axi_awaddr - Base) / AddrWidth'(Bytes));
  assign read_index  = index_t'((m_axi_araddr - Base) / AddrWidth'(Bytes));
  assign with_address = written_q == writing_q;
  assign aw = m_axi_awvalid && m_axi_awready;
  assign w  = m_axi_wvalid && m_axi_wready;
  assign b  = m_axi_bvalid && m_axi_bready;
  assign ar = m_axi_arvalid && m_axi_arready;
  assign r  = m_axi_rvalid && m_axi_rready;

  always_comb begin
    sure = !(aw && write_index == read_index);
    for (int unsigned n = 0; n < Pending; n++)
      if (n < 32'(writing_q) && writes_q[n] == read_index) sure = 1'b0;
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned n = 0; n < Pending; n++) begin
      if (n == 32'(writing_q) - 32'(b)) begin
        if (aw) writes_q[n] <= write_index;
      end else if (b && n + 1 < Pending) begin
        writes_q[n] <= writes_q[n + 1];
      end
      if (n == 32'(reading_q) - 32'(r)) begin
        if (ar) {reads_q[n], sure_q[n]} <= {read_index, sure};
      end else begin
        automatic int unsigned from = r && n + 1 < Pending ? n + 1 : n;
        reads_q[n] <= reads_q[from];
        sure_q[n]  <= sure_q[from] && !(aw && write_index == reads_q[from]);
      end
    end
    if (w) words_q[with_address ? write_index : writes_q[written_q]] <= m_axi_wdata;

    if (!rst_ni) begin
      writing_q <= '0;
      written_q <= '0;
      reading_q <= '0;
    end else begin
      writing_q <= writing_q + count_t'(aw) - count_t'(b);
      written_q <= written_q + count_t'(w) - count_t'(b);
      reading_q <= reading_q + count_t'(ar) - count_t'(r);
    end
  end

  always_comb begin
    if (32'(writing_q) == Pending) full_of_writes: assume (!m_axi_awready);
    if (32'(reading_q) == Pending) full_of_reads: assume (!m_axi_arready);
    if (with_address && !aw) data_do_not_lead: assume (!m_axi_wready);
    if (written_q == '0) acknowledges_writes: assume (!m_axi_bvalid);
    if (reading_q == '0) answers_reads: assume (!m_axi_rvalid);
    if (m_axi_rvalid && sure_q[0]) remembers: assume (m_axi_rdata == words_q[reads_q[0]]);
  end

  assign slow = {32'(writing_q) != Pending && m_axi_awvalid && !m_axi_awready
                 && with_address && m_axi_wvalid,
                 !with_address && m_axi_wvalid && !m_axi_wready,
                 written_q != '0 && !m_axi_bvalid,
                 32'(reading_q) != Pending && m_axi_arvalid && !m_axi_arready,
                 reading_q != '0 && !m_axi_rvalid};
  for (genvar n = 0; n < 5; n++) begin : gen_channel
    tarsier_quiet_cycles #(.Cycles(Slow)) u_slow (
      .clk_i, .rst_ni, .quiet_i(slow[n]), .long_o(too_slow[n])
    );
  end
  always_comb comes_in_time: assume (too_slow == '0);

  always_comb if (rst_ni && m_axi_awvalid) begin
    writes_a_word: assert (exists(m_axi_awaddr) && m_axi_awlen == '0
                           && 32'(m_axi_awsize) == $clog2(Bytes));
  end
  always_comb if (rst_ni && m_axi_wvalid) writes_all_of_it: assert (m_axi_wlast && &m_axi_wstrb);
  always_comb if (rst_ni && m_axi_arvalid) begin
    reads_a_word: assert (exists(m_axi_araddr) && m_axi_arlen == '0
                          && 32'(m_axi_arsize) == $clog2(Bytes));
  end

endmodule
