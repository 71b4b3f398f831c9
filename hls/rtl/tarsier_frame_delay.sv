// SPDX-License-Identifier: MIT
//
// tarsier_frame_delay - every frame again, one frame later, through an external memory.
//
//   y[n] = x[n - FrameBeats],  Fill for n < FrameBeats
//
// Handshake x[n] goes in as y[n] goes to the output.  y holds while !y_ready_i.
// Memory    AXI4 master; Pack = DataWidth / Width beats a word, bursts of Burst words, INCR, all
//           aligned to their size; a ring of Bursts * Burst words from Base on.  A burst is read
//           only when its write is acknowledged; at most Reads bursts are on their way at once.
//           Responses are expected in order and are not checked for errors.  A burst's address and
//           its first word are offered at once, neither waits for the other.
// Rate      one beat per cycle, as long as the memory moves a word each way in Pack cycles, its
//           reads take at most (Reads - 1) * Burst * Pack - 8 cycles, and a write and a read
//           together at most FrameBeats - 3 * Burst * Pack - 16.
// Latency   y is valid one cycle after x is taken.
// Reset     synchronous.  Starts anew with Fill; no transaction may be on its way.
// Golden    hls/golden/frame_delay.py     Test  tests/hls/test_frame_delay.py
module tarsier_frame_delay #(
  parameter  int unsigned            Width      = 16,
  parameter  int unsigned            FrameBeats = 4096,
  parameter  logic [Width-1:0]       Fill       = '0,
  parameter  int unsigned            AddrWidth  = 32,
  parameter  int unsigned            DataWidth  = 64,
  parameter  logic [AddrWidth-1:0]   Base       = '0,   // byte address
  parameter  int unsigned            Burst      = 16,
  parameter  int unsigned            Reads      = 4,
  localparam int unsigned            StrbWidth  = DataWidth / 8
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 x_valid_i,
  output logic                 x_ready_o,
  input  logic [Width-1:0]     x_data_i,

  output logic                 y_valid_o,
  input  logic                 y_ready_i,
  output logic [Width-1:0]     y_data_o,

  output logic                 m_axi_awid,
  output logic [AddrWidth-1:0] m_axi_awaddr,
  output logic [7:0]           m_axi_awlen,
  output logic [2:0]           m_axi_awsize,
  output logic [1:0]           m_axi_awburst,
  output logic [3:0]           m_axi_awcache,
  output logic [2:0]           m_axi_awprot,
  output logic                 m_axi_awvalid,
  input  logic                 m_axi_awready,
  output logic [DataWidth-1:0] m_axi_wdata,
  output logic [StrbWidth-1:0] m_axi_wstrb,
  output logic                 m_axi_wlast,
  output logic                 m_axi_wvalid,
  input  logic                 m_axi_wready,
  input  logic                 m_axi_bid,
  input  logic [1:0]           m_axi_bresp,
  input  logic                 m_axi_bvalid,
  output logic                 m_axi_bready,
  output logic                 m_axi_arid,
  output logic [AddrWidth-1:0] m_axi_araddr,
  output logic [7:0]           m_axi_arlen,
  output logic [2:0]           m_axi_arsize,
  output logic [1:0]           m_axi_arburst,
  output logic [3:0]           m_axi_arcache,
  output logic [2:0]           m_axi_arprot,
  output logic                 m_axi_arvalid,
  input  logic                 m_axi_arready,
  input  logic                 m_axi_rid,
  input  logic [DataWidth-1:0] m_axi_rdata,
  input  logic [1:0]           m_axi_rresp,
  input  logic                 m_axi_rlast,
  input  logic                 m_axi_rvalid,
  output logic                 m_axi_rready
);

  localparam int unsigned Pack       = Width == 0 || Width > DataWidth ? 1 : DataWidth / Width;
  localparam int unsigned WordWidth  = Pack * Width;
  localparam int unsigned BurstBeats = Burst * Pack;
  localparam int unsigned BurstBytes = Burst * StrbWidth;
  localparam int unsigned Bursts     = (FrameBeats + BurstBeats - 1) / BurstBeats;
  localparam int unsigned LaneW      = Pack > 1 ? $clog2(Pack) : 1;
  localparam int unsigned WordW      = Burst > 1 ? $clog2(Burst) : 1;
  localparam int unsigned CountW     = $clog2(Bursts + 3);  // of bursts anywhere
  localparam int unsigned FrameW     = $clog2(FrameBeats + 1);
  typedef logic [LaneW-1:0]     lane_t;
  typedef logic [WordW-1:0]     word_t;
  typedef logic [CountW-1:0]    count_t;
  typedef logic [AddrWidth-1:0] addr_t;
  typedef logic [$clog2(Reads+1)-1:0] place_t;

  if (Width == 0 || Width > DataWidth)
    $error("frame_delay: Width=%0d must be 1 .. DataWidth=%0d", Width, DataWidth);
  if (DataWidth < 8 || DataWidth > 1024 || 2**$clog2(DataWidth) != DataWidth)
    $error("frame_delay: DataWidth=%0d must be a power of two in 8 .. 1024", DataWidth);
  if (Burst == 0 || Burst > 256 || 2**$clog2(Burst) != Burst || BurstBytes > 4096)
    $error("frame_delay: Burst=%0d must be a power of two <= 256, and at most 4096 bytes", Burst);
  if (Reads == 0) $error("frame_delay: Reads=%0d must be >= 1", Reads);
  if (FrameBeats < BurstBeats)
    $error("frame_delay: FrameBeats=%0d must be >= %0d, the beats of a burst",
           FrameBeats, BurstBeats);
  if (Base % AddrWidth'(BurstBytes) != '0)
    $error("frame_delay: Base=%0d must be a multiple of %0d, the bytes of a burst",
           Base, BurstBytes);

  // The lock step: a beat in, a beat out.
  logic                 room, take;
  logic                 filling_q;               // y is Fill
  logic [FrameW-1:0]    fill_q;                  // beats of it so far
  logic                 new_ready, old_valid;    // of the queues towards and from the memory
  logic [WordWidth-1:0] old_word;
  lane_t                new_lane_q, old_lane_q;  // the lane of its word that the next beat takes

  assign room      = y_ready_i || !y_valid_o;
  assign x_ready_o = room && new_ready && (filling_q || old_valid);
  assign take      = x_valid_i && x_ready_o;

  always_ff @(posedge clk_i) begin
    if (take) y_data_o <= filling_q ? Fill : Width'(old_word >> (Width * 32'(old_lane_q)));

    if (!rst_ni) begin
      fill_q     <= '0;
      filling_q  <= 1'b1;
      new_lane_q <= '0;
      old_lane_q <= '0;
      y_valid_o  <= 1'b0;
    end else begin
      if (room) y_valid_o <= take;
      if (take) new_lane_q <= new_lane_q == lane_t'(Pack - 1) ? '0 : new_lane_q + 1'b1;
      if (take && filling_q) begin
        fill_q    <= fill_q + 1'b1;
        filling_q <= fill_q != FrameW'(FrameBeats - 1);
      end
      if (take && !filling_q)
        old_lane_q <= old_lane_q == lane_t'(Pack - 1) ? '0 : old_lane_q + 1'b1;
    end
  end

  // Words on their way to the memory: gathered, queued, and sent by the burst.
  logic                 push, burst_full, addressed, sent, burst_sent, send_valid;
  logic [WordWidth-1:0] word_d, word_q, send_word;
  word_t                pushed_q, sent_q;  // words of the present burst
  count_t               unaddressed_q;     // full bursts whose address has not been sent
  count_t               sending_q;         // full bursts whose words have not all been sent

  assign word_d     = WordWidth'({x_data_i, word_q} >> Width);
  assign push       = take && new_lane_q == lane_t'(Pack - 1);
  assign burst_full = push && pushed_q == word_t'(Burst - 1);
  assign addressed  = m_axi_awvalid && m_axi_awready;
  assign sent       = m_axi_wvalid && m_axi_wready;
  assign burst_sent = sent && m_axi_wlast;

  tarsier_fifo #(
    .Width(WordWidth), .Depth(2 * Burst)
  ) u_new (
    .clk_i, .rst_ni,
    .x_valid_i(push), .x_ready_o(new_ready), .x_data_i(word_d),
    .y_valid_o(send_valid), .y_ready_i(sent), .y_data_o(send_word)
  );

  assign m_axi_awvalid = unaddressed_q != '0;
  assign m_axi_wvalid  = sending_q != '0 && send_valid;
  assign m_axi_wlast   = sent_q == word_t'(Burst - 1);
  assign m_axi_wdata   = DataWidth'(send_word);
  assign m_axi_wstrb   = '1;

  always_ff @(posedge clk_i) begin
    if (take) word_q <= word_d;

    if (!rst_ni) begin
      pushed_q      <= '0;
      sent_q        <= '0;
      unaddressed_q <= '0;
      sending_q     <= '0;
    end else begin
      if (push) pushed_q <= burst_full ? '0 : pushed_q + 1'b1;
      if (sent) sent_q   <= burst_sent ? '0 : sent_q + 1'b1;
      unaddressed_q <= unaddressed_q + count_t'(burst_full) - count_t'(addressed);
      sending_q     <= sending_q + count_t'(burst_full) - count_t'(burst_sent);
    end
  end

  // Words on their way back: asked for once they are written and have a place to go.
  logic   asked, pop, burst_done;
  word_t  popped_q;  // words of the present burst
  count_t stored_q;  // bursts in the memory that have not been asked for
  place_t places_q;  // bursts that the queue below has room for

  assign asked      = m_axi_arvalid && m_axi_arready;
  assign pop        = take && !filling_q && old_lane_q == lane_t'(Pack - 1);
  assign burst_done = pop && popped_q == word_t'(Burst - 1);

  tarsier_fifo #(
    .Width(WordWidth), .Depth(Reads == 0 ? 1 : Reads * Burst)
  ) u_old (
    .clk_i, .rst_ni,
    .x_valid_i(m_axi_rvalid), .x_ready_o(m_axi_rready), .x_data_i(m_axi_rdata[WordWidth-1:0]),
    .y_valid_o(old_valid), .y_ready_i(pop), .y_data_o(old_word)
  );

  assign m_axi_arvalid = stored_q != '0 && places_q != '0;
  assign m_axi_bready  = 1'b1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      popped_q <= '0;
      stored_q <= '0;
      places_q <= place_t'(Reads);
    end else begin
      if (pop) popped_q <= burst_done ? '0 : popped_q + 1'b1;
      stored_q <= stored_q + count_t'(m_axi_bvalid) - count_t'(asked);
      places_q <= places_q + place_t'(burst_done) - place_t'(asked);
    end
  end

  // Both go around the same ring.
  function automatic addr_t next(input addr_t address);
    return address == Base + addr_t'((Bursts - 1) * BurstBytes) ? Base
                                                                : address + addr_t'(BurstBytes);
  endfunction

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      m_axi_awaddr <= Base;
      m_axi_araddr <= Base;
    end else begin
      if (addressed) m_axi_awaddr <= next(m_axi_awaddr);
      if (asked)     m_axi_araddr <= next(m_axi_araddr);
    end
  end

  assign {m_axi_awid, m_axi_arid}       = '0;
  assign {m_axi_awlen, m_axi_arlen}     = {2{8'(Burst - 1)}};
  assign {m_axi_awsize, m_axi_arsize}   = {2{3'($clog2(StrbWidth))}};
  assign {m_axi_awburst, m_axi_arburst} = {2{2'b01}};    // INCR
  assign {m_axi_awcache, m_axi_arcache} = {2{4'b0011}};  // normal, not cacheable, bufferable
  assign {m_axi_awprot, m_axi_arprot}   = '0;

  logic unused;
  assign unused = &{1'b0, m_axi_bid, m_axi_bresp, m_axi_rid, m_axi_rresp, m_axi_rlast, m_axi_rdata};

endmodule
