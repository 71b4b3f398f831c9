# SPDX-License-Identifier: MIT
"""Write a netlist as one SystemVerilog module."""

from flow.netlist import Netlist
from flow.templates import render
from hls.axi import axi_signals
from hls.instance import sv_literal

__all__ = ["rtl_top"]


def rtl_top(netlist: Netlist, simulated: bool = False) -> str:
    """The text of module `netlist.name`.

    The memory ports of a cell are ports `<cell>_m_axi_*` of the module; where memories are
    `simulated`, they end in a memory inside it.
    """
    filters = {"literal": sv_literal, "axi": axi_signals}
    return render("rtl_top.sv.j2", filters, net=netlist, simulated=simulated)
