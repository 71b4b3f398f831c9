# SPDX-License-Identifier: MIT
"""Write a netlist as a C++ program that calls the kernels' HLS twins one after the other.

In C simulation streams are unbounded queues and nothing happens at the same time.
"""

from pathlib import Path

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.base.templates import Filters, braces, render
from tarsier_fpga.hls.netlist.instance import Table
from tarsier_fpga.hls.netlist.netlist import Netlist

__all__ = ["csim_top"]


def csim_top(netlist: Netlist) -> str:
    """The text of the program.

    Raises:
        FlowError: a kernel has no C++ twin.
    """
    for cell in netlist.cells:
        if not cell.instance.function:
            raise FlowError(f"{cell.name}: {cell.instance.module} has no HLS twin to simulate")
    # ap_types refuses wider integers than this; a beat is padded to 32-bit words on its way in.
    widest = max(1024, *(stream.width + 31 for stream in netlist.streams))
    filters: Filters = {"braces": braces, "item": _item}
    return render(Path(__file__).with_name("csim_top.cpp.j2"), filters, net=netlist, widest=widest)


def _item(table: Table) -> str:
    return f"{'ap_int' if table.signed else 'ap_uint'}<{table.width}>"
