# SPDX-License-Identifier: MIT
"""Weights of a convolution as integers times a scale for each row."""

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.lower.doubles import constant_of
from tarsier_fpga.flow.lower.meaning import spread
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["constant", "integer_rows", "told_scale", "ungrouped"]

_NEAR = 1e-6
_WIDEST = 1 << 15  # of a weight
_FINEST = 32  # parts of the smallest weight that are tried as the common scale


def told_scale(model: ModelWrapper, node: NodeProto, rows: int) -> np.ndarray | None:
    """(O,) scales of the quantizer that the weights of `node` come from, if it has such."""
    quantizer = model.find_producer(node.input[1])
    if quantizer is None or quantizer.op_type not in ("Quant", "IntQuant", "BipolarQuant"):
        return None
    scale = constant_of(model, quantizer.input[1])
    return None if scale is None or scale.size not in (1, rows) else spread(scale, rows)


def integer_rows(
    weights: np.ndarray, told: np.ndarray | None, node: NodeProto
) -> tuple[np.ndarray, np.ndarray]:
    """Integers like `weights`, and (O,) scales: those told, or one for all, or one for each row.

    Raises:
        FlowError: there are none of at most 16 bits.
    """
    if told is not None:
        steps = weights / told[:, None, None, None]
        if np.all(np.abs(steps - np.rint(steps)) < _NEAR) and np.abs(steps).max() < _WIDEST:
            return np.rint(steps).astype(np.int64), told
    for rows in ([weights], list(weights)):
        scales = [_common_scale(row) for row in rows]
        if all(scale is not None for scale in scales):
            scale = spread(scales, len(weights))
            steps = weights / scale[:, None, None, None]
            return np.rint(steps).astype(np.int64), scale
    raise FlowError(
        f"{node.op_type} {node.name}: its weights are no integers times a scale; they must pass a"
        " Quant or BipolarQuant"
    )


def _common_scale(values: np.ndarray) -> float | None:
    """The largest number of which all `values` are multiples of at most 16 bits.

    >>> _common_scale(np.array([0.75, -0.5, 0.0])), _common_scale(np.zeros(2))
    (0.25, 1.0)
    """
    sizes = np.unique(np.abs(values[values != 0]))
    if not sizes.size:
        return 1.0
    for parts in range(1, _FINEST + 1):
        scale = float(sizes[0]) / parts
        steps = sizes / scale
        if np.all(np.abs(steps - np.rint(steps)) < _NEAR * np.maximum(1, steps / 256)):
            return scale if steps[-1] < _WIDEST else None
    return None


def ungrouped(weights: np.ndarray, groups: int, channels: int, node: NodeProto) -> np.ndarray:
    """(O, I, kh, kw) weights, zero where a row's group does not reach."""
    rows, own = weights.shape[:2]
    if own * groups != channels or rows % groups:
        raise FlowError(
            f"Conv {node.name}: weights {list(weights.shape)} in {groups} groups do not fit"
            f" {channels} channels"
        )
    dense = np.zeros((rows, channels, *weights.shape[2:]))
    for row in range(rows):
        first = row // (rows // groups) * own
        dense[row, first : first + own] = weights[row]
    return dense


def constant(model: ModelWrapper, node: NodeProto, index: int) -> np.ndarray:
    values = constant_of(model, node.input[index])
    if values is None:
        raise FlowError(
            f"{node.op_type} {node.name}: {node.input[index]} comes from a frame; weights and bias"
            " must be constants"
        )
    return np.asarray(values, np.float64)
