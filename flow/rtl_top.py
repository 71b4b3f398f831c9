# SPDX-License-Identifier: MIT
"""Write a netlist as one SystemVerilog module."""

from flow.netlist import Netlist
from flow.templates import render
from hls.instance import sv_literal

__all__ = ["rtl_top"]


def rtl_top(netlist: Netlist) -> str:
    """The text of module `netlist.name`."""
    return render("rtl_top.sv.j2", {"literal": sv_literal}, net=netlist)
