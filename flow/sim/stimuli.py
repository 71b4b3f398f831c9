# SPDX-License-Identifier: MIT
"""Test frames for a design: what a sensor could show, and what it never would."""

import numpy as np

from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.hls.base.port import Port

__all__ = ["SCENES", "sample_frames"]

SCENES = 2  # frames that differ; longer runs repeat them
_NOISE = 0.05  # deviation, of the way from black to white


def sample_frames(design: Design, count: int) -> dict[str, np.ndarray]:
    """(count, H, W, channels) codes of each input: pure noise, and noise on a ramp, in turn.

    They are uint16, or int16 where they are signed.
    """
    rng = np.random.default_rng(0)
    return {port.name: _sample(design, port, count, rng) for port in design.inputs}


def _sample(design: Design, x: Port, count: int, rng: np.random.Generator) -> np.ndarray:
    shape, ends = design.shape(x), x.range
    ramp = np.linspace(x.black, x.white, shape[1])[None, :, None]
    noise = rng.integers(*ends, shape, endpoint=True)
    deviation = _NOISE * (x.white - x.black)
    scene = np.clip(np.rint(ramp + rng.normal(0, deviation, shape)), *ends)
    frames = np.stack([(noise, scene)[index % SCENES] for index in range(count)])
    return frames.astype(np.int16 if x.signed else np.uint16)
