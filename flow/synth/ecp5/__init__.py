# SPDX-License-Identifier: MIT
"""A bitstream for a bare ECP5 board, made with open tools only.

The network of a design with all that it needs on a board without a processor: a serial line, a
memory for a frame, a clock and a reset. Yosys synthesizes it, nextpnr places and routes it, and
ecppack packs the bitstream.
"""

from tarsier_fpga.flow.synth.ecp5.bitstream import build

__all__ = ["build"]
