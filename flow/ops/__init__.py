# SPDX-License-Identifier: MIT
"""FINN custom ops, one per kernel, each with its RTL and its HLS variant.

A node is executed by its NumPy golden; with exec_mode rtlsim an RTL variant by its SystemVerilog in
Verilator, with cppsim an HLS variant, after PrepareCppSim and CompileCppSim, by its C++ twin.
"""

from tarsier_fpga.flow.ops.act_table import TarsierActTable
from tarsier_fpga.flow.ops.avg_pool import TarsierAvgPool
from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.bayer_front import TarsierBayerFront
from tarsier_fpga.flow.ops.channel_scale import TarsierChannelScale
from tarsier_fpga.flow.ops.channel_shuffle import TarsierChannelShuffle
from tarsier_fpga.flow.ops.channel_slice import TarsierChannelSlice
from tarsier_fpga.flow.ops.concat import TarsierConcat
from tarsier_fpga.flow.ops.fork import TarsierFork
from tarsier_fpga.flow.ops.frame_delay import TarsierFrameDelay
from tarsier_fpga.flow.ops.hls_top import hls_variant
from tarsier_fpga.flow.ops.int_dot import TarsierIntDot
from tarsier_fpga.flow.ops.pad import TarsierPad
from tarsier_fpga.flow.ops.pixel_shuffle import TarsierPixelShuffle
from tarsier_fpga.flow.ops.pixel_unshuffle import TarsierPixelUnshuffle
from tarsier_fpga.flow.ops.requant import TarsierRequant
from tarsier_fpga.flow.ops.residual_add import TarsierResidualAdd
from tarsier_fpga.flow.ops.shell import rtl_variant
from tarsier_fpga.flow.ops.sign_threshold import TarsierSignThreshold
from tarsier_fpga.flow.ops.spatial_shift import TarsierSpatialShift
from tarsier_fpga.flow.ops.upsample_bilinear import TarsierUpsampleBilinear
from tarsier_fpga.flow.ops.upsample_nearest import TarsierUpsampleNearest
from tarsier_fpga.flow.ops.window import TarsierWindow
from tarsier_fpga.flow.ops.xnor_dot import TarsierXnorDot

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
