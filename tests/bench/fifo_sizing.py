# SPDX-License-Identifier: MIT
"""FIFO sizing side by side: FINN's search and ours, on the same graph and the same simulator.

    make bench-fifo

prints wall time with everything compiled anew, total depth and cycles per frame of both. FINN's
search runs on one Verilated simulation of the graph (flow/sim/finn_xsi), so the difference is the
method, not the simulator.
"""

import argparse
import copy
import os
import tempfile
import time
from pathlib import Path

from finn.builder.build_dataflow_config import DataflowBuildConfig
from finn.transformation.fpgadataflow.simulation_build import BuildSimulation, SimulationType
from finn.transformation.fpgadataflow.simulation_connected import (
    NodeConnectedSimulation,
    RunLayerParallelSimulation,
)
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow import finn_xsi
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.size.fifos import fifo_depths
from tarsier_fpga.flow.size.fold import fastest_pace, fold, frame_pace
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.reach import reach_of
from tarsier_fpga.flow.size.widths import adapt_widths, specialize
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.sim import verilate

NET = Path(__file__).parents[2] / "training" / "nets" / "bbcu-raw-16x8.onnx"
CLK_NS = 4.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--net", type=Path, default=NET)
    parser.add_argument("--size", default="128x96", help="of the Bayer frame")
    parser.add_argument("--fps", type=float, default=2000.0)
    parser.add_argument("--board", default="zcu104")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tarsier-bench-") as cache:
        os.environ["TARSIER_CACHE"] = cache
        verilate.build(fifo(8, 2))  # Verilator's runtime, which is compiled once for all
        _compare(options)


def _compare(options: argparse.Namespace) -> None:
    width, height = (int(side) // 2 for side in options.size.split("x"))
    finn_xsi.install()
    board = load_board(options.board)
    graph = set_frame(lower(ingest(read_qonnx(options.net))), height, width)
    pace = frame_pace(board, fastest_pace(graph), options.fps, options.size)
    model = fold(graph, pace, constant=False)
    model = adapt_widths(specialize(model, board.part), board.part)

    print(f"{options.net.stem}, {len(model.graph.node)} nodes, {width}x{height} packed pixels")
    print(f"{'':8}{'seconds':>9}{'FIFOs':>7}{'words':>9}{'kbit':>9}{'cycles a frame':>16}")
    for name, size in (("ours", _ours), ("FINN", _finn)):
        started = time.perf_counter()
        depths = size(copy.deepcopy(model), board.part)
        seconds = time.perf_counter() - started
        cycles = _cycles(copy.deepcopy(model), board.part, depths)
        bits = sum(depth * _width(model, tensor) for tensor, depth in depths.items())
        total = sum(depths.values())
        print(
            f"{name:8}{seconds:9.1f}{len(depths):7}{total:9}{bits / 1000:9.1f}{cycles:16}",
            flush=True,
        )


def _ours(model: ModelWrapper, part: str) -> dict[str, int]:
    return fifo_depths(model, reach_of(model), 1000 / CLK_NS)[0]


def _finn(model: ModelWrapper, part: str) -> dict[str, int]:
    config = DataflowBuildConfig(fpga_part=part, synth_clk_period_ns=CLK_NS)
    search = RunLayerParallelSimulation(part, CLK_NS, config)
    model = model.transform(BuildSimulation(part, CLK_NS, False)).transform(search)
    depths = search.final_depths[search.minimization_orders[0]]
    return {
        tensor: depth
        for node, row in zip(model.graph.node, depths, strict=True)
        for tensor, depth in zip(node.output, row, strict=True)
        if model.find_consumer(tensor) is not None
    }


def _cycles(model: ModelWrapper, part: str, depths: dict[str, int]) -> int:
    """Cycles a frame takes with `depths`; a stream without a FIFO has room for one word."""
    simulation = NodeConnectedSimulation(
        model, SimulationType.NODE_BASED_CONNECTED, part, CLK_NS, False, None
    )
    rows = [[depths.get(tensor, 2) for tensor in node.output] for node in model.graph.node]
    (*_, last), timeout = simulation.simulate(rows)
    assert not timeout
    return max(last["intervals"])


def _width(model: ModelWrapper, tensor: str) -> int:
    producer = model.find_producer(tensor)
    return getCustomOp(producer).get_outstream_width(list(producer.output).index(tensor))


if __name__ == "__main__":
    main()
