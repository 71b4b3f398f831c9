# SPDX-License-Identifier: MIT
"""The quantizer that says how an input of the network is coded."""

import numpy as np
from onnx import NodeProto
from qonnx.core.datatype import DataType
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.quantize import Target, target_of

__all__ = ["QUANTIZERS", "first_quantizer"]

QUANTIZERS = ("Quant", "IntQuant", "BipolarQuant")


def first_quantizer(model: ModelWrapper, tensor: str, channels: int) -> Target | None:
    """The quantizer that everything which reads the input `tensor` starts with."""
    targets = []
    for reader in model.find_consumers(tensor) or []:
        node, rectified = reader, False
        while node is not None and node.op_type in ("Relu", "Clip", "Identity", "Dropout"):
            rectified |= node.op_type == "Relu"
            after: list[NodeProto] = model.find_consumers(node.output[0]) or []
            node = after[0] if len(after) == 1 else None
        if node is None or node.op_type not in QUANTIZERS:
            return None
        target = target_of(model, node, channels)
        if rectified and target.integers.of(np.array([target.integers.least])).min() < 0:
            return None
        targets.append(target)
    if not targets:
        return None
    first = targets[0].integers
    same = all(
        target.datatype == first.datatype
        and np.array_equal(target.integers.scale, first.scale)
        and np.array_equal(target.integers.offset, first.offset)
        for target in targets
    )
    uniform = np.ptp(first.scale) == 0 and np.ptp(first.offset) == 0
    return targets[0] if same and uniform and first.datatype != DataType["BINARY"] else None
