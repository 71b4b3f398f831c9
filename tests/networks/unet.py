# SPDX-License-Identifier: MIT
"""A U-Net of binary units at three scales with skips, on raw mosaics, untrained.

Down by a binary convolution of stride 2, up by pixels repeated; a skip and what comes up are
concatenated and mixed by a convolution of one tap.
"""

import numpy as np
from onnx import ModelProto

from tests.networks.graph import GraphWriter

__all__ = ["unet"]

_CODES, _STEP = 10, 2.0**-5  # bits of a code; step of the residual streams


def unet(
    channels: tuple[int, ...] = (16, 32, 64), units: int = 2, side: int = 32, seed: int = 0
) -> ModelProto:
    """The network on packed frames of `side` x `side`, with `units` binary units at each scale."""
    return _Unet(channels, units, seed).model(side)


class _Unet:
    def __init__(self, channels: tuple[int, ...], units: int, seed: int) -> None:
        self.channels, self.units = channels, units
        self.rng, self.net = np.random.default_rng(seed), GraphWriter(18)

    def model(self, side: int) -> ModelProto:
        net = self.net
        x = net.input([1, 4, side, side])
        black = net.node("Mul", net.node("Sub", x, np.float32(128)), np.float32(2.0**-8))
        t = self._quant(self._conv(black, 4, self.channels[0], 3), 8)
        skips = []
        for n, width in enumerate(self.channels):
            t = self._units(t, width)
            if n + 1 < len(self.channels):
                skips.append(t)
                t = self._binary(t, width, self.channels[n + 1], stride=2)
        for width, wider, skip in zip(
            self.channels[-2::-1], self.channels[:0:-1], skips[::-1], strict=True
        ):
            up = net.node(
                "Resize",
                t,
                np.zeros(0, np.float32),
                np.array([1, 1, 2, 2], np.float32),
                mode="nearest",
                coordinate_transformation_mode="asymmetric",
                nearest_mode="floor",
            )
            t = net.node("Concat", skip, up, axis=1)
            t = self._units(self._quant(self._conv(t, width + wider, width, 1), 8), width)
        noise = net.node("Mul", self._conv(t, self.channels[0], 4, 3), np.float32(2.0**8))
        y = net.node("Add", x, self._quant(noise, 11, 1.0))
        y = self._quant(y, _CODES, 1.0, signed=0)
        told = {"net": "unet", "kind": "bayer", "bits": _CODES, "black": 128, "white": 896}
        return net.model({y: [1, 4, side, side]}, told)

    def _units(self, t: str, width: int) -> str:
        for _ in range(self.units):
            t = self._quant(self.net.node("Add", t, self._binary(t, width, width)), 8)
        return t

    def _binary(self, t: str, inputs: int, outputs: int, stride: int = 1) -> str:
        """Sign, binary convolution, and a scale, a shift and two slopes for each channel."""
        net, rng = self.net, self.rng
        shape = (1, outputs, 1, 1)
        t = net.node("Pad", t, np.array([0, 0, 1, 1] * 2), mode="constant")
        t = net.node("Add", t, self._grid(rng.normal(0, 1, (1, inputs, 1, 1)), -8))
        t = net.node("BipolarQuant", t, np.float32(1))
        signs = rng.choice([-1.0, 1.0], (outputs, inputs, 3, 3)).astype(np.float32)
        weights = net.node("BipolarQuant", signs, np.float32(1))
        t = net.node("Conv", t, weights, kernel_shape=[3, 3], strides=[stride] * 2)
        t = net.node("Mul", t, self._grid(rng.uniform(0.02, 0.06, shape), -10))
        t = net.node("Add", t, self._grid(rng.normal(0, 0.2, shape), -8))
        t = net.node("PRelu", t, self._grid(rng.uniform(0.1, 0.5, shape[1:]), -6))
        return self._quant(t, 8)

    def _conv(self, t: str, inputs: int, outputs: int, side: int) -> str:
        net = self.net
        bound = 1 / np.sqrt(inputs * side * side)
        drawn = self.rng.uniform(-bound, bound, (outputs, inputs, side, side)).astype(np.float32)
        weights = self._quant(drawn, 8, 2.0**-9)
        if side > 1:
            t = net.node("Pad", t, np.array([0, 0, 1, 1] * 2), mode="constant")
        return net.node("Conv", t, weights, kernel_shape=[side, side])

    def _quant(self, t: str | np.ndarray, bits: int, step: float = _STEP, signed: int = 1) -> str:
        numbers = [np.float32(number) for number in (step, 0, bits)]
        return self.net.node("Quant", t, *numbers, signed=signed, narrow=0, rounding_mode="ROUND")

    @staticmethod
    def _grid(values: np.ndarray, exponent: int) -> np.ndarray:
        return np.ldexp(np.rint(np.ldexp(values, -exponent)), exponent).astype(np.float32)
