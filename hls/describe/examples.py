# SPDX-License-Identifier: MIT
"""Constants as networks have them, for the parameter sets whose size is recorded."""

import numpy as np

__all__ = ["NO_PAD", "signs", "two_lines", "two_slopes", "weights"]

_SEED = 0
NO_PAD = np.zeros(16, int)


def signs(rows: int, terms: int) -> np.ndarray:
    """(rows, terms) of -1 and +1."""
    return np.random.default_rng(_SEED).choice([-1, 1], (rows, terms))


def weights(rows: int, terms: int) -> np.ndarray:
    """Eight-bit weights as training leaves them: most of them small."""
    drawn = np.random.default_rng(_SEED).normal(0, 40, (rows, terms))
    return np.rint(drawn).clip(-127, 127).astype(int)


def two_slopes(channels: int, entries: int) -> np.ndarray:
    """Rounded and clamped functions of a popcount: one slope below a point, another above it."""
    rng = np.random.default_rng(_SEED)
    counts = 2 * np.arange(entries) - (entries - 1)
    tables = []
    for _ in range(channels):
        above, below = rng.uniform(0.3, 1.2), rng.uniform(-0.2, 0.5)
        scale, shift, bias = rng.uniform(0.3, 1.0), rng.normal(0, 5), rng.normal(0, 3)
        z = scale * counts + shift
        tables.append(np.rint(np.where(z > 0, above * z, below * z) + bias))
    return np.array(tables).clip(-128, 127).astype(int)


def two_lines(channels: int) -> np.ndarray:
    """(channels, 5) rows of knot, factor and offset below it, and above: 16 and 32 bits wide."""
    rng = np.random.default_rng(_SEED)
    factors = rng.integers(1 << 13, 1 << 15, (channels, 2))
    offsets = rng.integers(-(1 << 31), 1 << 31, (channels, 2))
    knots = rng.integers(-3000, 3000, channels)
    return np.column_stack([knots, factors[:, 0], offsets[:, 0], factors[:, 1], offsets[:, 1]])
