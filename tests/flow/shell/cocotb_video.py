# SPDX-License-Identifier: MIT
"""Runs inside the simulator: cocotbext-axi is camera, display and host of a video shell.

The plan comes as JSON in $BENCH_PLAN: `pixels`, `in_bits`, `out_bits`, and `steps`, one after the
other: ["send", lines], lines of pixels as one frame; ["expect", lines], a frame that must come;
["write", offset, value]; ["read", offset, value], which must be read.
"""

import json
import os
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, with_timeout
from cocotbext.axi import (
    AxiLiteBus,
    AxiLiteMaster,
    AxiStreamBus,
    AxiStreamFrame,
    AxiStreamSink,
    AxiStreamSource,
)

PATIENCE = 20_000  # nanoseconds until a line must have come, of one a clock cycle


@cocotb.test()
async def video_and_registers_are_those_expected(dut):
    plan = json.loads(Path(os.environ["BENCH_PLAN"]).read_text())
    dut.aresetn.value = 0
    Clock(dut.aclk, 1, unit="ns").start()
    reset = {"reset": dut.aresetn, "reset_active_level": False}
    camera = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis_video"), dut.aclk, **reset)
    display = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis_video"), dut.aclk, **reset)
    host = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axi_ctrl"), dut.aclk, **reset)
    await ClockCycles(dut.aclk, 5)
    dut.aresetn.value = 1
    await ClockCycles(dut.aclk, 2)
    for number, (what, *step) in enumerate(plan["steps"]):
        match what:
            case "send":
                for row, line in enumerate(step[0]):
                    data, size = packed(line, plan["pixels"], plan["in_bits"])
                    starts = [int(row == 0 and at < size) for at in range(len(data))]
                    await camera.send(AxiStreamFrame(data, tuser=starts))
            case "expect":
                for row, line in enumerate(step[0]):
                    frame = await with_timeout(display.recv(compact=False), PATIENCE, "ns")
                    data, size = packed(line, plan["pixels"], plan["out_bits"])
                    assert bytes(frame.tdata) == data, f"step {number}: row {row}"
                    starts = [int(row == 0 and at < size) for at in range(len(data))]
                    assert list(frame.tuser) == starts, f"step {number}: row {row}: {frame.tuser}"
                await ClockCycles(dut.aclk, 64)  # what lies outside of the frame passes too
            case "write":
                await host.write_dword(*step)
            case "read":
                found = await host.read_dword(step[0])
                assert found == step[1], f"step {number}: {found:#x}, not {step[1]:#x}"
    assert display.empty()


def packed(line: list[int], pixels: int, bits: int) -> tuple[bytes, int]:
    """The bytes of a line, and how many of them are a beat."""
    size = -(-pixels * bits // 8)
    beats = [
        sum(value << at * bits for at, value in enumerate(line[start : start + pixels]))
        for start in range(0, len(line), pixels)
    ]
    return b"".join(beat.to_bytes(size, "little") for beat in beats), size
