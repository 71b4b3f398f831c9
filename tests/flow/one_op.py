# SPDX-License-Identifier: MIT
"""A graph of one op, and what must hold of every op alone."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from finn.transformation.fpgadataflow.prepare_ip import PrepareIP
from finn.util.settings import get_settings
from onnx import TensorProto, helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.custom_op.registry import getCustomOp
from qonnx.transformation.infer_datatypes import InferDataTypes
from qonnx.transformation.infer_shapes import InferShapes
from qonnx.util.basic import qonnx_make_model

from tarsier_fpga.flow.lower.net import Net, write_net
from tarsier_fpga.flow.ops.register import DOMAIN, prepare_finn
from tarsier_fpga.flow.ops.stitch import port_names
from tarsier_fpga.flow.size.widths import specialize
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.sim.toolchain import run_tool, verilator
from tests.flow.hls_op import generates_working_hls

__all__ = ["PART", "OneOp", "works"]

PART = "xczu7ev-ffvc1156-2-e"


@dataclass(frozen=True)
class OneOp:
    """An op with its frames (H, W, channels), their types, its constants and its attributes."""

    op_type: str
    frames: tuple[np.ndarray, ...]
    types: tuple[str, ...]
    constants: tuple[np.ndarray, ...]
    attributes: dict
    outputs: int = 1

    def model(self) -> ModelWrapper:
        """The graph, with shapes and datatypes inferred."""
        prepare_finn()
        streams = [f"x{n}" for n, _ in enumerate(self.frames)]
        constants = [f"c{n}" for n, _ in enumerate(self.constants)]
        outputs = [f"y{n}" for n in range(self.outputs)]
        height, width, channels = self.frames[0].shape
        node = helper.make_node(
            self.op_type,
            streams + constants,
            outputs,
            name="node",
            domain=DOMAIN,
            backend="fpgadataflow",
            frame=[height, width],
            channels=channels,
            **self.attributes,
        )

        def tensor(name: str, shape: tuple[int, ...] | None):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

        ins = [tensor(n, (1, *f.shape)) for n, f in zip(streams, self.frames, strict=True)]
        graph = helper.make_graph([node], "one", ins, [tensor(name, None) for name in outputs])
        model = ModelWrapper(qonnx_make_model(graph, opset_imports=[helper.make_opsetid("", 18)]))
        for name, datatype in zip(streams, self.types, strict=True):
            model.set_tensor_datatype(name, DataType[datatype])
        for name, values in zip(constants, self.constants, strict=True):
            model.set_initializer(name, values.astype(np.float32))
        return model.transform(InferShapes()).transform(InferDataTypes())

    def graph(self) -> ModelWrapper:
        """The same as a hardware graph that says what its ports are."""
        model = self.model()
        sides = [
            tuple(
                _port(model, tensor.name, name)
                for tensor, name in zip(tensors, port_names(letter, len(tensors)), strict=True)
            )
            for letter, tensors in (("x", model.graph.input), ("y", model.graph.output))
        ]
        return write_net(model, Net("one", *sides))


def _port(model: ModelWrapper, tensor: str, name: str) -> Port:
    lanes = model.get_tensor_datatype(tensor)
    return Port(
        name=name,
        tensor=tensor,
        kind=FrameKind.PLANES,
        channels=model.get_tensor_shape(tensor)[-1],
        bits=lanes.bitwidth(),
        signed=lanes.signed(),
        black=int(lanes.min()),
        white=int(lanes.max()),
        scale=1.0,
        offset=0.0,
    )


def works(one: OneOp, expected: list[np.ndarray], folder: Path) -> None:
    """Assert that `one` executes to `expected`: in Python, in Verilator, and as C++ under g++.

    Shapes and datatypes must fit the results, and what FINN generates in `folder` must be clean.
    """
    model = specialize(one.model(), PART)
    op = getCustomOp(model.graph.node[0])
    assert op.onnx_node.op_type == f"{one.op_type}_rtl"
    _executes(model, one, expected)
    _streams_like_its_kernel(model, op, one, expected)
    _generates_clean_verilog(model, folder)
    generates_working_hls(one.model(), PART, one.frames, expected)


def _executes(model: ModelWrapper, one: OneOp, expected: list[np.ndarray]) -> None:
    names = [tensor.name for tensor in model.graph.input]
    feed = {n: f[None].astype(np.float32) for n, f in zip(names, one.frames, strict=True)}
    results = execute_onnx(model, feed)
    for tensor, want in zip(model.graph.output, expected, strict=True):
        assert np.array_equal(results[tensor.name][0], want)
        assert model.get_tensor_shape(tensor.name) == [1, *want.shape]
        datatype = model.get_tensor_datatype(tensor.name)
        assert all(datatype.allowed(value) for value in (want.min(), want.max()))


def _streams_like_its_kernel(model, op, one: OneOp, expected: list[np.ndarray]) -> None:
    kernel = op.instance(model)
    shapes_in = [op.get_folded_input_shape(ind) for ind, _ in enumerate(kernel.inputs)]
    shapes_out = [op.get_folded_output_shape(ind) for ind, _ in enumerate(kernel.outputs)]
    assert [s.width for s in kernel.inputs] == [
        op.get_instream_width(ind) for ind, _ in enumerate(kernel.inputs)
    ]
    assert [s.width for s in kernel.outputs] == [
        op.get_outstream_width(ind) for ind, _ in enumerate(kernel.outputs)
    ]
    assert op.get_exp_cycles() >= max(np.prod(shape[:-1]) for shape in (*shapes_in, *shapes_out))
    op.set_nodeattr("exec_mode", "rtlsim")
    _executes(model, one, expected)
    assert op.get_nodeattr("cycles_rtlsim") >= op.get_exp_cycles()


def _generates_clean_verilog(model: ModelWrapper, folder: Path) -> None:
    get_settings().finn_build_dir = folder
    model = model.transform(PrepareIP(PART, 4.0))
    op = getCustomOp(model.graph.node[0])
    top = op.get_verilog_top_module_name()
    text = (folder / op.get_nodeattr("code_gen_dir_ipgen") / f"{top}.v").read_text()
    axis = op.get_verilog_top_module_intf_names()
    for name, width in axis["s_axis"] + axis["m_axis"]:
        assert re.search(rf"\[{width - 1}:0\] {name}_TDATA", text)
    # The padding bits of an input are meant to be unused; unnamed blocks: hls/waivers.vlt.
    flags = ["--lint-only", "-Wall", "-Wno-UNUSEDSIGNAL", "-Wno-GENUNNAMED"]
    sources = op.get_rtl_file_list(abspath=True)
    run_tool([verilator(), *flags, "--top-module", top, *sources], folder)
