# SPDX-License-Identifier: MIT
"""The facts of a design that nobody built: of a size, and without layers."""

from tarsier_fpga.flow.design.design_facts import Design, FifoSizing
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.cost.resources import Resources


def port(name: str, kind: FrameKind = FrameKind.BAYER, **facts) -> Port:
    """A stream of frames; of packed mosaics of 10 bits, if nothing else is said."""
    known = {
        "tensor": name,
        "channels": kind.channels,
        "bits": 10,
        "signed": False,
        "black": 128,
        "white": 896,
        "scale": 1.0,
        "offset": 0.0,
    }
    return Port(name=name, kind=kind, **{**known, **facts})


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
        "inputs": (port("x"),),
        "outputs": (port("y"),),
        "reach": (3, 3, 3, 3),
        "align": 1,
        "layers": (),
        "fifos": (),
        "fifo_sizing": FifoSizing(
            rows=height, bits_unbounded=0, bits=0, cycles_unbounded=pixels, cycles=pixels, stall=0
        ),
        "streams": (),
        "estimate": Resources(),
    }
    ports = [*facts.get("inputs", known["inputs"]), *facts.get("outputs", known["outputs"])]
    known["frames"] = {port.name: port.shape(height, width)[:2] for port in ports}
    return Design(**{**known, **facts})
