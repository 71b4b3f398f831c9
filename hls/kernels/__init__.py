# SPDX-License-Identifier: MIT
"""Every kernel there is, found by name: a module of this folder each, and those of other packages.

`<name>.py` holds all that Python says of a kernel: its constructor `<name>`, its `cost`, its
`proofs` and the parameter sets RECORDED. Another package adds one by an entry point of the group
tarsier_fpga.kernels, whose name is the kernel's and whose value is such a module.
"""

import sys
from collections.abc import Mapping
from functools import cache
from math import ceil
from types import MappingProxyType

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.base.plugins import Group, modules
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Kernel, described
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["cost", "kernels", "mapped"]

_LUT4S = 1.6  # for each LUT6, where logic is mapped to LUT4s


@cache
def kernels() -> Mapping[str, Kernel]:
    """Every kernel by its name.

    Raises:
        KernelError: a module lacks a part, or two packages have a kernel of the same name.
    """
    found: dict[str, Kernel] = {}
    for name, module in modules(sys.modules[__name__], Group.KERNELS):
        if name in found:
            raise KernelError(f"the kernel {name} is there twice, once in {module.__name__}")
        found[name] = described(name, module)
    return MappingProxyType(found)


def cost(instance: Instance, family: Family) -> Resources:
    """What one kernel takes of a device, by the formula of its module.

    Raises:
        KernelError: no kernel of that name is known.
    """
    kernel = kernels().get(instance.kernel)
    if kernel is None:
        raise KernelError(
            f"{instance.kernel}: no formula estimates this kernel; there are {', '.join(kernels())}"
        )
    counted_as = Family.SERIES7 if family is Family.ECP5 else family
    return mapped(family, kernel.cost(instance, counted_as))


def mapped(family: Family, guess: Resources) -> Resources:
    """`guess`, which counts LUT6s, in the LUTs that `family` has."""
    if family is not Family.ECP5:
        return guess
    return guess.model_copy(update={"lut": ceil(_LUT4S * guess.lut)})
