# SPDX-License-Identifier: MIT
"""The light along the middle row of a frame, before and after, as an SVG plot."""

from collections.abc import Mapping

import numpy as np

__all__ = ["profile"]

WIDTH, HEIGHT = 960, 220
_SPAN = 320  # pixels at most, so that single ones can be seen


def profile(lines: Mapping[str, np.ndarray]) -> str:
    """SVG of `lines`, light of a row by the name of their class: 0 is black and 1 is white.

    Of a longer row its middle.
    """
    light = {name: _middle(row) for name, row in lines.items()}
    low = min(0.0, *(float(row.min()) for row in light.values()))
    high = max(float(row.max()) for row in light.values()) + 1e-3
    curves = []
    for name, row in light.items():
        x = np.linspace(0, WIDTH, len(row))
        points = " ".join(f"{a:.1f},{_y(b, low, high):.1f}" for a, b in zip(x, row, strict=True))
        curves.append(f'<polyline class="{name}" points="{points}"/>')
    levels = (_y(level, low, high) for level in (0.0, 1.0) if level < high)
    marks = "".join(f'<path d="M0 {y:.1f}H{WIDTH}"/>' for y in levels)
    return (
        f'<svg class="profile" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
        'role="img" aria-label="Light along the middle row of the frame">'
        f"{marks}{''.join(curves)}</svg>"
    )


def _middle(row: np.ndarray) -> np.ndarray:
    left = max(0, (len(row) - _SPAN) // 2)
    return row[left : left + _SPAN]


def _y(level: float, low: float, high: float) -> float:
    return (high - level) / (high - low) * HEIGHT
