# SPDX-License-Identifier: MIT
"""FINN's own RTL at the parameters of our kernels: read from the installed package, as it is.

`UNITS[kernel][label]` are the nodes, one after the other, that do what our kernel does there.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.synth.counted import Counted
from tarsier_fpga.flow.synth.yosys.run_yosys import synthesize_sources
from tarsier_fpga.hls.cost.family import Family
from tests.flow.finn_nodes import CLK_NS, PART, as_rtl, chain

__all__ = ["CYCLES", "UNITS", "Unit", "cycles_of", "sizes_of"]

# An op, its attributes, the shapes of its input and output, their type.
Unit = tuple[str, Mapping[str, object], list[int], list[int], str]


def fmpadding(channels: int, bits: int, width: int, height: int) -> Unit:
    attributes = {
        "ImgDim": [height, width],
        "Padding": [1, 1, 1, 1],
        "NumChannels": channels,
        "SIMD": channels,
        "inputDataType": f"UINT{bits}",
        "numInputVectors": 1,
    }
    shapes = [1, height, width, channels], [1, height + 2, width + 2, channels]
    return "FMPadding", attributes, *shapes, f"UINT{bits}"


def swg(channels: int, bits: int, width: int, height: int, ram_style: str) -> Unit:
    attributes = {
        "ConvKernelDim": [3, 3],
        "IFMChannels": channels,
        "IFMDim": [height + 2, width + 2],
        "OFMDim": [height, width],
        "SIMD": channels,
        "M": 1,
        "parallel_window": 1,
        "ram_style": ram_style,
        "Stride": [1, 1],
        "Dilation": [1, 1],
        "inputDataType": f"UINT{bits}",
        "outputDataType": f"UINT{bits}",
        "depthwise": 0,
        "is1D": 0,
    }
    shapes = [1, height + 2, width + 2, channels], [1, height, width, 9 * channels]
    return "ConvolutionInputGenerator", attributes, *shapes, f"UINT{bits}"


def fifo(width: int, depth: int) -> Unit:
    attributes = {
        "depth": depth,
        "folded_shape": [1, 64, width],
        "normal_shape": [1, 64 * width],
        "dataType": "UINT1",
        "impl_style": "rtl",
        "ram_style": "auto",
        "numInputVectors": [1],
    }
    return "StreamingFIFO", attributes, [1, 64 * width], [1, 64 * width], "UINT1"


def dwc(x_width: int, y_width: int) -> Unit:
    wide = max(x_width, y_width)
    attributes = {
        "in_shape": [1, 4 * wide],
        "out_shape": [1, 4 * wide],
        "inWidth": x_width,
        "outWidth": y_width,
        "shape": [1, 4 * wide],
        "dataType": "UINT1",
        "numInputVectors": [1],
    }
    return "StreamingDataWidthConverter", attributes, [1, 4 * wide], [1, 4 * wide], "UINT1"


UNITS: Mapping[str, Mapping[str, tuple[Unit, ...]]] = {
    "window": {
        "16 × 1 bit, 960 × 540": (fmpadding(16, 1, 960, 540), swg(16, 1, 960, 540, "block")),
        "16 × 8 bits, 64 × 64": (fmpadding(16, 8, 64, 64), swg(16, 8, 64, 64, "distributed")),
    },
    "pad": {"16 × 1 bit, border 1": (fmpadding(16, 1, 960, 540),)},
    "fifo": {"128 bits, 40 deep": (fifo(128, 40),), "128 bits, 300 deep": (fifo(128, 300),)},
    "width_adapter": {"8 to 128 bits": (dwc(8, 128),), "128 to 8 bits": (dwc(128, 8),)},
}
# Cycles that our kernel spends on a frame, which tests/hls holds it to; a beat has no frame.
CYCLES: Mapping[tuple[str, str], int] = {
    ("window", "16 × 1 bit, 960 × 540"): 960 * 540,
    ("window", "16 × 8 bits, 64 × 64"): 64 * 64,
    ("pad", "16 × 1 bit, border 1"): 962 * 542,
}


def sizes_of(units: tuple[Unit, ...], family: Family) -> Counted:
    """What the units cost together.

    Raises:
        ToolError: Yosys refuses one of them.
    """
    return sum((_synthesize(unit, family) for unit in units), Counted())


def cycles_of(units: tuple[Unit, ...]) -> int:
    """Cycles a frame, by FINN's own account of its slowest unit."""
    return max(getCustomOp(_model(unit).graph.node[0]).get_exp_cycles() for unit in units)


def _synthesize(unit: Unit, family: Family) -> Counted:
    model = _model(unit)
    node = getCustomOp(model.graph.node[0])
    with tempfile.TemporaryDirectory() as folder:
        node.set_nodeattr("code_gen_dir_ipgen", folder)
        node.generate_hdl(model, PART, CLK_NS)
        paths = [Path(path) for path in node.get_rtl_file_list(abspath=True)]
        texts = {path.name: path.read_text() for path in paths}
    return synthesize_sources(node.get_nodeattr("gen_top_module"), texts, family)


def _model(unit: Unit) -> ModelWrapper:
    op, attributes, x_shape, y_shape, datatype = unit
    prepare_finn()
    return as_rtl(chain([(op, attributes, [])], [x_shape, y_shape], [datatype] * 2, {}))
