# SPDX-License-Identifier: MIT
"""Execute a node of a FINN graph by simulating its kernel instead of computing its golden."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy import ndarray

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.netlist.instance import Instance
from tarsier_fpga.hls.sim import verilate

__all__ = ["simulate", "simulate_rtl"]

Beats = Mapping[str, ndarray]


def simulate(
    op: TarsierOp, context: dict[str, ndarray], run: Callable[[Instance, Beats], Beats]
) -> None:
    """Set the outputs of `op` in `context` to what `run(kernel, beats)` makes of its inputs."""
    node = op.onnx_node
    tensors = [np.rint(context[name]).astype(np.int64) for name in node.input]
    kernel = op.make(tensors[op.STREAMS :])
    beats = {}
    for ind, port in enumerate(kernel.inputs):
        width = op.get_input_datatype(ind).bitwidth()
        beats[port.name] = pack(op.beats_in(tensors[ind], ind), width)
    outputs = run(kernel, beats)
    for ind, (port, name) in enumerate(zip(kernel.outputs, node.output, strict=True)):
        lanes, datatype = op.get_folded_output_shape(ind)[-1], op.get_output_datatype(ind)
        values = unpack(outputs[port.name], lanes, datatype.bitwidth(), datatype.signed())
        context[name] = op.frame_of(values, ind).astype(np.float32)


def simulate_rtl(op: TarsierOp, context: dict[str, ndarray]) -> None:
    """Simulate the SystemVerilog of `op` on one frame; its cycles become cycles_rtlsim."""

    def run(kernel: Instance, beats: Beats) -> Beats:
        counts = {
            port.name: int(np.prod(op.get_folded_output_shape(ind)[:-1]))
            for ind, port in enumerate(kernel.outputs)
        }
        result = verilate.build(kernel).run(beats, counts)
        op.set_nodeattr("cycles_rtlsim", result.cycles)
        return result.outputs

    simulate(op, context, run)
