# SPDX-License-Identifier: MIT
"""Folding for a pace that is told in cycles of a pixel of the first input."""

from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.size.fold import fold

__all__ = ["folded"]


def folded(model: ModelWrapper, cycles: int, constant: bool = True, **facts) -> ModelWrapper:
    """The hardware graph `model` for frames of the size that it has, `cycles` for each pixel."""
    _, height, width, _ = model.get_tensor_shape(model.graph.input[0].name)
    return fold(model, cycles * height * width, constant, **facts)
