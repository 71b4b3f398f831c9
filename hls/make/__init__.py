# SPDX-License-Identifier: MIT
"""One constructor per kernel: checked arguments in, an `Instance` out."""

from tarsier_fpga.hls.make.bayer import Cfa, bayer_front
from tarsier_fpga.hls.make.channels import (
    channel_scale,
    channel_shuffle,
    channel_slice,
    concat,
    group_shuffle,
    stream_join,
)
from tarsier_fpga.hls.make.const_dots import int_dot_const, xnor_dot_const
from tarsier_fpga.hls.make.dots import int_dot, xnor_dot
from tarsier_fpga.hls.make.frames import frame_delay
from tarsier_fpga.hls.make.lanes import act_table, requant, residual_add, sign_threshold
from tarsier_fpga.hls.make.pad import pad
from tarsier_fpga.hls.make.plumbing import RamStyle, fifo, stream_fork, width_adapter
from tarsier_fpga.hls.make.resample import (
    avg_pool,
    pixel_shuffle,
    pixel_unshuffle,
    upsample_bilinear,
    upsample_nearest,
)
from tarsier_fpga.hls.make.shift import spatial_shift
from tarsier_fpga.hls.make.window import window

__all__ = [
    "Cfa",
    "RamStyle",
    "act_table",
    "avg_pool",
    "bayer_front",
    "channel_scale",
    "channel_shuffle",
    "channel_slice",
    "concat",
    "fifo",
    "frame_delay",
    "group_shuffle",
    "int_dot",
    "int_dot_const",
    "pad",
    "pixel_shuffle",
    "pixel_unshuffle",
    "requant",
    "residual_add",
    "sign_threshold",
    "spatial_shift",
    "stream_fork",
    "stream_join",
    "upsample_bilinear",
    "upsample_nearest",
    "width_adapter",
    "window",
    "xnor_dot",
    "xnor_dot_const",
]
