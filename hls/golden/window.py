# SPDX-License-Identifier: MIT
"""The pixels under every place of a convolution, a constant pixel outside the frame."""

import numpy as np


def window(
    x: np.ndarray,
    pad: np.ndarray,
    kernel: int = 3,
    stride: int = 1,
    dilation: int = 1,
    padding: int | None = None,
) -> np.ndarray:
    """(H, W, C) frame, (C,) pad -> (rows, columns, kernel^2 C), term (ky*kernel + kx)*C + c.

    Rows and columns count as PyTorch's Conv2d does; without `padding` it is the one that keeps the
    frame's size at stride 1.

    >>> window(np.array([[[5]]]), np.array([0]))
    array([[[0, 0, 0, 0, 5, 0, 0, 0, 0]]])
    >>> window(np.arange(8).reshape(2, 4, 1), np.array([9]), kernel=2, stride=2, padding=0)
    array([[[0, 1, 4, 5],
            [2, 3, 6, 7]]])
    """
    height, width, channels = x.shape
    span = dilation * (kernel - 1)
    edge = span // 2 if padding is None else padding
    padded = np.empty((height + 2 * edge, width + 2 * edge, channels), x.dtype)
    padded[:] = pad
    padded[edge : edge + height, edge : edge + width] = x
    bottom, right = padded.shape[0] - span, padded.shape[1] - span
    offsets = range(0, span + 1, dilation)
    taps = [
        padded[y : y + bottom : stride, x : x + right : stride] for y in offsets for x in offsets
    ]
    return np.concatenate(taps, axis=-1)
