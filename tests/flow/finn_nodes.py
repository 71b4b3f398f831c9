# SPDX-License-Identifier: MIT
"""Small graphs of FINN's own operators, for tests of its simulation on Verilator."""

import numpy as np
from finn.transformation.fpgadataflow.specialize_layers import SpecializeLayers
from onnx import TensorProto, helper
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.general import GiveUniqueNodeNames
from qonnx.util.basic import gen_finn_dt_tensor, qonnx_make_model

PART = "xczu7ev-ffvc1156-2-e"
CLK_NS = 5.0
_DOMAIN = "finn.custom_op.fpgadataflow"


def chain(nodes, shapes, types, constants) -> ModelWrapper:
    """The ops `nodes`, each (op type, attributes, constants it reads), one after the other.

    Tensor n has `shapes[n]` and the datatype `types[n]`; op n reads it and writes tensor n + 1.
    """
    protos = [
        helper.make_node(
            op,
            [f"t{n}", *reads],
            [f"t{n + 1}"],
            domain=_DOMAIN,
            backend="fpgadataflow",
            **attributes,
        )
        for n, (op, attributes, reads) in enumerate(nodes)
    ]
    infos = [
        helper.make_tensor_value_info(f"t{n}", TensorProto.FLOAT, shape)
        for n, shape in enumerate(shapes)
    ]
    graph = helper.make_graph(protos, "chain", infos[:1], infos[-1:], value_info=infos[1:-1])
    model = ModelWrapper(qonnx_make_model(graph))
    for n, datatype in enumerate(types):
        model.set_tensor_datatype(f"t{n}", DataType[datatype])
    for name, (values, datatype) in constants.items():
        model.set_initializer(name, values.astype(np.float32))
        model.set_tensor_datatype(name, DataType[datatype])
    return model


def as_rtl(model: ModelWrapper) -> ModelWrapper:
    """`model` with the RTL variant of every op."""
    return model.transform(SpecializeLayers(PART)).transform(GiveUniqueNodeNames())


def values(model: ModelWrapper) -> np.ndarray:
    """A random input of `model`."""
    name = model.graph.input[0].name
    return gen_finn_dt_tensor(model.get_tensor_datatype(name), model.get_tensor_shape(name))


def padding(dim=8, channels=4, simd=2, pad=(1, 2, 3, 0)):
    attributes = {
        "ImgDim": [dim, dim],
        "Padding": list(pad),
        "NumChannels": channels,
        "SIMD": simd,
        "inputDataType": "INT4",
        "numInputVectors": 1,
    }
    out = [1, dim + pad[0] + pad[2], dim + pad[1] + pad[3], channels]
    return ("FMPadding", attributes, []), out


def window(dim=10, channels=4, simd=2, kernel=3, parallel=0):
    out = dim - kernel + 1
    attributes = {
        "ConvKernelDim": [kernel, kernel],
        "IFMChannels": channels,
        "IFMDim": [dim, dim],
        "OFMDim": [out, out],
        "SIMD": simd,
        "M": 1,
        "parallel_window": parallel,
        "Stride": [1, 1],
        "Dilation": [1, 1],
        "inputDataType": "INT4",
        "outputDataType": "INT4",
        "depthwise": 0,
        "is1D": 0,
    }
    return ("ConvolutionInputGenerator", attributes, []), [1, out, out, kernel**2 * channels]


def matrix(pixels, rows, cols, pe, simd, bits=4, pumped=0):
    attributes = {
        "MW": cols,
        "MH": rows,
        "SIMD": simd,
        "PE": pe,
        "inputDataType": f"INT{bits}",
        "weightDataType": f"INT{bits}",
        "outputDataType": "INT18",
        "ActVal": 0,
        "binaryXnorMode": 0,
        "noActivation": 1,
        "numInputVectors": [1, *pixels],
        "mem_mode": "internal_decoupled",
        "resType": "dsp",
        "pumpedCompute": pumped,
        "pumpedMemory": pumped,
    }
    return ("MVAU", attributes, ["weights"]), [1, *pixels, rows]


def thresholds(pixels, channels, pe, steps=15, datatype="INT18", writable=0):
    attributes = {
        "NumChannels": channels,
        "PE": pe,
        "numSteps": steps,
        "inputDataType": datatype,
        "weightDataType": datatype,
        "outputDataType": "UINT4",
        "ActVal": 0,
        "numInputVectors": [1, *pixels],
        "runtime_writeable_weights": writable,
    }
    return ("Thresholding", attributes, ["thresholds"]), [1, *pixels, channels]


def conv_layer(rng, dim=8, pumped=0) -> ModelWrapper:
    """Padding, window, matrix and thresholds of a 3x3 convolution of 4 to 8 channels."""
    pad, padded = padding(dim, pad=(1, 1, 1, 1))
    win, windows = window(dim + 2)
    dot, sums = matrix((dim, dim), 8, 36, pe=4, simd=6, pumped=pumped)
    act, out = thresholds((dim, dim), 8, pe=2)
    weights = rng.integers(-8, 8, (36, 8))
    steps = np.sort(rng.integers(-200, 200, (8, 15)), axis=1)
    return chain(
        [pad, win, dot, act],
        [[1, dim, dim, 4], padded, windows, sums, out],
        ["INT4", "INT4", "INT4", "INT18", "UINT4"],
        {"weights": (weights, "INT4"), "thresholds": (steps, "INT18")},
    )


def threshold_layer(rng, writable=0) -> ModelWrapper:
    """Thresholds of 6 channels, 3 at a time."""
    op, out = thresholds((4, 4), 6, pe=3, datatype="INT8", writable=writable)
    steps = np.sort(rng.integers(-128, 128, (6, 15)), axis=1)
    constants = {"thresholds": (steps, "INT8")}
    return chain([op], [[1, 4, 4, 6], out], ["INT8", "UINT4"], constants)
