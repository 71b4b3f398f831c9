# SPDX-License-Identifier: MIT
"""Runs inside the simulator: our PYNQ driver, through cocotbpynq, on the registers of a shell.

cocotbpynq stands for the package pynq: its MMIO moves the AXI4-Lite bus that the .hwh names, and
the driver waits for it as on a board, in a thread of its own. cocotbext-axi is camera and display.
The plan comes as JSON in $BENCH_PLAN: `folder` of the shell, `bitstream`, `address`, `lines` of a
frame, `pixels` of a beat, `bits`, `cfa`, and the `crc` of the frame.
"""

import json
import os
import sys
from pathlib import Path

import cocotb
import cocotbpynq
from cocotb.task import bridge
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiStreamBus, AxiStreamFrame, AxiStreamSink, AxiStreamSource

sys.modules["pynq"] = cocotbpynq
from tarsier_fpga.devices.video_control import pynq_registers  # noqa: E402
from tests.flow.shell.cocotb_video import packed  # noqa: E402


@cocotb.test()
async def our_pynq_driver_sets_and_reads_the_shell(dut):
    plan = json.loads(Path(os.environ["BENCH_PLAN"]).read_text())
    reset = {"reset": dut.rst_n, "reset_active_level": False}
    camera = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis_video"), dut.clk, **reset)
    display = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis_video"), dut.clk, **reset)

    def opened():
        return pynq_registers(Path(plan["folder"]), Path(plan["bitstream"]), plan["address"])

    registers = await bridge(opened)()
    for bypass in (0, 1):
        await bridge(registers.__setitem__)("control.bypass", bypass)
        assert await bridge(registers.__getitem__)("control.bypass") == bypass
        assert await bridge(registers.__getitem__)("control.cfa") == plan["cfa"]
        for row, line in enumerate(plan["lines"]):
            data, size = packed(line, plan["pixels"], plan["bits"])
            starts = [int(row == 0 and at < size) for at in range(len(data))]
            await camera.send(AxiStreamFrame(data, tuser=starts))
        for line in plan["lines"]:
            frame = await display.recv(compact=False)
            if bypass:
                assert bytes(frame.tdata) == packed(line, plan["pixels"], plan["bits"])[0]
        await ClockCycles(dut.clk, 16)
        found = await bridge(registers.readings)()
        assert (found["frames_out"], found["lines"]) == (
            1 + bypass,
            (1 + bypass) * len(plan["lines"]),
        )
        assert found["crc_in"] == plan["crc"]
        assert (found["crc_out"] == plan["crc"]) == bool(bypass)
