# SPDX-License-Identifier: MIT
"""A design folder as `tarsier build` leaves it, but for FIFO depths, which are given."""

from pathlib import Path

from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.board import Board, write_board
from tarsier_fpga.flow.cost.estimate import estimate
from tarsier_fpga.flow.design.close_loops import close_loops
from tarsier_fpga.flow.design.describe import fifo_facts, frame_facts, layer_facts, wire_facts
from tarsier_fpga.flow.design.design_facts import GRAPH, RTL, TOP, Design, FifoSizing
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.size.reach import reach_of
from tarsier_fpga.flow.size.state_memories import place_states
from tarsier_fpga.hls.netlist.instance import rtl_sources
from tarsier_fpga.hls.netlist.rtl_top import rtl_top

__all__ = ["write_design"]


def write_design(model: ModelWrapper, board: Board, net: str, folder: Path) -> Design:
    """Write the hardware graph `model`, its RTL and its facts into `folder`."""
    layers = layer_facts(model)
    pace = max(layer.cycles for layer in layers)
    loops = place_states(model, board, pace)
    netlist = close_loops(stitch(model, TOP), loops)
    (folder / RTL).mkdir(parents=True)
    for kernel in netlist.kernels:
        for name, text in rtl_sources(kernel).items():
            (folder / RTL / name).write_text(text)
    (folder / RTL / f"{TOP}.sv").write_text(rtl_top(netlist))
    model.save(str(folder / GRAPH))
    ports, reach = net_of(model), reach_of(model)
    _, height, width, _ = model.get_tensor_shape(model.graph.input[0].name)
    design = Design(
        key="0123",
        net=net,
        board=board.name,
        part=board.part,
        clock_mhz=board.clock_mhz,
        width=2 * width,
        height=2 * height,
        pixels_per_cycle=height * width / pace,
        ideal_cycles=pace,
        frames=frame_facts(model, ports.read, ports.written),
        inputs=ports.inputs,
        outputs=ports.outputs,
        reach=(reach.above, reach.below, reach.left, reach.right),
        align=reach.align,
        layers=layers,
        fifos=fifo_facts(netlist),
        fifo_sizing=FifoSizing(
            rows=height, bits_unbounded=0, bits=0, cycles_unbounded=pace, cycles=pace, stall=0
        ),
        streams=wire_facts(model, netlist, loops),
        states=loops,
        estimate=estimate(netlist, board.family),
    )
    design.write(folder)
    write_board(board, folder)
    return design
