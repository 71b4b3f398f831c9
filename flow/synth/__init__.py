# SPDX-License-Identifier: MIT
"""What kernels cost on AMD devices, measured by Yosys.

Each distinct kernel is synthesized alone, out of context, and a design is the sum of its kernels:
they are wired by streams only, so nothing could be shared across their borders.
"""

from tarsier_fpga.flow.synth.counted import Counted, total
from tarsier_fpga.flow.synth.yosys.pool import synthesize_all
from tarsier_fpga.flow.synth.yosys.run_yosys import synthesize, synthesize_sources

__all__ = ["Counted", "synthesize", "synthesize_all", "synthesize_sources", "total"]
