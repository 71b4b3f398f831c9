# SPDX-License-Identifier: MIT
"""Runs inside the simulator: cocotbext-mipi-csi2 is the camera of a video shell, byte by byte.

It makes the packets, in the order that it has them in a frame, and lays them on the lanes; its code
and its checksum are no CSI-2's (a plain sum for the one, header bytes in another order for the
other), so those of every packet are put in their place. Its D-PHY drives wires; here it drives
the bytes behind them.

The plan comes as JSON in $BENCH_PLAN: `pixels`, `bits`, `out_bits`, `lanes`, `channel`, `type`, and
`steps`: ["send", lines], payloads of a frame in hexadecimal digits; ["packet", kind, payload], one
more; ["flip", header bits, payload bits], places that are turned in the next packet of a picture;
["expect", lines], a frame that must come; ["read", offset, value], which must be read.
"""

import json
import os
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge, with_timeout
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiStreamBus, AxiStreamSink
from cocotbext.mipi_csi2 import Csi2Config, Csi2TxModel, DataType
from cocotbext.mipi_csi2.packet import Csi2LongPacket, Csi2Packet
from cocotbext.mipi_csi2.phy import DPhyTxModel
from cocotbext.mipi_csi2.utils import bytes_to_lanes

from tarsier_fpga.hls.sim.csi2_sender import checksum_of, code_of
from tests.flow.shell.cocotb_video import packed

PATIENCE = 50_000  # nanoseconds until a line must have come, of one a clock cycle


class BytesOfLanes(DPhyTxModel):
    """What a D-PHY receiver makes of the link."""

    def __init__(self, dut, lanes: int) -> None:
        self.bus, self.dut, self.lanes = None, dut, lanes
        self.flips: list[tuple[int, int]] = []
        self.silent()

    def silent(self) -> None:
        self.dut.csi2_valid.value = 1
        self.dut.csi2_active.value = 0
        self.dut.csi2_data.value = 0

    async def start_packet_transmission(self) -> None:
        await FallingEdge(self.dut.aclk)

    async def send_packet_data(self, data: bytes) -> None:
        lanes = bytes_to_lanes(data, self.lanes)
        for at in range(len(lanes[0])):
            here = [lane[at : at + 1] for lane in lanes]
            self.dut.csi2_active.value = sum(bool(byte) << n for n, byte in enumerate(here))
            self.dut.csi2_data.value = sum(byte[0] << 8 * n for n, byte in enumerate(here) if byte)
            await FallingEdge(self.dut.aclk)

    async def stop_packet_transmission(self) -> None:
        self.silent()
        for _ in range(6):
            await FallingEdge(self.dut.aclk)


class Camera(Csi2TxModel):
    """Sends packets whose code and checksum are those of the specification."""

    flips: tuple[list[int], list[int]] = ([], [])

    async def _transmit_single_packet(self, packet: Csi2Packet) -> None:
        header = packet.header.word_count << 8 | packet.header.data_id
        packet.header.ecc = code_of(header)
        if isinstance(packet, Csi2LongPacket):
            packet.checksum = checksum_of(packet.payload)
            sent = bytearray(packet.to_bytes())
            for bit in [*self.flips[0], *(32 + bit for bit in self.flips[1])]:
                sent[bit // 8] ^= 1 << bit % 8
            self.flips = ([], [])
            packet.to_bytes = lambda: bytes(sent)
        await super()._transmit_single_packet(packet)


@cocotb.test()
async def frames_and_counts_are_those_expected(dut):
    plan = json.loads(Path(os.environ["BENCH_PLAN"]).read_text())
    dut.aresetn.value = 0
    Clock(dut.aclk, 2, unit="ns").start()
    reset = {"reset": dut.aresetn, "reset_active_level": False}
    display = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis_video"), dut.aclk, **reset)
    host = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi_ctrl"), dut.aclk, **reset)
    config = Csi2Config(lane_count=plan["lanes"])
    camera = Camera(None, config, BytesOfLanes(dut, plan["lanes"]))
    camera.packet_builder.set_virtual_channel(plan["channel"])
    await ClockCycles(dut.aclk, 5)
    dut.aresetn.value = 1
    await ClockCycles(dut.aclk, 2)
    builder, channel = camera.packet_builder, plan["channel"]
    kind = DataType(plan["type"])
    for number, (what, *step) in enumerate(plan["steps"]):
        match what:
            case "send":
                lines = [bytes.fromhex(line) for line in step[0]]
                await camera.send_packet(builder.build_frame_start(number))
                for row, line in enumerate(lines):
                    await camera.send_packet(builder.build_line_start(row + 1))
                    await camera.send_packet(builder.build_pixel_data(kind, line))
                    await camera.send_packet(builder.build_line_end(row + 1))
                await camera.send_packet(builder.build_frame_end(number))
            case "packet":
                payload = bytes.fromhex(step[2])
                packet = Csi2LongPacket(step[0], DataType(step[1]), payload)
                await camera.send_packet(packet, channel)
            case "flip":
                camera.flips = tuple(step)
            case "expect":
                for row, line in enumerate(step[0]):
                    frame = await with_timeout(display.recv(compact=False), PATIENCE, "ns")
                    data, size = packed(line, plan["pixels"], plan["out_bits"])
                    assert bytes(frame.tdata) == data, f"step {number}: row {row}"
                    starts = [int(row == 0 and at < size) for at in range(len(data))]
                    assert list(frame.tuser) == starts, f"step {number}: row {row}: {frame.tuser}"
                await ClockCycles(dut.aclk, 200)  # what lies behind the frame passes too
            case "read":
                found = await host.read_dword(step[0])
                assert found == step[1], f"step {number}: {found:#x}, not {step[1]:#x}"
    assert display.empty()
