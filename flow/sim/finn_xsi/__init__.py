# SPDX-License-Identifier: MIT
"""A drop-in for FINN's simulation interface, with Verilator instead of Vivado's simulator.

    from flow.sim import finn_xsi
    finn_xsi.install()

From then on FINN's own transformations and execution simulate with Verilator.
"""

from flow.sim.finn_xsi.install import install

__all__ = ["install"]
