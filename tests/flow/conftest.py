# SPDX-License-Identifier: MIT
"""Random networks of the pattern that Tarsier's export writes, made without PyTorch."""

import numpy as np
import pytest
from onnx import TensorProto, helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes
from qonnx.util.basic import qonnx_make_model

from tarsier_fpga.hls.base.coding import RAW

RESIDUAL = 2.0**-2
_OPSETS = [helper.make_opsetid("", 18), helper.make_opsetid("qonnx.custom_op.general", 1)]


class NetWriter:
    """Appends nodes to a QONNX graph in NCHW; a method returns the tensor it wrote."""

    def __init__(self):
        self.nodes, self.constants = [], {}

    def constant(self, values) -> str:
        name = f"c{len(self.constants)}"
        self.constants[name] = np.asarray(values)
        return name

    def node(self, op_type: str, x: str, *others, **attributes) -> str:
        """`others` are tensor names or constants."""
        inputs = [o if isinstance(o, str) else self.constant(o) for o in others]
        name = f"t{len(self.nodes)}"
        if op_type in ("Quant", "BipolarQuant"):
            attributes["domain"] = "qonnx.custom_op.general"
        self.nodes.append(helper.make_node(op_type, [x, *inputs], [name], **attributes))
        return name

    def quant(self, x: str, scale: float, bits: int, signed=1, zero=0.0, mode="ROUND") -> str:
        parameters = [np.float32(value) for value in (scale, zero, bits)]
        return self.node("Quant", x, *parameters, signed=signed, narrow=0, rounding_mode=mode)

    def pad(self, x: str, by: int = 1) -> str:
        return self.node("Pad", x, np.array([0, 0, by, by, 0, 0, by, by]), mode="constant")

    def conv(self, x: str, weights: str, kernel: int = 3, dilation: int = 1) -> str:
        shape = {"kernel_shape": [kernel] * 2, "dilations": [dilation] * 2}
        return self.node("Conv", x, weights, strides=[1, 1], pads=[0] * 4, group=1, **shape)

    def model(self, output: str, shape: tuple[int, ...], facts: dict) -> ModelWrapper:
        graph = helper.make_graph(
            self.nodes,
            "net",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
        )
        model = ModelWrapper(qonnx_make_model(graph, opset_imports=_OPSETS))
        for name, values in self.constants.items():
            floats = values.dtype == np.float64 or values.ndim == 0
            model.set_initializer(name, values.astype(np.float32) if floats else values)
        for key, value in facts.items():
            model.set_metadata_prop(f"tarsier.{key}", str(value))
        return model.transform(InferShapes())


@pytest.fixture
def random_net(rng):
    """random_net(channels, units, height, width, bits): a network with random parameters.

    `twist` maps a place to what stands there instead of the usual: "noise_scale", .... Of the bits
    of its codes and of what its frames are it says only what `told` has.
    """

    def build(channels=4, units=2, height=11, width=9, bits=8, **twist) -> ModelWrapper:
        net = NetWriter()
        kernel, dilation = twist.get("kernel", 3), twist.get("dilation", 1)  # of the units
        border = dilation * (kernel - 1) // 2
        wide, signs = (1, channels, 1, 1), (channels, channels, kernel, kernel)
        colours, coding = twist.get("colours", 4), twist.get("coding", RAW)

        def grid(exponent, reach, shape):
            return np.ldexp(rng.integers(-reach, reach + 1, shape), exponent).astype(np.float64)

        x = net.node("Mul", net.node("Sub", "x", np.float32(coding.black)), np.float32(2.0**-5))
        head = net.quant(net.constant(grid(-8, 90, (channels, colours, 3, 3))), 2.0**-8, 8)
        r = net.conv(net.pad(x), head)
        if twist.get("rectified", True):
            r = net.node("Relu", r)
        r = net.quant(r, twist.get("head_scale", RESIDUAL), bits)
        for _ in range(units):
            b = net.node("Add", net.pad(r, border), grid(-8, 500, wide) - 1)
            b = net.node("BipolarQuant", b, np.float32(1.0))
            w = net.constant(rng.choice(twist.get("signs", [-1.0, 1.0]), signs))
            d = net.node("Mul", net.conv(b, w, kernel, dilation), np.abs(grid(-10, 900, wide)))
            d = net.node("Add", d, grid(-8, 2500, wide))
            d = net.node("PRelu", d, grid(-6, 90, (channels, 1, 1)))
            q = net.node("Add", d, grid(-8, 2500, wide))
            q = net.quant(q, RESIDUAL, 8, signed=twist.get("branch_signed", 1))
            r = net.quant(net.node("Add", r, q), RESIDUAL, bits, signed=twist.get("signed", 1))
        tail = net.quant(net.constant(grid(-9, 90, (colours, channels, 3, 3))), 2.0**-9, 8)
        n = net.node("Mul", net.conv(net.pad(r), tail), np.float32(twist.get("gain", 32.0)))
        zero, mode = twist.get("zero", 0.0), twist.get("mode", "ROUND")
        n = net.quant(n, twist.get("noise_scale", 1.0), 11, zero=zero, mode=mode)
        if "extra" in twist:
            n = net.node(twist["extra"], n)
        y = net.quant(net.node("Add", "x", n), 1.0, twist.get("out_bits", coding.bits), signed=0)
        levels = {"black": coding.black, "white": coding.white}
        facts = {"net": "random", **levels, **twist.get("told", {})}
        return net.model(y, (1, colours, height, width), facts)

    return build


@pytest.fixture
def codes(rng):
    """codes(height, width): a random frame (H, W, 4) of 10-bit codes."""
    return lambda height, width: rng.integers(0, 1024, (height, width, 4)).astype(np.uint16)


@pytest.fixture
def run_qonnx():
    """run_qonnx(model, frame): qonnx' float execution of an NCHW network, as (H, W, 4) codes."""

    def run(model: ModelWrapper, frame: np.ndarray) -> np.ndarray:
        x = frame.transpose(2, 0, 1)[None].astype(np.float32)
        y = execute_onnx(model, {model.graph.input[0].name: x})[model.graph.output[0].name]
        return y[0].transpose(1, 2, 0)

    return run


@pytest.fixture
def run_onnx_nhwc():
    """run_onnx_nhwc(model, frame): the same for a hardware graph."""

    def run(model: ModelWrapper, frame: np.ndarray) -> np.ndarray:
        feed = {model.graph.input[0].name: frame[None].astype(np.float32)}
        return execute_onnx(model, feed)[model.graph.output[0].name][0]

    return run
