# SPDX-License-Identifier: MIT
"""A system in the simulator: levels of its line in, levels and lights out."""

from pathlib import Path

import numpy as np

from flow.sim import verilate
from flow.sim.model import Model
from hls.instance import Stream

__all__ = ["HERE", "WAKING", "compiled", "pins"]

HERE = Path(__file__).parent
WAKING = 200  # cycles after which it hears


def compiled(sources: dict[str, str]) -> Model:
    """The board made of `sources`, whose top is `system`; its PLL stands in for the real one."""
    bench = {name: (HERE / name).read_text() for name in ("bench.sv", "EHXPLLL.sv")}
    ports = (Stream("x", 1),), (Stream("y", 9),)
    return verilate.build_sources("bench", {**sources, **bench}, *ports, {}, {})


def pins(model: Model, line: np.ndarray, cycles: int) -> tuple[np.ndarray, np.ndarray]:
    """(line, lights) of so many cycles after `line` has woken the board and then gone on."""
    x = line.astype(np.uint32)[:, None]
    y = model.run({"x": x}, {"y": cycles}, drain=0).outputs["y"][:, 0]
    return (y & 1).astype(np.uint8), (y >> 1).astype(np.uint8)
