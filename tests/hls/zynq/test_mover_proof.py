# SPDX-License-Identifier: MIT
"""The rules of streams and of AXI, proven of the whole frame mover by induction: for ever."""

import pytest

from tarsier_fpga.hls.base.errors import ProofError
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Part, Shape
from tarsier_fpga.hls.netlist.instance import Instance, Stream, rtl_paths
from tarsier_fpga.hls.prove.prove_case import prove

# Channels of AXI as streams: addresses with their lengths, words with their lasts.
WRAP = """module tarsier_mover_streams #(
  parameter int unsigned Bytes = 1, parameter int unsigned Pixels = 5
) (
  input  logic               clk_i, rst_ni,
  input  logic               j_valid_i,
  output logic               j_ready_o,
  input  logic [33:0]        j_data_i,
  input  logic               m_valid_i,
  output logic               m_ready_o,
  input  logic [8*Bytes-1:0] m_data_i,
  input  logic               r_valid_i,
  output logic               r_ready_o,
  input  logic [17:0]        r_data_i,
  input  logic               b_valid_i,
  output logic               b_ready_o,
  input  logic [1:0]         b_data_i,
  output logic               n_valid_o,
  input  logic               n_ready_i,
  output logic [8*Bytes-1:0] n_data_o,
  output logic               aw_valid_o,
  input  logic               aw_ready_i,
  output logic [15:0]        aw_data_o,
  output logic               w_valid_o,
  input  logic               w_ready_i,
  output logic [18:0]        w_data_o,
  output logic               ar_valid_o,
  input  logic               ar_ready_i,
  output logic [15:0]        ar_data_o
);
  tarsier_frame_mover #(
    .XWidth(8 * Bytes), .XBytes(Bytes), .XPixels(Pixels),
    .YWidth(8 * Bytes), .YBytes(Bytes), .YPixels(Pixels),
    .AddrWidth(8), .DataWidth(16), .Burst(4), .Reads(2), .Jobs(1), .FramesW(2), .CountW(2)
  ) u_mover (
    .clk_i, .rst_ni, .frame_o(), .frames_o(), .read_errors_o(), .write_errors_o(),
    .j_valid_i, .j_ready_o, .j_data_i, .n_valid_o, .n_ready_i, .n_data_o,
    .m_valid_i, .m_ready_o, .m_data_i,
    .m_axi_awid(), .m_axi_awaddr(aw_data_o[7:0]), .m_axi_awlen(aw_data_o[15:8]),
    .m_axi_awsize(), .m_axi_awburst(), .m_axi_awcache(), .m_axi_awprot(),
    .m_axi_awvalid(aw_valid_o), .m_axi_awready(aw_ready_i),
    .m_axi_wdata(w_data_o[15:0]), .m_axi_wstrb(w_data_o[17:16]), .m_axi_wlast(w_data_o[18]),
    .m_axi_wvalid(w_valid_o), .m_axi_wready(w_ready_i),
    .m_axi_bid(1'b0), .m_axi_bresp(b_data_i), .m_axi_bvalid(b_valid_i), .m_axi_bready(b_ready_o),
    .m_axi_arid(), .m_axi_araddr(ar_data_o[7:0]), .m_axi_arlen(ar_data_o[15:8]),
    .m_axi_arsize(), .m_axi_arburst(), .m_axi_arcache(), .m_axi_arprot(),
    .m_axi_arvalid(ar_valid_o), .m_axi_arready(ar_ready_i),
    .m_axi_rid(1'b0), .m_axi_rdata(r_data_i[15:0]), .m_axi_rresp(r_data_i[17:16]),
    .m_axi_rlast(1'b0), .m_axi_rvalid(r_valid_i), .m_axi_rready(r_ready_o)
  );
endmodule
"""
# What is offered stays; beside it: no burst crosses a border, no read word lacks its place.
INVARIANTS = """
  logic [7:0] asked_q;  // words that have not come yet
  always_ff @(posedge clk_i)
    if (!rst_ni) asked_q <= '0;
    else asked_q <= asked_q + (ar_valid_o && ar_ready_i ? ar_data_o[15:8] + 8'd1 : 8'd0)
                  - 8'(r_valid_i && r_ready_o);
  always_comb if (asked_q == '0) answers_what_is_asked: assume (!r_valid_i);

  always_comb if (started_q) begin
    words_exist: assert (32'(`READER.u_words.level_q) <= 8);
    has_places: assert (8'(`READER.free_q) + asked_q + 8'(`READER.u_words.level_q) == 8);
    has_room: assert (!`READER.room_q || `READER.free_q >= 4);
    reads_within_borders: assert (!ar_valid_o || ar_data_o[2:1] + 16'(ar_data_o[15:8]) < 4);
    writes_within_borders: assert (!aw_valid_o || aw_data_o[2:1] + 16'(aw_data_o[15:8]) < 4);
    starts_with_words: assert (!(ar_valid_o && ar_data_o[0]) && !(aw_valid_o && aw_data_o[0]));
    takes_every_word: assert (!r_valid_i || r_ready_o);
    write_queue_exists: assert (32'(`WRITER.u_words.level_q) <= 12
        && 32'(`WRITER.u_sending.level_q) <= 3 && 32'(`WRITER.u_tags.level_q) <= 32);
    reader_left: assert (32'(`READER.u_walk.left_q) != 0 || !`READER.u_walk.busy_q);
    writer_left: assert (32'(`WRITER.u_walk.left_q) != 0 || !`WRITER.u_walk.busy_q);
    reader_burst: assert (!`READER.burst_valid
        || `READER.m_axi_araddr[2:1] + 16'(`READER.more) < 4 && !`READER.m_axi_araddr[0]);
    writer_burst: assert (!`WRITER.burst_valid
        || `WRITER.address[2:1] + 16'(`WRITER.more) < 4 && !`WRITER.address[0]);
  end
""".replace("`READER", "u_dut.u_mover.u_reader").replace("`WRITER", "u_dut.u_mover.u_writer")


def case(size: int, pixels: int) -> Case:
    sources = {path.name: path.read_text() for path in rtl_paths("frame_mover")}
    width = 8 * size
    inputs = {"j": 34, "m": width, "r": 18, "b": 2}
    outputs = {"n": width, "aw": 16, "w": 19, "ar": 16}
    kernel = Instance(
        "mover_streams",
        {"Bytes": size, "Pixels": pixels},
        tuple(Stream(*stream) for stream in inputs.items()),
        tuple(Stream(*stream) for stream in outputs.items()),
        sources={**sources, "tarsier_mover_streams.sv": WRAP},
    )
    shapes = ({name: Shape(1, bits) for name, bits in side.items()} for side in (inputs, outputs))
    return Case(kernel, *shapes, None, Induction(1), invariants=INVARIANTS)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "pixels"), [(1, 5), (2, 7), (3, 5)])
def test_what_the_mover_offers_stays_until_it_is_taken(size, pixels):
    """Whatever the memory answers, the network gives and the host asks for, at any time."""
    assert prove(case(size, pixels), Part.STREAMS).way == Induction(1)


@pytest.mark.slow
def test_an_address_without_room_is_found():
    """A burst that is asked for with fewer places than it has words."""
    broken = case(1, 5)
    sources = dict(broken.instance.sources)
    text = sources["tarsier_frame_reader.sv"]
    hasty = text.replace("free_d >= free_t'(Burst)", "free_d >= free_t'(1)")
    assert hasty != text
    with pytest.raises(ProofError, match="has_room"):
        prove(broken, Part.STREAMS, {**sources, "tarsier_frame_reader.sv": hasty})
