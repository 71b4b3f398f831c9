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

    The memory ports of a cell are ports `<cell>_m_axi_*` of the module, and its further ones
    `<cell>_<name>_*`. Where it is `simulated`, a memory inside ends the first, and the inputs among
    the second are held at their values.
    """
    filters: Filters = {"literal": sv_literal, "axi": axi_signals}
    return render(
        Path(__file__).with_name("rtl_top.sv.j2"), filters, net=netlist, simulated=simulated
    )
