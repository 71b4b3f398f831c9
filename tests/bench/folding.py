# SPDX-License-Identifier: MIT
"""Foldings side by side on one cost model: FINN's SetFolding, `tarsier build`, and the least.

FINN's own transformation runs on an MVAU for each dot product of our graph: as many rows, terms and
positions, weights of as many bits. Its PE and SIMD are then set on our graph, and the three designs
are estimated by the same formulas, streams and their adapters included, FIFOs aside. What FINN's
own kernels around an MVAU take is not compared.
"""

from collections.abc import Iterator, Sequence

from onnx import TensorProto, helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp
from qonnx.util.basic import qonnx_make_model

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build_steps import lowered_for
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.size.estimate_folded import estimate_as_folded, estimate_folded, is_dot
from tarsier_fpga.flow.size.fold import Fold, cycles_per_position, layers_of
from tarsier_fpga.flow.size.least_fold import least_fold, set_folds, taken
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.training.facts.paths import NETS

WIDEST = 36  # FINN's default
Case = tuple[str, str, tuple[int, int], float]
CASES: tuple[Case, ...] = (
    ("bbcu-raw-16x8", "pynq-z2", (640, 480), 60.0),
    ("bbcu-raw-16x8", "pynq-z2", (1280, 720), 60.0),
    ("bbcu-raw-16x8", "kv260", (1920, 1080), 30.0),
    ("bbcu-raw-32x18", "zcu104", (1920, 1080), 30.0),
)


def finn_folds(lowered: ModelWrapper, pace: int, widest: int = WIDEST) -> list[Fold]:
    """What FINN's SetFolding makes of nodes that are like the dot products of `lowered`.

    `widest` bits of weights may go into one PE in a cycle.
    """
    from finn.transformation.fpgadataflow.set_folding import SetFolding

    nodes, inputs, outputs, weights = [], [], [], []
    dots = [node for node in lowered.graph.node if is_dot(node)]
    for n, (node, layer) in enumerate(zip(dots, layers_of(lowered), strict=True)):
        bits = node.op_type == "TarsierXnorDot"
        x, w, y = f"x{n}", f"w{n}", f"y{n}"
        nodes.append(
            helper.make_node(
                "MVAU_hls",
                [x, w],
                [y],
                name=f"MVAU_hls_{n}",
                domain="finn.custom_op.fpgadataflow.hls",
                backend="fpgadataflow",
                MW=layer.terms,
                MH=layer.rows,
                SIMD=1,
                PE=1,
                inputDataType="BINARY" if bits else getCustomOp(node).get_input_datatype().name,
                weightDataType="BINARY" if bits else "INT8",
                outputDataType="UINT32" if bits else "INT32",
                binaryXnorMode=int(bits),
                noActivation=1,
                numInputVectors=[1, layer.positions, 1],
                mem_mode="internal_decoupled",
            )
        )
        shape = [1, layer.positions, 1]
        inputs.append(helper.make_tensor_value_info(x, TensorProto.FLOAT, [*shape, layer.terms]))
        outputs.append(helper.make_tensor_value_info(y, TensorProto.FLOAT, [*shape, layer.rows]))
        weights.append((w, (layer.terms, layer.rows), "BINARY" if bits else "INT8"))
    model = ModelWrapper(qonnx_make_model(helper.make_graph(nodes, "mvaus", inputs, outputs)))
    for name, size, kind in weights:
        model.set_tensor_shape(name, list(size))
        model.set_tensor_datatype(name, DataType[kind])
    folded = model.transform(SetFolding(pace, mvau_wwidth_max=widest))
    found = [getCustomOp(node) for node in folded.graph.node]
    return [Fold(op.get_nodeattr("PE"), op.get_nodeattr("SIMD")) for op in found]


def reached(lowered: ModelWrapper, folds: Sequence[Fold]) -> int:
    """Cycles of a frame with `folds`."""
    layers = zip(layers_of(lowered), folds, strict=True)
    return max(layer.positions * cycles_per_position(layer, fold) for layer, fold in layers)


def rows(cases: Sequence[Case] = CASES) -> Iterator[str]:
    """Lines of the table, one a case and a way to fold; the least also at the rate of FINN's."""
    yield "| network, board, frame | folded by | asked | fps | taken | LUT | BRAM36 | DSP |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for net, name, extent, fps in cases:
        board = load_board(name)
        lowered = lowered_for(ingest(read_qonnx(NETS / f"{net}.onnx")), extent)
        title, clock = f"`{net}`, {board.name}, {extent[0]} x {extent[1]}", board.clock_mhz * 1e6

        def line(
            by: str, asked: float, cycles: int, found: Resources, board=board, start=(title, clock)
        ) -> str:
            title, clock = start
            return (
                f"| {title} | {by} | {asked:.4g} | {clock / cycles:.4g} | {taken(found, board):.1%}"
                f" | {found.lut:,.0f} | {found.bram36:g} | {found.dsp:g} |"
            )

        greedy = estimate_folded(lowered, board, extent, fps)
        paces = []
        for widest in (WIDEST, 10_000):
            folds = finn_folds(lowered, greedy.cycles, widest)
            paces.append(reached(lowered, folds))
            finn = estimate_as_folded(set_folds(lowered, folds), paces[-1], board, windows=False)
            yield line(f"SetFolding, {widest} bits a PE", fps, paces[-1], finn)
        yield line("`tarsier build`", fps, greedy.cycles, greedy.resources)
        for pace in dict.fromkeys([*paces, greedy.cycles]):
            rate = clock / pace
            least = least_fold(lowered, board, extent, rate)
            by = f"the least of {least.possible}" + ("" if least.exact else ", locally")
            yield line(by, rate, least.pace, least.resources)


def main() -> None:
    """Print the table."""
    prepare_finn()
    for line in rows():
        print(line, flush=True)


if __name__ == "__main__":
    main()
