# SPDX-License-Identifier: MIT
"""How large the frames between kernels are, for inputs of any size."""

from collections.abc import Mapping, Sequence

from onnx import NodeProto
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.sim.execute import check_sizes
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["frame_sizes"]

Sizes = Mapping[str, tuple[int, int]]  # height, width


def frame_sizes(nodes: Sequence[NodeProto], inputs: Sizes) -> dict[str, tuple[int, int]]:
    """Sizes of `inputs` and of all that `nodes` make of them.

    Raises:
        FlowError: frames of two sizes meet in a node, or nothing is left of a frame behind it.
    """
    sizes = dict(inputs)
    for node in nodes:
        met = [sizes[name] for name in node.input if name in sizes]
        check_sizes(node, met)
        height, width = made = _made(node, met[0])
        if height < 1 or width < 1:
            told = f"{met[0][1]}x{met[0][0]}"
            raise FlowError(f"{node.name}: a frame of {told} pixels is too small for it")
        sizes.update(dict.fromkeys(node.output, made))
    return sizes


def _made(node: NodeProto, size: tuple[int, int]) -> tuple[int, int]:
    if not isinstance(getCustomOp(node), TarsierOp):
        return size
    sized = NodeProto()
    sized.CopyFrom(node)
    op = getCustomOp(sized)
    op.set_nodeattr("frame", list(size))
    return op.frame_out()
