# SPDX-License-Identifier: MIT
"""A drop-in for FINN's simulation interface, with Verilator instead of Vivado's simulator.

    from flow.sim import finn_xsi
    finn_xsi.install()

From then on FINN's own transformations and execution simulate with Verilator.
"""

import sys

from flow.sim.finn_xsi import xsi

sys.modules.setdefault("xsi", xsi)  # FINN's engine imports its binding under this name

from flow.sim.finn_xsi.install import install  # noqa: E402

__all__ = ["install"]
