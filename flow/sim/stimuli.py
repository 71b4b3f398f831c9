# SPDX-License-Identifier: MIT
"""Test frames for a design: what a sensor could show, and what it never would."""

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design

__all__ = ["SCENES", "sample_frames"]

SCENES = 2  # frames that differ; longer runs repeat them
_NOISE = 0.05  # deviation, of the way from black to white


def sample_frames(design: Design, count: int) -> np.ndarray:
    """(count, H, W, channels) uint16 codes: pure noise, and noise on a ramp, in turn."""
    rng = np.random.default_rng(0)
    x = design.x
    shape = design.shape(x)
    top = (1 << x.bits) - 1
    ramp = np.linspace(x.black, x.white, shape[1])[None, :, None]
    noise = rng.integers(0, top, shape, endpoint=True)
    deviation = _NOISE * (x.white - x.black)
    scene = np.clip(np.rint(ramp + rng.normal(0, deviation, shape)), 0, top)
    return np.stack([(noise, scene)[index % SCENES] for index in range(count)]).astype(np.uint16)
