// SPDX-License-Identifier: MIT
//
// tarsier_mover_bench - a frame_mover between a memory and a network that gives what it takes, its
// bits turned over, and what a host sees of them; simulation only.
//
// Coding    c is {write, index, word}: words that are put into the memory, or read from it by r.
//           j is a job; e comes with every frame that is in the memory again.
module tarsier_mover_bench #(
  parameter  int unsigned XWidth  = 40,
  parameter  int unsigned XBytes  = 5,
  parameter  int unsigned XPixels = 64,
  parameter  int unsigned YWidth  = 40,
  parameter  int unsigned YBytes  = 5,
  parameter  int unsigned YPixels = 64,
  parameter  int unsigned Words   = 4096
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         c_valid_i,
  output logic         c_ready_o,
  input  logic [96:0]  c_data_i,

  input  logic         j_valid_i,
  output logic         j_ready_o,
  input  logic [143:0] j_data_i,

  output logic         r_valid_o,
  input  logic         r_ready_i,
  output logic [63:0]  r_data_o,

  output logic         e_valid_o,
  input  logic         e_ready_i,
  output logic [0:0]   e_data_o
);

  logic              awid, awvalid, awready, wlast, wvalid, wready, bid, bvalid, bready;
  logic              arid, arvalid, arready, rid, rlast, rvalid, rready;
  logic [31:0]       awaddr, araddr, frames, seen_q;
  logic [7:0]        awlen, arlen, wstrb;
  logic [2:0]        awsize, awprot, arsize, arprot;
  logic [1:0]        awburst, bresp, arburst, rresp;
  logic [3:0]        awcache, arcache;
  logic [63:0]       wdata, rdata;
  logic              frame;
  logic [XWidth-1:0] pixel;
  logic [15:0]       read_errors, write_errors;

  // Frames that come out longer end with a count, what is too much of longer ones that come is lost.
  localparam int unsigned Most = XPixels > YPixels ? XPixels : YPixels;
  logic              n_valid, n_ready, m_valid, m_ready, takes, gives, step;
  logic [31:0]       at_q;
  logic [YWidth-1:0] made;
  assign takes   = at_q < XPixels;
  assign gives   = at_q < YPixels;
  assign n_ready = takes && (m_ready || !gives);
  assign m_valid = gives && (n_valid || !takes);
  assign step    = (n_valid || !takes) && (m_ready || !gives);
  assign made    = takes ? YWidth'(~pixel) : YWidth'(at_q);
  always_ff @(posedge clk_i) begin
    if (!rst_ni)   at_q <= '0;
    else if (step) at_q <= at_q == Most - 1 ? '0 : at_q + 1;
  end

  tarsier_frame_mover #(
    .XWidth(XWidth), .XBytes(XBytes), .XPixels(XPixels),
    .YWidth(YWidth), .YBytes(YBytes), .YPixels(YPixels)
  ) u_mover (
    .clk_i, .rst_ni, .frame_o(frame), .frames_o(frames),
    .read_errors_o(read_errors), .write_errors_o(write_errors),
    .j_valid_i, .j_ready_o, .j_data_i,
    .n_valid_o(n_valid), .n_ready_i(n_ready), .n_data_o(pixel),
    .m_valid_i(m_valid), .m_ready_o(m_ready), .m_data_i(made),
    .m_axi_awid(awid), .m_axi_awaddr(awaddr), .m_axi_awlen(awlen), .m_axi_awsize(awsize),
    .m_axi_awburst(awburst), .m_axi_awcache(awcache), .m_axi_awprot(awprot),
    .m_axi_awvalid(awvalid), .m_axi_awready(awready), .m_axi_wdata(wdata), .m_axi_wstrb(wstrb),
    .m_axi_wlast(wlast), .m_axi_wvalid(wvalid), .m_axi_wready(wready), .m_axi_bid(bid),
    .m_axi_bresp(bresp), .m_axi_bvalid(bvalid), .m_axi_bready(bready), .m_axi_arid(arid),
    .m_axi_araddr(araddr), .m_axi_arlen(arlen), .m_axi_arsize(arsize), .m_axi_arburst(arburst),
    .m_axi_arcache(arcache), .m_axi_arprot(arprot), .m_axi_arvalid(arvalid),
    .m_axi_arready(arready), .m_axi_rid(rid), .m_axi_rdata(rdata), .m_axi_rresp(rresp),
    .m_axi_rlast(rlast), .m_axi_rvalid(rvalid), .m_axi_rready(rready)
  );

  tarsier_axi_memory_model #(.Words(Words)) u_memory (
    .clk_i, .rst_ni,
    .s_axi_awid(awid), .s_axi_awaddr(awaddr), .s_axi_awlen(awlen), .s_axi_awsize(awsize),
    .s_axi_awburst(awburst), .s_axi_awcache(awcache), .s_axi_awprot(awprot),
    .s_axi_awvalid(awvalid), .s_axi_awready(awready), .s_axi_wdata(wdata), .s_axi_wstrb(wstrb),
    .s_axi_wlast(wlast), .s_axi_wvalid(wvalid), .s_axi_wready(wready), .s_axi_bid(bid),
    .s_axi_bresp(bresp), .s_axi_bvalid(bvalid), .s_axi_bready(bready), .s_axi_arid(arid),
    .s_axi_araddr(araddr), .s_axi_arlen(arlen), .s_axi_arsize(arsize), .s_axi_arburst(arburst),
    .s_axi_arcache(arcache), .s_axi_arprot(arprot), .s_axi_arvalid(arvalid),
    .s_axi_arready(arready), .s_axi_rid(rid), .s_axi_rdata(rdata), .s_axi_rresp(rresp),
    .s_axi_rlast(rlast), .s_axi_rvalid(rvalid), .s_axi_rready(rready)
  );

  // The host's own way into the memory.
  logic write;
  assign write     = c_data_i[96];
  assign c_ready_o = write || r_ready_i;
  assign r_valid_o = c_valid_i && !write;
  assign r_data_o  = u_memory.memory_q[c_data_i[95:64] % Words];
  always_ff @(posedge clk_i)
    if (c_valid_i && write) u_memory.memory_q[c_data_i[95:64] % Words] <= c_data_i[63:0];

  assign e_valid_o = seen_q != frames;
  assign e_data_o  = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!rst_ni)                     seen_q <= '0;
    else if (e_valid_o && e_ready_i) seen_q <= seen_q + 1;
  end

endmodule
