# SPDX-License-Identifier: MIT
"""A drop-in for FINN's simulation interface, with Verilator instead of Vivado's simulator.

    from tarsier_fpga.flow import finn_xsi
    finn_xsi.install()

From then on FINN's own transformations and execution simulate with Verilator.
"""

import sys

from tarsier_fpga.flow.finn_xsi import xsi

sys.modules.setdefault("xsi", xsi)  # FINN's engine imports its binding under this name

from tarsier_fpga.flow.finn_xsi.install import install  # noqa: E402

__all__ = ["install"]
