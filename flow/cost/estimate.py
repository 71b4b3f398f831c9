# SPDX-License-Identifier: MIT
"""What a design costs on the device, by the formulas of its kernels, before any synthesis."""

from tarsier_fpga.hls.cost.dot_cost import built_in_cost
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.kernels import cost, mapped
from tarsier_fpga.hls.netlist.netlist import Netlist

__all__ = ["estimate", "estimate_fifos"]


def estimate(netlist: Netlist, family: Family, built_in: bool = False) -> Resources:
    """The resources of all kernels of `netlist` together.

    With `built_in`, as if the matrices of its dot products were built in, without solving them.
    """
    kernels = [cell.instance for cell in netlist.cells]
    dots = ("int_dot", "xnor_dot") if built_in else ()
    return total(
        mapped(family, built_in_cost(kernel)) if kernel.kernel in dots else cost(kernel, family)
        for kernel in kernels
    )


def estimate_fifos(netlist: Netlist, family: Family) -> Resources:
    """The resources of its FIFOs alone."""
    kernels = [cell.instance for cell in netlist.cells]
    return total(cost(kernel, family) for kernel in kernels if kernel.kernel == "fifo")
