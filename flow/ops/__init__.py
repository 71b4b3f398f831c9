# SPDX-License-Identifier: MIT
"""FINN custom ops, one per kernel, each with its RTL and its HLS variant.

A node is executed by its NumPy golden; with exec_mode rtlsim an RTL variant by its SystemVerilog in
Verilator, with cppsim an HLS variant, after PrepareCppSim and CompileCppSim, by its C++ twin.
"""

from flow.ops.act_table import TarsierActTable
from flow.ops.avg_pool import TarsierAvgPool
from flow.ops.base import TarsierOp
from flow.ops.bayer_front import TarsierBayerFront
from flow.ops.channel_scale import TarsierChannelScale
from flow.ops.channel_shuffle import TarsierChannelShuffle
from flow.ops.channel_slice import TarsierChannelSlice
from flow.ops.concat import TarsierConcat
from flow.ops.fork import TarsierFork
from flow.ops.frame_delay import TarsierFrameDelay
from flow.ops.hls_top import hls_variant
from flow.ops.int_dot import TarsierIntDot
from flow.ops.pad import TarsierPad
from flow.ops.pixel_shuffle import TarsierPixelShuffle
from flow.ops.pixel_unshuffle import TarsierPixelUnshuffle
from flow.ops.requant import TarsierRequant
from flow.ops.residual_add import TarsierResidualAdd
from flow.ops.shell import rtl_variant
from flow.ops.sign_threshold import TarsierSignThreshold
from flow.ops.spatial_shift import TarsierSpatialShift
from flow.ops.upsample_bilinear import TarsierUpsampleBilinear
from flow.ops.upsample_nearest import TarsierUpsampleNearest
from flow.ops.window import TarsierWindow
from flow.ops.xnor_dot import TarsierXnorDot

__all__ = ["HLS_OPS", "OPS", "RTL_OPS", "TarsierOp"]

OPS = (
    TarsierActTable,
    TarsierAvgPool,
    TarsierBayerFront,
    TarsierChannelScale,
    TarsierChannelShuffle,
    TarsierChannelSlice,
    TarsierConcat,
    TarsierFork,
    TarsierFrameDelay,
    TarsierIntDot,
    TarsierPad,
    TarsierPixelShuffle,
    TarsierPixelUnshuffle,
    TarsierRequant,
    TarsierResidualAdd,
    TarsierSignThreshold,
    TarsierSpatialShift,
    TarsierUpsampleBilinear,
    TarsierUpsampleNearest,
    TarsierWindow,
    TarsierXnorDot,
)
RTL_OPS = tuple(rtl_variant(op) for op in OPS)
HLS_OPS = tuple(hls_variant(op) for op in OPS)
