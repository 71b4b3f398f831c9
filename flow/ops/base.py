# SPDX-License-Identifier: MIT
"""What every Tarsier op answers FINN, derived from the channels and lanes of its streams.

A frame is (1, H, W, channels), a beat of a stream `lanes` channels of one pixel, so a folded shape
is (1, H, W, channels / lanes, lanes). Stream `ind` of a kernel may have its own channels and lanes,
and the frame that comes out its own size. Tensors hold the very integers of the lanes: scales are
gone, and a bit is BINARY, 1 for +1 and 0 for -1.
"""

from abc import abstractmethod
from collections.abc import Sequence
from enum import Enum, auto
from typing import TypeVar

import numpy as np
from onnx import GraphProto, NodeProto
from qonnx.core.datatype import BaseDataType, DataType
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.ops.costs import CostedOp
from tarsier_fpga.flow.ops.grid import Grid, joined
from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["Role", "TarsierOp", "divisors", "role_of", "whole_frames"]

_Size = TypeVar("_Size", bound=tuple[int, ...])


class Role(Enum):
    """What an op is to a convolution: a sign and a window lead to its dot product."""

    SIGN = auto()
    WINDOW = auto()
    DOT = auto()
    OTHER = auto()


class TarsierOp(CostedOp):
    """One kernel. Its first STREAMS inputs are streams, the rest constants."""

    STREAMS = 1
    ONCE: frozenset[int] = frozenset()  # streams of one pixel for the whole frame of the others
    POINTWISE = True  # an output pixel depends on no other input pixels
    ROLE = Role.OTHER
    PER_CHANNEL = False  # works channel by channel, on any number of them a cycle

    def get_nodeattr_types(self) -> dict[str, tuple]:
        return super().get_nodeattr_types() | {
            "frame": ("ints", True, []),  # height, width
            "channels": ("i", True, 0),  # of an input pixel
            "PE": ("i", False, 0),  # channels of an output beat, 0 for all
            "inputDataTypes": ("strings", False, []),  # of the streams
            "outputDataType": ("s", False, ""),
        }

    @abstractmethod
    def compute(self, streams: list[np.ndarray], constants: list[np.ndarray]) -> list[np.ndarray]:
        """Outputs (H, W, channels) of the integer frames `streams`, for a frame of any size."""

    @abstractmethod
    def make(self, constants: list[np.ndarray]) -> Instance:
        """The kernel, configured as this node."""

    def frame_in(self) -> tuple[int, int]:
        height, width = self.get_nodeattr("frame")
        return height, width

    def stream_frame(self, ind: int) -> tuple[int, int]:
        """Rows and columns of input stream `ind`."""
        return (1, 1) if ind in self.ONCE else self.frame_in()

    def frame_out(self) -> tuple[int, int]:
        return self.frame_in()

    def channels_in(self, ind: int = 0) -> int:
        return self.get_nodeattr("channels")

    def channels_out(self, ind: int = 0) -> int:
        return self.channels_in()

    def lanes_in(self, ind: int = 0) -> int:
        return self.lanes_out()

    def lanes_out(self, ind: int = 0) -> int:
        return self.get_nodeattr("PE") or self.channels_out(ind)

    def grids(self, streams: list[tuple[Grid, Grid]]) -> tuple[Grid, Grid]:
        """Grids of rows and of columns of what comes out, of those of the input streams."""
        name = self.onnx_node.name or self.onnx_node.op_type
        rows, columns = (joined([pair[axis] for pair in streams], name) for axis in range(2))
        return self.grid(rows, 0), self.grid(columns, 1)

    def grid(self, x: Grid, axis: int) -> Grid:
        """Where the output's pixels lie along `axis`, 0 for rows, and what they see."""
        return x

    def lane_choices(self) -> list[int]:
        """Every PE at which the kernel exists, rising; the last is a whole pixel, or 0 for one."""
        return divisors(self.channels_in()) if self.PER_CHANNEL else [0]

    def fold(self) -> int:
        """Cycles a pixel takes."""
        return self.channels_out() // self.lanes_out()

    def instance(self, model: ModelWrapper) -> Instance:
        """The kernel, configured as this node, with the constants that `model` holds."""
        return self.make(self.constants(model))

    def constants(self, model: ModelWrapper) -> list[np.ndarray]:
        """The inputs that are no streams, as integers."""
        held = [model.get_initializer(name) for name in self.onnx_node.input[self.STREAMS :]]
        # Integers beyond 2^53 would not survive as doubles.
        return [
            (each if each.dtype.kind == "i" else np.rint(each)).astype(np.int64) for each in held
        ]

    def get_input_datatype(self, ind: int = 0) -> BaseDataType:
        return DataType[self.get_nodeattr("inputDataTypes")[ind]]

    def get_output_datatype(self, ind: int = 0) -> BaseDataType:
        return DataType[self.get_nodeattr("outputDataType")]

    def get_normal_input_shape(self, ind: int = 0) -> tuple[int, ...]:
        return (1, *self.stream_frame(ind), self.channels_in(ind))

    def get_normal_output_shape(self, ind: int = 0) -> tuple[int, ...]:
        return (1, *self.frame_out(), self.channels_out(ind))

    def get_folded_input_shape(self, ind: int = 0) -> tuple[int, ...]:
        lanes = self.lanes_in(ind)
        return (1, *self.stream_frame(ind), self.channels_in(ind) // lanes, lanes)

    def get_folded_output_shape(self, ind: int = 0) -> tuple[int, ...]:
        lanes = self.lanes_out(ind)
        return (1, *self.frame_out(), self.channels_out(ind) // lanes, lanes)

    def beats_in(self, frame: np.ndarray, ind: int = 0) -> np.ndarray:
        """(beats, lanes) of input `ind` that carry `frame`."""
        return frame.reshape(-1, self.lanes_in(ind))

    def beats_out(self, frame: np.ndarray, ind: int = 0) -> np.ndarray:
        """(beats, lanes) of output `ind` that carry `frame`."""
        return frame.reshape(-1, self.lanes_out(ind))

    def frame_of(self, beats: np.ndarray, ind: int = 0) -> np.ndarray:
        """(1, H, W, channels) that the (beats, lanes) of output `ind` carry.

        What follows the frame is left out: a queue that has some from the start gives more.
        """
        shape = self.get_normal_output_shape(ind)
        return beats.ravel()[: int(np.prod(shape))].reshape(shape)

    def get_instream_width(self, ind: int = 0) -> int:
        if ind >= self.STREAMS:
            return 0  # FINN's word for an input that is no stream
        return self.lanes_in(ind) * self.get_input_datatype(ind).bitwidth()

    def get_outstream_width(self, ind: int = 0) -> int:
        return self.lanes_out(ind) * self.get_output_datatype(ind).bitwidth()

    def get_exp_cycles(self) -> int:
        height, width = self.frame_in()
        return height * width * self.fold()

    def infer_node_datatype(self, model: ModelWrapper) -> None:
        streams = self.onnx_node.input[: self.STREAMS]
        self.set_nodeattr(
            "inputDataTypes", [model.get_tensor_datatype(name).name for name in streams]
        )
        for ind, name in enumerate(self.onnx_node.output):
            model.set_tensor_datatype(name, self.get_output_datatype(ind))

    def make_shape_compatible_op(self, model: ModelWrapper) -> NodeProto:
        op = super().make_shape_compatible_op(model)
        op.output[:] = self.onnx_node.output
        return op

    def execute_node(self, context: dict[str, np.ndarray], graph: GraphProto) -> None:
        tensors = [np.rint(context[name]).astype(np.int64) for name in self.onnx_node.input]
        frames = [tensor[0] for tensor in tensors[: self.STREAMS]]
        results = self.compute(frames, tensors[self.STREAMS :])
        for name, result in zip(self.onnx_node.output, results, strict=True):
            context[name] = result[None].astype(np.float32)


def divisors(n: int) -> list[int]:
    """What divides `n`, rising."""
    return [d for d in range(1, n + 1) if n % d == 0]


def whole_frames(node: NodeProto, sizes: Sequence[_Size]) -> list[_Size]:
    """Those of the `sizes` of its streams that must be alike in `node`.

    Raises:
        FlowError: a stream of one pixel for the whole frame has more.
    """
    op = getCustomOp(node)
    once = op.ONCE if isinstance(op, TarsierOp) else frozenset()
    for ind in once:
        height, width = sizes[ind][:2]
        if (height, width) != (1, 1):
            raise FlowError(f"{node.name}: its factors of {width}x{height} pixels must be of 1x1")
    return [size for ind, size in enumerate(sizes) if ind not in once]


def role_of(node: NodeProto) -> Role:
    """The role of `node`; FINN's own nodes, which carry but do not compute, have none."""
    op = getCustomOp(node)
    return op.ROLE if isinstance(op, TarsierOp) else Role.OTHER
