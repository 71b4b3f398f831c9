// SPDX-License-Identifier: MIT
//
// tarsier_frame_fifo - a queue of frames in an external memory, some of them there from the start.
//
//   y[n] = Fill[n mod Folds] for n < Initial * FrameBeats,  else x[n - Initial * FrameBeats]
//
// Order     a frame is FrameBeats beats, Folds to a pixel; Fill is one pixel, its first beat lowest.
// Handshake x and y are independent: y holds while !y_ready_i, x waits while the queue is full.
// Capacity  Bursts bursts in the memory, and up to 2 * Burst + Reads * Burst words beside it.
// Memory    AXI4 master; Pack = DataWidth / Width beats a word; a frame is whole bursts of Burst
//           words, the last one as short as it may be, INCR, each aligned to a full one; a ring of
//           Bursts from base_i on, which holds still and is a multiple of a burst's bytes.  A burst
//           is read only when its write is acknowledged, and written only where it was read; at most
//           Reads bursts of reads are on their way at once.  Responses are expected in order.  A
//           burst's address and its first word are offered at once, neither waits for the other.
// Counts    errors_o, wrapping: responses of the memory other than OKAY and EXOKAY, one for each
//           word that is read.  What such words hold goes on as it came.
// Rate      one beat per cycle each way, as long as the memory moves a word each way in Pack
//           cycles, its reads take at most 8 cycles less than any Reads - 1 bursts in a row have
//           beats, and the ring holds what comes while a burst is written and read.  y does not pause behind Fill if a write
//           and a read together take at most Initial * FrameBeats - 3 * Burst * Pack - 16 cycles.
// Latency   y is valid one cycle after its beat is at hand; Fill is at hand from the start.
// Reset     synchronous.  Starts anew with Fill; no transaction may be on its way.  Clears errors_o.
// Golden    hls/golden/frame_fifo.py     Test  tests/hls/test_frame_fifo.py
module tarsier_frame_fifo #(
  parameter  int unsigned            Width      = 16,
  parameter  int unsigned            Folds      = 1,     // beats per pixel
  parameter  int unsigned            FrameBeats = 4096,
  parameter  int unsigned            Initial    = 1,     // frames of Fill
  parameter  logic [Folds*Width-1:0] Fill       = '0,
  parameter  int unsigned            AddrWidth  = 32,
  parameter  int unsigned            DataWidth  = 64,
  parameter  int unsigned            Bursts     = 64,
  parameter  int unsigned            Burst      = 16,
  parameter  int unsigned            Reads      = 4,
  parameter  int unsigned            CountW     = 16,
  localparam int unsigned            StrbWidth  = DataWidth / 8
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic [AddrWidth-1:0] base_i,
  output logic [CountW-1:0]    errors_o,

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

  localparam int unsigned Pack        = Width == 0 || Width > DataWidth ? 1 : DataWidth / Width;
  localparam int unsigned WordWidth   = Pack * Width;
  localparam int unsigned BurstBytes  = Burst * StrbWidth;
  localparam int unsigned FrameWords  = (FrameBeats + Pack - 1) / Pack;
  localparam int unsigned FrameBursts = (FrameWords + Burst - 1) / Burst;
  localparam int unsigned LastWords   = FrameWords - (FrameBursts - 1) * Burst;  // of its last burst
  localparam int unsigned LastLane    = (FrameBeats - 1) % Pack;                 // of its last word
  localparam int unsigned LaneW       = Pack > 1 ? $clog2(Pack) : 1;
  localparam int unsigned WordW       = Burst > 1 ? $clog2(Burst) : 1;
  localparam int unsigned BurstW      = FrameBursts > 1 ? $clog2(FrameBursts) : 1;
  localparam int unsigned FoldW       = Folds > 1 ? $clog2(Folds) : 1;
  localparam int unsigned FillBeats   = Initial * FrameBeats;
  localparam int unsigned FillW       = $clog2(FillBeats + 2);
  typedef logic [LaneW-1:0]              lane_t;
  typedef logic [WordW-1:0]              word_t;
  typedef logic [BurstW-1:0]             burst_t;
  typedef logic [AddrWidth-1:0]          addr_t;
  typedef logic [$clog2(Bursts+3)-1:0]   count_t;  // of bursts anywhere
  typedef logic [$clog2(Reads+1)-1:0]    place_t;

  if (Width == 0 || Width > DataWidth)
    $error("frame_fifo: Width=%0d must be 1 .. DataWidth=%0d", Width, DataWidth);
  if (DataWidth < 8 || DataWidth > 1024 || 2**$clog2(DataWidth) != DataWidth)
    $error("frame_fifo: DataWidth=%0d must be a power of two in 8 .. 1024", DataWidth);
  if (Burst == 0 || Burst > 256 || 2**$clog2(Burst) != Burst || BurstBytes > 4096)
    $error("frame_fifo: Burst=%0d must be a power of two <= 256, and at most 4096 bytes", Burst);
  if (Bursts == 0 || Reads == 0 || Folds == 0 || CountW == 0)
    $error("frame_fifo: Bursts=%0d Reads=%0d Folds=%0d CountW=%0d, all must be >= 1",
           Bursts, Reads, Folds, CountW);
  if (FrameBeats == 0 || Folds > 0 && FrameBeats % Folds != 0)
    $error("frame_fifo: FrameBeats=%0d must be a multiple of Folds=%0d", FrameBeats, Folds);

  // Words on their way to the memory: gathered, queued, and sent by the burst.  The first beat of a
  // word is in its lowest lane, but for the last word of a frame, whose beats are in the highest.
  logic                 take, push, burst_full, new_ready, send_valid;
  logic [WordWidth-1:0] word_d, word_q, send_word;
  lane_t                new_lane_q, new_last;
  word_t                pushed_q, push_last;  // words of the present burst
  burst_t               pushing_q;            // burst of the frame

  assign x_ready_o  = new_ready;
  assign take       = x_valid_i && x_ready_o;
  assign push_last  = pushing_q == burst_t'(FrameBursts - 1) ? word_t'(LastWords - 1)
                                                             : word_t'(Burst - 1);
  assign new_last   = pushing_q == burst_t'(FrameBursts - 1) && pushed_q == push_last
                    ? lane_t'(LastLane) : lane_t'(Pack - 1);
  assign word_d     = WordWidth'({x_data_i, word_q} >> Width);
  assign push       = take && new_lane_q == new_last;
  assign burst_full = push && pushed_q == push_last;

  tarsier_fifo #(
    .Width(WordWidth), .Depth(2 * Burst)
  ) u_new (
    .clk_i, .rst_ni,
    .x_valid_i(push), .x_ready_o(new_ready), .x_data_i(word_d),
    .y_valid_o(send_valid), .y_ready_i(m_axi_wvalid && m_axi_wready), .y_data_o(send_word)
  );

  always_ff @(posedge clk_i) begin
    if (take) word_q <= word_d;

    if (!rst_ni) begin
      new_lane_q <= '0;
      pushed_q   <= '0;
      pushing_q  <= '0;
    end else begin
      if (take) new_lane_q <= push ? '0 : new_lane_q + 1'b1;
      if (push) pushed_q   <= burst_full ? '0 : pushed_q + 1'b1;
      if (burst_full) pushing_q <= pushing_q == burst_t'(FrameBursts - 1) ? '0 : pushing_q + 1'b1;
    end
  end

  // A full burst goes once there is space for it in the ring.
  logic   grant, addressed, sent, burst_sent, received;
  count_t waiting_q;      // full bursts that have no space yet
  count_t space_q;        // bursts of the ring that hold nothing
  count_t unaddressed_q;  // bursts with space whose address has not been sent
  count_t sending_q;      // bursts with space whose words have not all been sent
  word_t  sent_q, send_last;
  burst_t addressing_q, sends_q;

  assign grant      = waiting_q != '0 && space_q != '0;
  assign addressed  = m_axi_awvalid && m_axi_awready;
  assign sent       = m_axi_wvalid && m_axi_wready;
  assign burst_sent = sent && m_axi_wlast;
  assign send_last  = sends_q == burst_t'(FrameBursts - 1) ? word_t'(LastWords - 1)
                                                           : word_t'(Burst - 1);

  assign m_axi_awvalid = unaddressed_q != '0;
  assign m_axi_wvalid  = sending_q != '0 && send_valid;
  assign m_axi_wlast   = sent_q == send_last;
  assign m_axi_wdata   = DataWidth'(send_word);
  assign m_axi_wstrb   = '1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      waiting_q     <= '0;
      space_q       <= count_t'(Bursts);
      unaddressed_q <= '0;
      sending_q     <= '0;
      sent_q        <= '0;
      addressing_q  <= '0;
      sends_q       <= '0;
    end else begin
      waiting_q     <= waiting_q + count_t'(burst_full) - count_t'(grant);
      space_q       <= space_q + count_t'(received) - count_t'(grant);
      unaddressed_q <= unaddressed_q + count_t'(grant) - count_t'(addressed);
      sending_q     <= sending_q + count_t'(grant) - count_t'(burst_sent);
      if (sent) sent_q <= burst_sent ? '0 : sent_q + 1'b1;
      if (addressed)
        addressing_q <= addressing_q == burst_t'(FrameBursts - 1) ? '0 : addressing_q + 1'b1;
      if (burst_sent) sends_q <= sends_q == burst_t'(FrameBursts - 1) ? '0 : sends_q + 1'b1;
    end
  end

  // Words on their way back: asked for once they are written and have a place to go.
  logic                 asked, old_valid, pop, burst_done;
  logic [WordWidth-1:0] old_word;
  count_t               stored_q;  // bursts in the memory that have not been asked for
  place_t               places_q;  // bursts that the queue below has room for
  burst_t               asking_q;

  assign asked    = m_axi_arvalid && m_axi_arready;
  assign received = m_axi_rvalid && m_axi_rready && m_axi_rlast;

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
      stored_q <= '0;
      places_q <= place_t'(Reads);
      asking_q <= '0;
      errors_o <= '0;
    end else begin
      stored_q <= stored_q + count_t'(m_axi_bvalid) - count_t'(asked);
      places_q <= places_q + place_t'(burst_done) - place_t'(asked);
      if (asked) asking_q <= asking_q == burst_t'(FrameBursts - 1) ? '0 : asking_q + 1'b1;
      errors_o <= errors_o + CountW'(m_axi_bvalid && m_axi_bresp[1])
                + CountW'(m_axi_rvalid && m_axi_rready && m_axi_rresp[1]);
    end
  end

  // Beats that leave: Fill first, then what comes back.
  logic             room, give, filling_q;
  logic [FillW-1:0] fill_q;       // beats of Fill so far
  logic [FoldW-1:0] fold_q;
  lane_t            old_lane_q, old_first;
  word_t            popped_q, pop_last;
  burst_t           popping_q;
  logic             last_word, begun_q;  // begun: a word's first beat has left

  assign room       = y_ready_i || !y_valid_o;
  assign give       = room && (filling_q || old_valid);
  assign pop_last   = popping_q == burst_t'(FrameBursts - 1) ? word_t'(LastWords - 1)
                                                             : word_t'(Burst - 1);
  assign last_word  = popping_q == burst_t'(FrameBursts - 1) && popped_q == pop_last;
  assign old_first  = begun_q ? old_lane_q : last_word ? lane_t'(Pack - 1 - LastLane) : '0;
  assign pop        = give && !filling_q && old_first == lane_t'(Pack - 1);
  assign burst_done = pop && popped_q == pop_last;

  always_ff @(posedge clk_i) begin
    if (give)
      y_data_o <= filling_q ? Fill[32'(fold_q) * Width +: Width]
                            : Width'(old_word >> (Width * 32'(old_first)));

    if (!rst_ni) begin
      fill_q     <= '0;
      fold_q     <= '0;
      filling_q  <= Initial > 0;
      begun_q    <= 1'b0;
      old_lane_q <= '0;
      popped_q   <= '0;
      popping_q  <= '0;
      y_valid_o  <= 1'b0;
    end else begin
      if (room) y_valid_o <= give;
      if (give && filling_q) begin
        fill_q    <= fill_q + 1'b1;
        fold_q    <= fold_q == FoldW'(Folds - 1) ? '0 : fold_q + 1'b1;
        filling_q <= fill_q != FillW'(FillBeats - 1);
      end
      if (give && !filling_q) begin
        begun_q    <= !pop;
        old_lane_q <= old_first + 1'b1;
      end
      if (pop) popped_q <= burst_done ? '0 : popped_q + 1'b1;
      if (burst_done) popping_q <= popping_q == burst_t'(FrameBursts - 1) ? '0 : popping_q + 1'b1;
    end
  end

  // Both go around the same ring.
  localparam count_t LAST = count_t'(Bursts - 1);
  count_t write_q, read_q;  // bursts from base_i

  assign m_axi_awaddr = base_i + addr_t'(write_q) * addr_t'(BurstBytes);
  assign m_axi_araddr = base_i + addr_t'(read_q) * addr_t'(BurstBytes);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_q <= '0;
      read_q  <= '0;
    end else begin
      if (addressed) write_q <= write_q == LAST ? '0 : write_q + 1'b1;
      if (asked)     read_q  <= read_q == LAST ? '0 : read_q + 1'b1;
    end
  end

  assign m_axi_awlen = addressing_q == burst_t'(FrameBursts - 1) ? 8'(LastWords - 1) : 8'(Burst - 1);
  assign m_axi_arlen = asking_q == burst_t'(FrameBursts - 1) ? 8'(LastWords - 1) : 8'(Burst - 1);
  assign {m_axi_awid, m_axi_arid}       = '0;
  assign {m_axi_awsize, m_axi_arsize}   = {2{3'($clog2(StrbWidth))}};
  assign {m_axi_awburst, m_axi_arburst} = {2{2'b01}};    // INCR
  assign {m_axi_awcache, m_axi_arcache} = {2{4'b0011}};  // normal, not cacheable, bufferable
  assign {m_axi_awprot, m_axi_arprot}   = '0;

  logic unused;
  assign unused = &{1'b0, m_axi_bid, m_axi_bresp, m_axi_rid, m_axi_rresp, m_axi_rdata};

endmodule
