// SPDX-License-Identifier: MIT
//
// tarsier_axi_memory_model - a memory behind an AXI4 port, as slow as a real one. Simulation only.
//
// One word a cycle, read or written, in turn where both want to move; one each way where `shared` is
// 0.  A read takes a random time from least_latency to most_latency, which later reads do not add
// to; a write is acknowledged after as long.  In `pause` of 100 cycles, on each channel, the memory takes or gives nothing.
// `fault` of 100 responses say SLVERR, what they answer is done all the same; `faulty_reads_q` and
// `faulty_writes_q` count them.  For `refresh` of
// every `interval` cycles no word moves.  The harness may set all seven.
//
// Order     of all addresses, data and responses: as they came.
// Reset     synchronous.  Forgets what is on its way, never the contents.
// Checks    the memory answers no more once its master did what AXI forbids: change or withdraw
//           what is not taken yet, send a burst that leaves the memory or crosses 4 Kbyte,
//           misplace a last; or read words whose write is not acknowledged.
// Test      tests/hls/test_frame_fifo.py
module tarsier_axi_memory_model #(
  parameter  int unsigned          AddrWidth = 32,
  parameter  int unsigned          DataWidth = 64,
  parameter  logic [AddrWidth-1:0] Base      = '0,
  parameter  int unsigned          Words     = 1024,
  localparam int unsigned          StrbWidth = DataWidth / 8
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 s_axi_awid,
  input  logic [AddrWidth-1:0] s_axi_awaddr,
  input  logic [7:0]           s_axi_awlen,
  input  logic [2:0]           s_axi_awsize,
  input  logic [1:0]           s_axi_awburst,
  input  logic [3:0]           s_axi_awcache,
  input  logic [2:0]           s_axi_awprot,
  input  logic                 s_axi_awvalid,
  output logic                 s_axi_awready,
  input  logic [DataWidth-1:0] s_axi_wdata,
  input  logic [StrbWidth-1:0] s_axi_wstrb,
  input  logic                 s_axi_wlast,
  input  logic                 s_axi_wvalid,
  output logic                 s_axi_wready,
  output logic                 s_axi_bid,
  output logic [1:0]           s_axi_bresp,
  output logic                 s_axi_bvalid,
  input  logic                 s_axi_bready,
  input  logic                 s_axi_arid,
  input  logic [AddrWidth-1:0] s_axi_araddr,
  input  logic [7:0]           s_axi_arlen,
  input  logic [2:0]           s_axi_arsize,
  input  logic [1:0]           s_axi_arburst,
  input  logic [3:0]           s_axi_arcache,
  input  logic [2:0]           s_axi_arprot,
  input  logic                 s_axi_arvalid,
  output logic                 s_axi_arready,
  output logic                 s_axi_rid,
  output logic [DataWidth-1:0] s_axi_rdata,
  output logic [1:0]           s_axi_rresp,
  output logic                 s_axi_rlast,
  output logic                 s_axi_rvalid,
  input  logic                 s_axi_rready
);

  localparam int unsigned QUEUE = 64;  // transactions on their way, each of reads and writes
  typedef struct packed {
    logic [31:0] word;  // index of its first
    logic [7:0]  last;  // words after that
    logic [31:0] due;   // earliest cycle of its response
  } burst_t;

  int unsigned least_latency = 60;
  int unsigned most_latency  = 120;
  int unsigned pause         = 10;
  int unsigned fault         = 0;
  int unsigned shared        = 1;
  int unsigned interval      = 1950;
  int unsigned refresh       = 0;

  logic        violated_q;
  int unsigned now_q;
  logic [DataWidth-1:0] memory_q [Words];

  burst_t      write_q [QUEUE], read_q [QUEUE];
  int unsigned write_in_q, write_data_q, write_out_q;  // addresses, data, responses so far
  int unsigned read_in_q, read_out_q;
  int unsigned faulty_reads_q, faulty_writes_q;
  logic [7:0]  write_beat_q, read_beat_q;
  logic        aw_pause_q, w_pause_q, b_pause_q, ar_pause_q, r_pause_q, read_turn_q;

  function automatic logic paused();
    return $urandom_range(99) < pause;
  endfunction

  function automatic logic faulty();
    return fault != 0 && $urandom_range(99) < fault;
  endfunction

  function automatic int unsigned due();
    return now_q + $urandom_range(most_latency, least_latency);
  endfunction

  function automatic logic [31:0] word_of(input logic [AddrWidth-1:0] address);
    return 32'((address - Base) / AddrWidth'(StrbWidth));
  endfunction

  function automatic logic allowed(input logic [AddrWidth-1:0] address, input logic [7:0] len,
                                   input logic [2:0] size, input logic [1:0] kind);
    int unsigned bytes = (32'(len) + 1) * StrbWidth;
    return kind == 2'b01 && 32'(1) << size == StrbWidth && address >= Base
        && address % AddrWidth'(StrbWidth) == '0 && word_of(address) + 32'(len) < Words
        && 32'(address % 4096) + bytes <= 4096;
  endfunction

  function automatic logic unsettled(input logic [31:0] first, input logic [7:0] more);
    unsettled = 1'b0;
    for (int unsigned n = write_out_q; n != write_in_q; n++)
      if (write_q[n % QUEUE].word <= first + 32'(more)
          && first <= write_q[n % QUEUE].word + 32'(write_q[n % QUEUE].last)) unsettled = 1'b1;
  endfunction

  // Who may move a word in this cycle.
  burst_t writes, reads;
  logic   refreshing, may_read, may_write;
  assign refreshing = now_q % interval < refresh;
  assign writes    = write_q[write_data_q % QUEUE];
  assign reads     = read_q[read_out_q % QUEUE];
  assign may_read  = read_out_q != read_in_q && reads.due <= now_q && !r_pause_q && !violated_q
                  && (s_axi_rready || !s_axi_rvalid) && !refreshing;
  assign may_write = write_data_q != write_in_q && !w_pause_q && s_axi_wvalid && !refreshing;

  assign s_axi_awready = !aw_pause_q && !violated_q && write_in_q - write_out_q < QUEUE;
  assign s_axi_wready  = may_write && !(may_read && read_turn_q && shared != 0);
  assign s_axi_arready = !ar_pause_q && !violated_q && read_in_q - read_out_q < QUEUE;
  assign {s_axi_bid, s_axi_rid, s_axi_bresp[0], s_axi_rresp[0]} = '0;

  always_ff @(posedge clk_i) begin
    now_q      <= now_q + 1;
    aw_pause_q <= paused();
    w_pause_q  <= paused();
    b_pause_q  <= paused();
    ar_pause_q <= paused();
    r_pause_q  <= paused();

    if (s_axi_awvalid && s_axi_awready) begin
      write_q[write_in_q % QUEUE] <= '{word: word_of(s_axi_awaddr), last: s_axi_awlen, due: '0};
      write_in_q                  <= write_in_q + 1;
    end
    if (s_axi_wvalid && s_axi_wready) begin
      for (int unsigned b = 0; b < StrbWidth; b++)
        if (s_axi_wstrb[b])
          memory_q[(writes.word + 32'(write_beat_q)) % Words][8*b +: 8] <= s_axi_wdata[8*b +: 8];
      read_turn_q  <= 1'b1;
      write_beat_q <= write_beat_q == writes.last ? '0 : write_beat_q + 1'b1;
      if (write_beat_q == writes.last) begin
        write_q[write_data_q % QUEUE].due <= due();
        write_data_q                      <= write_data_q + 1;
      end
    end
    if (s_axi_bready || !s_axi_bvalid) begin
      s_axi_bvalid <= 1'b0;
      if (write_out_q != write_data_q && write_q[write_out_q % QUEUE].due <= now_q && !b_pause_q)
      begin
        s_axi_bvalid <= 1'b1;
        write_out_q  <= write_out_q + 1;
        if (faulty()) begin
          s_axi_bresp[1]  <= 1'b1;
          faulty_writes_q <= faulty_writes_q + 1;
        end else s_axi_bresp[1] <= 1'b0;
      end
    end

    if (s_axi_arvalid && s_axi_arready) begin
      read_q[read_in_q % QUEUE] <= '{word: word_of(s_axi_araddr), last: s_axi_arlen, due: due()};
      read_in_q                 <= read_in_q + 1;
    end
    if (s_axi_rready || !s_axi_rvalid) s_axi_rvalid <= 1'b0;
    if (may_read && !(s_axi_wready && shared != 0)) begin
      s_axi_rvalid <= 1'b1;
      if (faulty()) begin
        s_axi_rresp[1] <= 1'b1;
        faulty_reads_q <= faulty_reads_q + 1;
      end else s_axi_rresp[1] <= 1'b0;
      s_axi_rdata  <= memory_q[(reads.word + 32'(read_beat_q)) % Words];
      s_axi_rlast  <= read_beat_q == reads.last;
      read_turn_q  <= 1'b0;
      read_beat_q  <= read_beat_q == reads.last ? '0 : read_beat_q + 1'b1;
      if (read_beat_q == reads.last) read_out_q <= read_out_q + 1;
    end

    if (!rst_ni) begin
      now_q        <= 0;
      faulty_reads_q  <= 0;
      faulty_writes_q <= 0;
      write_in_q   <= 0;
      write_data_q <= 0;
      write_out_q  <= 0;
      read_in_q    <= 0;
      read_out_q   <= 0;
      write_beat_q <= '0;
      read_beat_q  <= '0;
      read_turn_q  <= 1'b0;
      s_axi_bvalid <= 1'b0;
      s_axi_rvalid <= 1'b0;
    end
  end

  // What a master must not do.
  logic                   aw_waits_q, w_waits_q, ar_waits_q;
  logic [AddrWidth+7:0]   aw_q, ar_q, aw, ar;
  logic [DataWidth:0]     w_q, w;
  logic                   violates;

  assign aw = {s_axi_awaddr, s_axi_awlen};
  assign ar = {s_axi_araddr, s_axi_arlen};
  assign w  = {s_axi_wdata, s_axi_wlast};
  assign violates =
      (aw_waits_q && !(s_axi_awvalid && aw == aw_q))
   || (ar_waits_q && !(s_axi_arvalid && ar == ar_q))
   || (w_waits_q && !(s_axi_wvalid && w == w_q))
   || (s_axi_awvalid && !allowed(s_axi_awaddr, s_axi_awlen, s_axi_awsize, s_axi_awburst))
   || (s_axi_arvalid && !allowed(s_axi_araddr, s_axi_arlen, s_axi_arsize, s_axi_arburst))
   || (s_axi_arvalid && s_axi_arready && unsettled(word_of(s_axi_araddr), s_axi_arlen))
   || (s_axi_wvalid && s_axi_wready && s_axi_wlast != (write_beat_q == writes.last));

  always_ff @(posedge clk_i) begin
    aw_q         <= aw;
    ar_q         <= ar;
    w_q          <= w;
    aw_waits_q   <= rst_ni && s_axi_awvalid && !s_axi_awready;
    ar_waits_q   <= rst_ni && s_axi_arvalid && !s_axi_arready;
    w_waits_q    <= rst_ni && s_axi_wvalid && !s_axi_wready;
    violated_q   <= rst_ni && (violated_q || violates);
  end

  logic unused;
  assign unused = &{1'b0, s_axi_awid, s_axi_arid, s_axi_awcache, s_axi_awprot,
                    s_axi_arcache, s_axi_arprot};

endmodule
