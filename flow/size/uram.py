# SPDX-License-Identifier: MIT
"""Which FIFOs of a design go into UltraRAM.

Block RAM comes first: it is narrow and deep in small steps, and near the logic everywhere. Once a
design would take more than half of a device's, the FIFOs that spare the most block RAM for each
UltraRAM move there, for as long as that makes the fuller of the two kinds less full. A residual
line of 32 channels of 9 bits is exactly four UltraRAMs wide.
"""

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.ops.stitch import kernel_of
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.kernels import cost
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist.instance import Instance
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["place_fifos"]

_ENOUGH = 0.5  # share of the block RAM below which nothing moves


def place_fifos(model: ModelWrapper, board: Board, others: Resources) -> ModelWrapper:
    """`model` with FIFOs in UltraRAM where `board` has any and its block RAM runs short.

    `others` is what all kernels but the FIFOs take.
    """
    have = board.resources
    if not have.uram:
        return model
    moves = [
        (node, *_costs(kernel_of(node, model), board))
        for node in model.get_nodes_by_op_type("StreamingFIFO_rtl")
    ]
    moves.sort(key=lambda move: -_spared(*move[1:]))
    taken = total([others, *(block for _, block, _ in moves)])
    bram36, uram = taken.bram36, taken.uram
    for node, block, ultra in moves:
        fuller = max(bram36 / have.bram36, uram / have.uram)
        fewer, more = bram36 - block.bram36, uram + ultra.uram
        if bram36 <= _ENOUGH * have.bram36 or not ultra.uram:
            break
        if max(fewer / have.bram36, more / have.uram) < fuller:
            getCustomOp(node).set_nodeattr("ram_style", RamStyle.ULTRA)
            bram36, uram = fewer, more
    return model


def _costs(queue: Instance, board: Board) -> tuple[Resources, Resources]:
    """What `queue` takes as it is, and in UltraRAM."""
    width, depth = queue.number("Width"), queue.number("Depth")
    ultra = fifo(width, depth, RamStyle.ULTRA)
    return cost(queue, board.family), cost(ultra, board.family)


def _spared(block: Resources, ultra: Resources) -> float:
    """Block RAMs for each UltraRAM."""
    return block.bram36 / ultra.uram if ultra.uram else 0
