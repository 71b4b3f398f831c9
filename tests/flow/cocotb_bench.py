# SPDX-License-Identifier: MIT
"""Runs inside the simulator: cocotbext-axi drives a kernel's shell, with pauses on every port.

The plan comes as JSON in $BENCH_PLAN: for each port the hex bytes of its beats, in `inputs` those
to send, in `outputs` those to expect; `pause`, the chance of a pause in each cycle; `seed`;
`clock_ns`, a cycle.
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, with_timeout
from cocotbext.axi import AxiStreamBus, AxiStreamSink, AxiStreamSource

PATIENCE = 10_000  # cycles until a beat must have come


@cocotb.test()
async def beats_are_those_expected(dut):
    plan = json.loads(Path(os.environ["BENCH_PLAN"]).read_text())
    chances = random.Random(plan["seed"])
    dut.ap_rst_n.value = 0
    clock_ns = plan["clock_ns"]
    Clock(dut.ap_clk, clock_ns, unit="ns").start()
    reset = {"reset": dut.ap_rst_n, "reset_active_level": False}

    def ends(kind, ports):
        buses = {port: AxiStreamBus.from_prefix(dut, port) for port in ports}
        return {port: kind(bus, dut.ap_clk, **reset) for port, bus in buses.items()}

    sources, sinks = ends(AxiStreamSource, plan["inputs"]), ends(AxiStreamSink, plan["outputs"])
    for end in [*sources.values(), *sinks.values()] if plan["pause"] else []:
        end.set_pause_generator(pauses(chances, plan["pause"]))

    await ClockCycles(dut.ap_clk, 5)
    dut.ap_rst_n.value = 1
    await ClockCycles(dut.ap_clk, 1)
    for port, beats in plan["inputs"].items():
        sources[port].send_nowait(bytes.fromhex("".join(beats)))
    for port, expected in plan["outputs"].items():
        for number, beat in enumerate(expected):
            frame = await with_timeout(sinks[port].recv(), PATIENCE * clock_ns, "ns")
            assert bytes(frame.tdata).hex() == beat, f"{port}: beat {number}"

    await ClockCycles(dut.ap_clk, 50)
    for port, sink in sinks.items():
        assert sink.empty(), f"{port}: more beats than expected"


def pauses(chances: random.Random, pause: float) -> Iterator[bool]:
    while True:
        yield chances.random() < pause
