# SPDX-License-Identifier: MIT
"""Write a netlist as a C++ program that calls the kernels' HLS twins one after the other.

In C simulation streams are unbounded queues and nothing happens at the same time.
"""

import numpy as np

from flow.errors import FlowError
from flow.netlist import Netlist
from flow.templates import render

__all__ = ["csim_top"]


def csim_top(netlist: Netlist) -> str:
    """The text of the program.

    Raises:
        FlowError: a kernel has no C++ twin.
    """
    for cell in netlist.cells:
        if not cell.instance.function:
            raise FlowError(f"{cell.name}: {cell.instance.module} has no HLS twin to simulate")
    return render(
        "csim_top.cpp.j2",
        {"braces": _braces},
        net=netlist,
    )


def _braces(values: np.ndarray) -> str:
    if values.ndim == 0:
        return str(int(values))
    return "{" + ", ".join(_braces(item) for item in values) + "}"
