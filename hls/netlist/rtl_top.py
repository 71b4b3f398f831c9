# SPDX-License-Identifier: MIT
"""Write a netlist as one SystemVerilog module."""

from pathlib import Path

from tarsier_fpga.hls.base.templates import Filters, render
from tarsier_fpga.hls.netlist.axi import axi_signals
from tarsier_fpga.hls.netlist.instance import sv_literal
from tarsier_fpga.hls.netlist.netlist import Netlist

__all__ = ["rtl_top"]


def rtl_top(netlist: Netlist, simulated: bool = False) -> str:
    """The text of module `netlist.name`.

    The memory ports of a cell are ports `<cell>_m_axi_*` of the module; where memories are
    `simulated`, they end in a memory inside it.
    """
    filters: Filters = {"literal": sv_literal, "axi": axi_signals}
    return render(
        Path(__file__).with_name("rtl_top.sv.j2"), filters, net=netlist, simulated=simulated
    )
