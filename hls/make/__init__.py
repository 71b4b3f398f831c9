# SPDX-License-Identifier: MIT
"""One constructor per kernel: checked arguments in, an `Instance` out."""

from hls.make.dots import int_dot, xnor_dot
from hls.make.lanes import act_table, requant, residual_add, sign_threshold
from hls.make.plumbing import RamStyle, fifo, stream_fork, width_adapter, window

__all__ = [
    "RamStyle",
    "act_table",
    "fifo",
    "int_dot",
    "requant",
    "residual_add",
    "sign_threshold",
    "stream_fork",
    "width_adapter",
    "window",
    "xnor_dot",
]
