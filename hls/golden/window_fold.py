# SPDX-License-Identifier: MIT
"""The terms of a folded dot product under every place of a convolution, in its order."""

import numpy as np


def window_fold(
    x: np.ndarray,
    pad: np.ndarray,
    kernel: int = 3,
    stride: int = 1,
    dilation: int = 1,
    padding: int | None = None,
    groups: int = 1,
    passes: int = 1,
) -> np.ndarray:
    """(H, W, C) frame, (C,) pad -> (rows, columns, groups * passes, kernel^2 * C / groups).

    A vector holds the channels of one group, tap by tap; all `passes` of a group are the same.
    Rows and columns count as PyTorch's Conv2d does; without `padding` it is the one that keeps the
    frame's size at stride 1.

    >>> window_fold(np.array([[[5, 6]]]), np.array([0, 0]), kernel=1, groups=2, passes=2).tolist()
    [[[[5], [5], [6], [6]]]]
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
    terms = np.stack(taps, axis=2).reshape(*taps[0].shape[:2], kernel**2, groups, -1)
    vectors = terms.transpose(0, 1, 3, 2, 4).reshape(*taps[0].shape[:2], groups, -1)
    return np.repeat(vectors, passes, axis=2)
