# SPDX-License-Identifier: MIT
"""The parameter sets whose size is recorded: `RECORDED[kernel][label]()` makes the Instance."""

from collections.abc import Mapping

from tarsier_fpga.hls.cost.family import AMD, Family
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.kernels import kernels
from tarsier_fpga.hls.netlist.instance import Instance
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["RECORDED", "families", "instance"]

RECORDED: Mapping[str, Recorded] = {name: kernel.recorded for name, kernel in kernels().items()}


def instance(kernel: str, label: str) -> Instance:
    """The kernel at one of its recorded parameter sets."""
    return RECORDED[kernel][label]()


def families(kernel: Instance) -> tuple[Family, ...]:
    """Those that Yosys can map `kernel` to: 7 series has no UltraRAM."""
    ultra = kernel.params.get("RamStyle") == RamStyle.ULTRA
    return (Family.ULTRASCALE_PLUS,) if ultra else AMD
