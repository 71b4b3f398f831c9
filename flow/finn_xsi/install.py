# SPDX-License-Identifier: MIT
"""Put Verilator behind FINN's simulation interface, in this process."""

import functools
import shutil

import finn.xsi
import finn_xsi.adapter
from finn.transformation.fpgadataflow import create_stitched_ip
from finn.transformation.fpgadataflow.simulation_build import BuildSimulation
from finn.transformation.fpgadataflow.simulation_connected import NodeConnectedSimulation

from tarsier_fpga.flow.finn_xsi import compile, engine, sizing
from tarsier_fpga.flow.finn_xsi import stitched as stitch
from tarsier_fpga.flow.ops.register import prepare_finn

__all__ = ["install"]


@functools.cache
def install() -> None:
    """Make FINN simulate with Verilator wherever it would use Vivado's simulator.

    Everything in FINN that calls `finn.xsi` or `finn_xsi` then works without XILINX_VIVADO. FIFO
    sizing simulates the whole graph in this process instead of one process for every node. Where
    there is no Vivado, CreateStitchedIP writes a design for simulation only.
    """
    prepare_finn()
    ours = {
        "SimEngine": engine.SimEngine,
        "compile_sim_obj": compile.compile_sim_obj,
        "load_sim_obj": engine.load_sim_obj,
        "reset_rtlsim": engine.reset_rtlsim,
        "close_rtlsim": engine.close_rtlsim,
        "rtlsim_multi_io": engine.rtlsim_multi_io,
        "locate_glbl": lambda: None,  # Xilinx's simulation globals are not needed
        "get_simkernel_so": lambda: "verilator",
    }
    for module in (finn.xsi, finn_xsi.adapter):
        for name, value in ours.items():
            setattr(module, name, value)
    finn.xsi.is_available = finn.xsi.ensure_available = lambda: True
    BuildSimulation.apply = sizing.build_simulation
    NodeConnectedSimulation.__init__ = sizing.prepare
    NodeConnectedSimulation.simulate = sizing.simulate
    if not shutil.which("vivado"):
        create_stitched_ip.resolve_xilinx_tool = lambda tool: tool
        create_stitched_ip.launch_process_helper = stitch.run_project
