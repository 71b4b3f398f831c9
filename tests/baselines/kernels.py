# SPDX-License-Identifier: MIT
"""The parameter sets whose size is recorded: `KERNELS[kernel][label]()` makes the Instance."""

from collections.abc import Callable, Mapping

import numpy as np

from tarsier_fpga.hls import make
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["KERNELS", "instance"]

RNG_SEED = 0
NO_PAD = np.zeros(16, int)


def signs(rows: int, terms: int) -> np.ndarray:
    return np.random.default_rng(RNG_SEED).choice([-1, 1], (rows, terms))


def weights(rows: int, terms: int) -> np.ndarray:
    """Eight-bit weights as training leaves them: most of them small."""
    drawn = np.random.default_rng(RNG_SEED).normal(0, 40, (rows, terms))
    return np.rint(drawn).clip(-127, 127).astype(int)


def two_slopes(channels: int, entries: int) -> np.ndarray:
    """Rounded and clamped functions of a popcount: one slope below a point, another above it."""
    rng = np.random.default_rng(RNG_SEED)
    counts = 2 * np.arange(entries) - (entries - 1)
    tables = []
    for _ in range(channels):
        above, below = rng.uniform(0.3, 1.2), rng.uniform(-0.2, 0.5)
        scale, shift, bias = rng.uniform(0.3, 1.0), rng.normal(0, 5), rng.normal(0, 3)
        z = scale * counts + shift
        tables.append(np.rint(np.where(z > 0, above * z, below * z) + bias))
    return np.array(tables).clip(-128, 127).astype(int)


def int_dot(rows: int, terms: int, pe: int, simd: int, x_width: int, x_signed: bool) -> Instance:
    bias = np.zeros(rows, int)
    return make.int_dot(weights(rows, terms), bias, x_width, x_signed, pe, simd)


KERNELS: Mapping[str, Mapping[str, Callable[[], Instance]]] = {
    "xnor_dot": {
        "288 terms, 32 rows, Simd 288, Pe 8": lambda: make.xnor_dot(signs(32, 288), 8, 288),
        "144 terms, 16 rows, Simd 144, Pe 16": lambda: make.xnor_dot(signs(16, 144), 16, 144),
        "144 terms, 16 rows, Simd 144, Pe 4": lambda: make.xnor_dot(signs(16, 144), 4, 144),
        "144 terms, 16 rows, Simd 36, Pe 4": lambda: make.xnor_dot(signs(16, 144), 4, 36),
    },
    "xnor_dot_const": {
        "288 terms, 32 rows": lambda: make.xnor_dot_const(signs(32, 288)),
        "144 terms, 16 rows": lambda: make.xnor_dot_const(signs(16, 144)),
    },
    "int_dot": {
        "36 terms, 16 rows, Simd 36, Pe 4, 10 bits": lambda: int_dot(16, 36, 4, 36, 10, False),
        "144 terms, 4 rows, Simd 36, Pe 1, 8 bits": lambda: int_dot(4, 144, 1, 36, 8, True),
    },
    "int_dot_const": {
        "36 terms, 4 rows, 10 bits": lambda: make.int_dot_const(
            weights(4, 36), np.zeros(4, int), 10, False
        ),
    },
    "act_table": {
        "16 channels of 289 entries": lambda: make.act_table(two_slopes(16, 289), 16, 8),
        "16 channels of 145 entries": lambda: make.act_table(two_slopes(16, 145), 16, 8),
    },
    "sign_threshold": {
        "16 channels of 8 bits": lambda: make.sign_threshold(np.arange(-8, 8), 8),
    },
    "requant": {
        "16 lanes, 21 to 8 bits": lambda: make.requant(16, 21, 11, 8, 0, 127),
        "4 lanes, 20 to 10 bits": lambda: make.requant(4, 20, 8, 10, 0, 1023),
    },
    "residual_add": {
        "16 lanes of 8 bits": lambda: make.residual_add(16, 8, True, 8, 8, -128, 127),
    },
    "window": {
        "16 × 1 bit, 960 × 540": lambda: make.window(16, 1, 960, 540, NO_PAD),
        "16 × 8 bits, 64 × 64": lambda: make.window(16, 8, 64, 64, NO_PAD),
        "4 × 8 bits, 8192 × 64": lambda: make.window(4, 8, 8192, 64, NO_PAD[:4]),
    },
    "pad": {
        "16 × 1 bit, border 1": lambda: make.pad(16, 1, 960, 540, (1, 1, 1, 1), NO_PAD),
        "4 × 8 bits, replicated": lambda: make.pad(4, 8, 960, 540, (1, 1, 1, 1)),
    },
    "fifo": {
        "128 bits, 2 deep": lambda: make.fifo(128, 2),
        "128 bits, 40 deep": lambda: make.fifo(128, 40),
        "128 bits, 300 deep": lambda: make.fifo(128, 300),
        "16 bits, 65536 deep": lambda: make.fifo(16, 65536),
    },
    "width_adapter": {
        "8 to 128 bits": lambda: make.width_adapter(8, 128),
        "128 to 8 bits": lambda: make.width_adapter(128, 8),
    },
    "stream_fork": {"128 bits": lambda: make.stream_fork(128)},
    "stream_join": {"16 and 128 bits": lambda: make.stream_join(16, 128)},
    "concat": {"16 and 16 channels, 8 lanes": lambda: make.concat(16, 16, 8, 8)},
    "channel_slice": {"8 to 15 of 32 channels": lambda: make.channel_slice(32, 8, 8, 8, 8)},
    "channel_shuffle": {
        "16 channels, 4 groups": lambda: make.channel_shuffle(make.group_shuffle(16, 4), 8),
    },
    "channel_scale": {
        "16 channels of 8 bits": lambda: make.channel_scale(weights(1, 16)[0], 8, True, 16),
    },
    "pixel_shuffle": {"3 channels, factor 2": lambda: make.pixel_shuffle(3, 8, 960, 2)},
    "pixel_unshuffle": {"1 channel, factor 2": lambda: make.pixel_unshuffle(1, 10, 1920, 2, 4)},
    "upsample_nearest": {"4 × 8 bits": lambda: make.upsample_nearest(4, 8, 480, 2)},
    "upsample_bilinear": {
        "4 × 8 bits": lambda: make.upsample_bilinear(4, 8, True, 480, 270),
    },
    "avg_pool": {"4 × 8 bits": lambda: make.avg_pool(4, 8, True, 960, 540)},
    "spatial_shift": {
        "4 channels, up to 1 pixel": lambda: make.spatial_shift(
            np.array([[1, 0], [-1, 0], [0, 1], [0, -1]]), NO_PAD[:4], 8, 960, 540
        ),
    },
    "bayer_front": {
        "2 samples, 12 to 10 bits": lambda: make.bayer_front(
            2, 1920, 12, 10, np.full(4, 64), np.tile([3, 2], (4, 1)), 0
        ),
    },
    "frame_delay": {
        "4 × 8 bits, 64-bit port": lambda: make.frame_delay(4, 8, 960, 540, NO_PAD[:4]),
    },
}


def instance(kernel: str, label: str) -> Instance:
    """The kernel at one of its recorded parameter sets."""
    return KERNELS[kernel][label]()
