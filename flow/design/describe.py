# SPDX-License-Identifier: MIT
"""What design.json says of a hardware graph: its layers, its FIFOs and its streams."""

from collections.abc import Iterable, Sequence

from finn.analysis.fpgadataflow.exp_cycles_per_layer import exp_cycles_per_layer
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.design.close_loops import loop_beats
from tarsier_fpga.flow.design.design_facts import Fifo, Layer, Wire
from tarsier_fpga.flow.design.state_loop import StateLoop
from tarsier_fpga.flow.ops.base import Role, role_of
from tarsier_fpga.flow.ops.stitch import beats_of, cell_names
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.netlist.netlist import Netlist

__all__ = ["fifo_facts", "frame_facts", "layer_facts", "stages_of", "wire_facts"]


def layer_facts(model: ModelWrapper) -> tuple[Layer, ...]:
    """Every node but the FIFOs, in order, with FINN's own count of its cycles per frame."""
    names, cycles = cell_names(model), model.analysis(exp_cycles_per_layer)
    nodes = [node for node in model.graph.node if not node.op_type.startswith("StreamingFIFO")]
    stages = stages_of([role_of(node) for node in nodes])
    return tuple(
        Layer(
            name=names[node.name].removeprefix("u_"),
            stage=stage,
            op=node.op_type.removesuffix("_rtl"),
            backend="rtl",
            pe=_attribute(node, "PE"),
            simd=_attribute(node, "SIMD"),
            cycles=int(cycles[node.name]),
        )
        for node, stage in zip(nodes, stages, strict=True)
    )


def fifo_facts(netlist: Netlist) -> tuple[Fifo, ...]:
    """The FIFOs by their instance names in the stitched top."""
    return tuple(
        Fifo(name=cell.name, depth=depth, bits=depth * cell.instance.inputs[0].width)
        for cell in netlist.cells
        if cell.instance.kernel == "fifo"
        for depth in [cell.instance.number("Depth")]
    )


def frame_facts(
    model: ModelWrapper, inputs: Iterable[Port], outputs: Iterable[Port]
) -> dict[str, tuple[int, int]]:
    """Rows and columns of a frame of every port of `model`, by its name."""
    ports = [*zip(model.graph.input, inputs, strict=True)]
    ports += zip(model.graph.output, outputs, strict=True)
    sizes = {}
    for tensor, port in ports:
        _, rows, columns, _ = model.get_tensor_shape(tensor.name)
        sizes[port.name] = (int(rows), int(columns))
    return sizes


def wire_facts(
    model: ModelWrapper, netlist: Netlist, loops: Sequence[StateLoop] = ()
) -> tuple[Wire, ...]:
    """Every stream of `netlist`, `model` stitched with `loops`, from the input to the output."""
    beats = beats_of(model) | loop_beats(loops)
    source = {c.streams[p.name]: c.name for c in netlist.cells for p in c.instance.outputs}
    target = {c.streams[p.name]: c.name for c in netlist.cells for p in c.instance.inputs}
    return tuple(
        Wire(
            name=stream.name,
            source=source.get(stream.name, ""),
            target=target.get(stream.name, ""),
            bits=stream.width,
            beats=beats[stream.name],
        )
        for stream in netlist.streams
    )


def stages_of(roles: list[Role]) -> list[str]:
    """The stage of each op: a dot product with what leads to it and what follows, head to tail.

    >>> window, dot, other = Role.WINDOW, Role.DOT, Role.OTHER
    >>> stages_of([other, window, dot, other, Role.SIGN, window, dot, window, dot])
    ['head', 'head', 'head', 'head', 'body1', 'body1', 'body1', 'tail', 'tail']
    """
    numbers, computed = [0], False  # whether the stage has its dot product
    for role in roles:
        opens = computed and role in (Role.SIGN, Role.WINDOW)
        numbers.append(numbers[-1] + opens)
        computed = role is Role.DOT or (computed and not opens)
    names = [f"body{number}" for number in range(numbers[-1] + 1)]
    names[0] = "head"
    if len(names) > 1:
        names[-1] = "tail"
    return [names[number] for number in numbers[1:]]


def _attribute(node: NodeProto, name: str) -> int:
    op = getCustomOp(node)
    return max(1, op.get_nodeattr(name)) if name in op.get_nodeattr_types() else 1
