# SPDX-License-Identifier: MIT
"""The light along the middle row of a frame, before and after, as an SVG plot."""

from collections.abc import Mapping

import numpy as np

from tarsier_fpga.camera.encode import decode
from tarsier_fpga.hls.base.coding import Coding

__all__ = ["profile"]

WIDTH, HEIGHT = 960, 220
_GREEN = 1
_SPAN = 320  # packed pixels at most, so that single ones can be seen


def profile(codes: Mapping[str, np.ndarray], scale: Coding) -> str:
    """SVG of the first green of the middle row; `codes` (h, w, 4) by the name of their class."""
    light = {name: _middle(decode(frame, scale)) for name, frame in codes.items()}
    low = min(0.0, *(float(row.min()) for row in light.values()))
    high = max(float(row.max()) for row in light.values()) + 1e-3
    curves = []
    for name, row in light.items():
        x = np.linspace(0, WIDTH, len(row))
        points = " ".join(f"{a:.1f},{_y(b, low, high):.1f}" for a, b in zip(x, row, strict=True))
        curves.append(f'<polyline class="{name}" points="{points}"/>')
    levels = (_y(level, low, high) for level in (0.0, 1.0) if level < high)
    lines = "".join(f'<path d="M0 {y:.1f}H{WIDTH}"/>' for y in levels)
    return (
        f'<svg class="profile" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
        'role="img" aria-label="Light along the middle row of the frame">'
        f"{lines}{''.join(curves)}</svg>"
    )


def _middle(light: np.ndarray) -> np.ndarray:
    """The first green along the middle row, its middle where it is long."""
    rows, columns = light.shape[:2]
    left = max(0, (columns - _SPAN) // 2)
    return light[rows // 2, left : left + _SPAN, _GREEN]


def _y(level: float, low: float, high: float) -> float:
    return (high - level) / (high - low) * HEIGHT
