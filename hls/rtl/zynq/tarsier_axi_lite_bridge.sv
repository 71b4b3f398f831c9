// SPDX-License-Identifier: MIT
//
// tarsier_axi_lite_bridge - registers on AXI4-Lite for a processor that speaks AXI3.
//
//   an access of a word becomes one of AXI4-Lite; a burst becomes as many, word after word
//
// Handshake one transaction at a time, reads first where both wait.  s_axi_bvalid and s_axi_rvalid
//           hold until they are taken.
// Order     of a burst: upwards from its address, whatever its kind.
// Rate      a word in about six cycles.
// Latency   an access begins one cycle after its address is taken.
// Reset     synchronous.  Forgets the transaction.
// Test      tests/flow/shell/test_zynq_shell.py
module tarsier_axi_lite_bridge #(
  parameter int unsigned IdWidth   = 12,
  parameter int unsigned AddrWidth = 8
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic [IdWidth-1:0]   s_axi_awid,
  input  logic [AddrWidth-1:0] s_axi_awaddr,
  input  logic                 s_axi_awvalid,
  output logic                 s_axi_awready,
  input  logic [31:0]          s_axi_wdata,
  input  logic [3:0]           s_axi_wstrb,
  input  logic                 s_axi_wlast,
  input  logic                 s_axi_wvalid,
  output logic                 s_axi_wready,
  output logic [IdWidth-1:0]   s_axi_bid,
  output logic [1:0]           s_axi_bresp,
  output logic                 s_axi_bvalid,
  input  logic                 s_axi_bready,
  input  logic [IdWidth-1:0]   s_axi_arid,
  input  logic [AddrWidth-1:0] s_axi_araddr,
  input  logic [3:0]           s_axi_arlen,
  input  logic                 s_axi_arvalid,
  output logic                 s_axi_arready,
  output logic [IdWidth-1:0]   s_axi_rid,
  output logic [31:0]          s_axi_rdata,
  output logic [1:0]           s_axi_rresp,
  output logic                 s_axi_rlast,
  output logic                 s_axi_rvalid,
  input  logic                 s_axi_rready,

  output logic                 m_axil_awvalid,
  input  logic                 m_axil_awready,
  output logic [AddrWidth-1:0] m_axil_awaddr,
  output logic                 m_axil_wvalid,
  input  logic                 m_axil_wready,
  output logic [31:0]          m_axil_wdata,
  output logic [3:0]           m_axil_wstrb,
  input  logic                 m_axil_bvalid,
  output logic                 m_axil_bready,
  input  logic [1:0]           m_axil_bresp,
  output logic                 m_axil_arvalid,
  input  logic                 m_axil_arready,
  output logic [AddrWidth-1:0] m_axil_araddr,
  input  logic                 m_axil_rvalid,
  output logic                 m_axil_rready,
  input  logic [31:0]          m_axil_rdata,
  input  logic [1:0]           m_axil_rresp
);

  typedef enum logic [2:0] {IDLE, READ, READ_DATA, TAKE, WRITE, WRITE_DATA, RESPOND} state_e;
  state_e               state_q;
  logic [IdWidth-1:0]   id_q;
  logic [AddrWidth-1:0] address_q;
  logic [3:0]           left_q, strb_q;
  logic [31:0]          data_q;
  logic                 last_q, aw_q, w_q;  // the word's address and data are taken
  logic [1:0]           resp_q;

  assign s_axi_arready = state_q == IDLE;
  assign s_axi_awready = state_q == IDLE && !s_axi_arvalid;
  assign s_axi_wready  = state_q == TAKE;
  assign {s_axi_bid, s_axi_rid} = {2{id_q}};
  assign s_axi_bvalid  = state_q == RESPOND;
  assign s_axi_bresp   = resp_q;

  assign m_axil_arvalid = state_q == READ;
  assign m_axil_araddr  = address_q;
  assign s_axi_rvalid   = state_q == READ_DATA && m_axil_rvalid;
  assign m_axil_rready  = state_q == READ_DATA && s_axi_rready;
  assign s_axi_rdata    = m_axil_rdata;
  assign s_axi_rresp    = m_axil_rresp;
  assign s_axi_rlast    = left_q == '0;

  assign m_axil_awvalid = state_q == WRITE && !aw_q;
  assign m_axil_awaddr  = address_q;
  assign m_axil_wvalid  = state_q == WRITE && !w_q;
  assign m_axil_wdata   = data_q;
  assign m_axil_wstrb   = strb_q;
  assign m_axil_bready  = state_q == WRITE_DATA;

  always_ff @(posedge clk_i) begin
    if (state_q == IDLE) begin
      id_q      <= s_axi_arvalid ? s_axi_arid : s_axi_awid;
      address_q <= s_axi_arvalid ? s_axi_araddr : s_axi_awaddr;
      left_q    <= s_axi_arlen;
      resp_q    <= '0;
    end else if (s_axi_rvalid && s_axi_rready || m_axil_bvalid && m_axil_bready) begin
      address_q <= address_q + AddrWidth'(4);
      left_q    <= left_q - 1'b1;
      if (m_axil_bready) resp_q <= resp_q | m_axil_bresp;
    end
    if (s_axi_wready) {data_q, strb_q, last_q} <= {s_axi_wdata, s_axi_wstrb, s_axi_wlast};

    if (!rst_ni) begin
      state_q <= IDLE;
      aw_q    <= 1'b0;
      w_q     <= 1'b0;
    end else begin
      aw_q <= state_q == WRITE && (aw_q || m_axil_awready);
      w_q  <= state_q == WRITE && (w_q || m_axil_wready);
      unique case (state_q)
        IDLE:       if (s_axi_arvalid) state_q <= READ;
                    else if (s_axi_awvalid) state_q <= TAKE;
        READ:       if (m_axil_arready) state_q <= READ_DATA;
        READ_DATA:  if (s_axi_rvalid && s_axi_rready) state_q <= left_q == '0 ? IDLE : READ;
        TAKE:       if (s_axi_wvalid) state_q <= WRITE;
        WRITE:      if ((aw_q || m_axil_awready) && (w_q || m_axil_wready)) state_q <= WRITE_DATA;
        WRITE_DATA: if (m_axil_bvalid) state_q <= last_q ? RESPOND : TAKE;
        RESPOND:    if (s_axi_bready) state_q <= IDLE;
        default:    state_q <= IDLE;
      endcase
    end
  end

endmodule
