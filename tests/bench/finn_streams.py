# SPDX-License-Identifier: MIT
"""How fast FINN's streams run on Verilator: cycles per second through rtlsim_multi_io.

    python -m tests.bench.finn_streams

FINN's values are lists of Python integers; the last column leaves out making them. Processor time.
"""

import time

import numpy as np
from finn.transformation.fpgadataflow.prepare_ip import PrepareIP
from finn.transformation.fpgadataflow.prepare_rtlsim import PrepareRTLSim
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow import finn_xsi
from tarsier_fpga.flow.finn_xsi import engine
from tarsier_fpga.flow.finn_xsi.tasks import Beats, Feed
from tests.flow.finn_nodes import CLK_NS, PART, as_rtl, chain, padding, window

CYCLES = 2_000_000
DIM, CHANNELS = 128, 32


def main() -> None:
    finn_xsi.install()
    print(f"{'node':10}{'bits':>6}{'cycles':>10}{'M cycles/s':>12}{'streams only':>14}")
    for name, make in (("padding", padding), ("window", window)):
        for simd in (8, 32):
            op, out = make(DIM, CHANNELS, simd)
            model = chain([op], [[1, DIM, DIM, CHANNELS], out], ["INT4", "INT4"], {})
            model = as_rtl(model).transform(PrepareIP(PART, CLK_NS)).transform(PrepareRTLSim())
            node = getCustomOp(model.graph.node[0])
            cycles, whole = _whole(node)
            row = f"{name:10}{4 * simd:6}{cycles:10}{cycles / whole / 1e6:12.1f}"
            print(f"{row}{cycles / _streams(node) / 1e6:14.1f}", flush=True)


def _traffic(node) -> tuple[list[int], int]:
    frames = -(-CYCLES // node.get_exp_cycles())
    beats = frames * int(np.prod(node.get_folded_input_shape()[:-1]))
    words = np.random.default_rng(0).integers(0, 2**31, beats)
    return words.tolist(), frames * node.get_number_output_values()


def _whole(node) -> tuple[int, float]:
    words, outputs = _traffic(node)
    sim = node.get_rtlsim()
    node.reset_rtlsim(sim)
    started = time.process_time()
    io = {"inputs": {"in0": words}, "outputs": {"out0": []}}
    cycles = engine.rtlsim_multi_io(sim, io, outputs, "_V")
    seconds = time.process_time() - started
    node.close_rtlsim(sim)
    return cycles, seconds


def _streams(node) -> float:
    words, outputs = _traffic(node)
    sim = node.get_rtlsim()
    node.reset_rtlsim(sim)
    width = sim.get_bus_port("in0_V", "TDATA").width()
    sim.stream_input("in0_V", Feed(width, packed=Beats.pack(words, width)))
    sim.collect_output("out0_V", outputs)
    started = time.process_time()
    sim.run()
    seconds = time.process_time() - started
    node.close_rtlsim(sim)
    return seconds


if __name__ == "__main__":
    main()
