# SPDX-License-Identifier: MIT
"""What kernels cost on AMD devices, measured by Yosys.

Each distinct kernel is synthesized alone, out of context, and a design is the sum of its kernels:
they are wired by streams only, so nothing could be shared across their borders.
"""

from flow.synth.pool import synthesize_all
from flow.synth.resources import Resources, total
from flow.synth.yosys import synthesize, synthesize_sources

__all__ = ["Resources", "synthesize", "synthesize_all", "synthesize_sources", "total"]
