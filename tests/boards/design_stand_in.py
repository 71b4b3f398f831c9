# SPDX-License-Identifier: MIT
"""The facts of a design that nobody built: of a size, and without layers."""

from tarsier_fpga.flow.design.design_facts import Design, FifoSizing
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.cost.resources import Resources


def design_facts(height: int, width: int, **facts) -> Design:
    """A design for packed frames of `height` by `width`; other `facts` where they matter."""
    pixels = height * width
    known = {
        "key": "0123456789abcdef",
        "net": "net",
        "board": "zcu104",
        "part": "part",
        "clock_mhz": 250.0,
        "width": 2 * width,
        "height": 2 * height,
        "pixels_per_cycle": 1.0,
        "ideal_cycles": pixels,
        "kind": FrameKind.BAYER,
        "channels": 4,
        "bits": 10,
        "black": 128,
        "white": 896,
        "radius": 3,
        "layers": (),
        "fifos": (),
        "fifo_sizing": FifoSizing(
            rows=height, bits_unbounded=0, bits=0, cycles_unbounded=pixels, cycles=pixels
        ),
        "streams": (),
        "estimate": Resources(),
    }
    return Design(**{**known, **facts})
