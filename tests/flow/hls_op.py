# SPDX-License-Identifier: MIT
"""What must hold of the HLS variant of every op."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from finn.transformation.fpgadataflow.prepare_ip import PrepareIP
from finn.util.settings import get_settings
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga import hls
from tarsier_fpga.flow.ops.simulate_node import simulate
from tarsier_fpga.flow.size.widths import specialize
from tarsier_fpga.hls.netlist.instance import Instance, Stream, cpp_sources
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.sim import run_csim

__all__ = ["as_hls", "generates_working_hls"]

HERE = Path(__file__).parent
AS_FINN = "-std=c++14"  # what the Tcl that FINN writes asks of Vitis HLS


def as_hls(model: ModelWrapper, part: str) -> ModelWrapper:
    """`model` with every op as its HLS variant."""
    for node in model.graph.node:
        getCustomOp(node).set_nodeattr("preferred_impl_style", "hls")
    return specialize(model, part)


def generates_working_hls(
    model: ModelWrapper, part: str, frames: Sequence[np.ndarray], expected: Sequence[np.ndarray]
) -> None:
    """Assert that what FINN writes for Vitis HLS is complete, and gives `expected` under g++.

    `model` holds one op, whose streams get `frames`.
    """
    model = as_hls(model, part)
    node = model.graph.node[0]
    assert node.op_type.endswith("_hls")
    op = getCustomOp(model.transform(PrepareIP(part, 4.0)).graph.node[0])
    folder = Path(get_settings().finn_build_dir) / op.get_nodeattr("code_gen_dir_ipgen")
    kernel = op.instance(model)
    files = {path.name for path in folder.iterdir()}
    assert files == {f"top_{node.name}.cpp", f"hls_syn_{node.name}.tcl", *cpp_sources(kernel)}
    script = (folder / f"hls_syn_{node.name}.tcl").read_text()
    assert f'set config_toplevelfxn "{node.name}"' in script

    program = _compiled(folder, node.name, len(kernel.inputs))

    def run(kernel: Instance, beats: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        ports = _as_finn_names(kernel)
        inputs = {ports[name]: values for name, values in beats.items()}
        outputs = run_csim.execute(program, _netlist(kernel, ports), inputs)
        return {stream.name: outputs[ports[stream.name]] for stream in kernel.outputs}

    feeds = zip(node.input, frames, strict=False)  # the other inputs are constants
    context = {name: model.get_initializer(name) for name in node.input}
    context |= {name: frame[None] for name, frame in feeds}
    simulate(op, context, run)
    for name, want in zip(node.output, expected, strict=True):
        assert np.array_equal(context[name][0], want)


def _compiled(folder: Path, top: str, inputs: int) -> Path:
    flags = [
        AS_FINN,
        f'-DSOURCE="{folder / f"top_{top}.cpp"}"',
        f"-DTOP={top}",
        f"-DINPUTS={inputs}",
        f"-I{HERE / 'stand_in'}",
        f"-I{Path(hls.__file__).parent / 'netlist'}",
    ]
    run_csim.compile_program(HERE / "hls_driver.cpp", folder / "driver", tuple(flags))
    return folder / "driver"


def _as_finn_names(kernel: Instance) -> dict[str, str]:
    ins = {stream.name: f"in{n}_V" for n, stream in enumerate(kernel.inputs)}
    return ins | {stream.name: f"out{n}_V" for n, stream in enumerate(kernel.outputs)}


def _netlist(kernel: Instance, ports: dict[str, str]) -> Netlist:
    ins, outs = (
        tuple(Stream(ports[stream.name], stream.width) for stream in streams)
        for streams in (kernel.inputs, kernel.outputs)
    )
    return Netlist("hls_top", (Cell("u_top", kernel, ports),), ins, outs)
