# SPDX-License-Identifier: MIT
"""Estimates come near what Yosys makes of the real kernels, and boards are held to them."""

import numpy as np
import pytest

from tarsier_fpga.flow.cost.estimate import estimate
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.hls import make
from tarsier_fpga.hls.cost.family import AMD, Family
from tarsier_fpga.hls.cost.kernel_cost import cost
from tarsier_fpga.hls.make import RamStyle
from tests.baselines.kernels import KERNELS, instance
from tests.baselines.record import read

ULTRASCALE = Family.ULTRASCALE_PLUS
BITS = np.random.default_rng(0).integers(0, 2, (16, 144)) * 2 - 1
INTS = np.random.default_rng(0).integers(-90, 91, (16, 36))
SCALE = np.array([-7, 5, 3, -3, 6, -5, 7, -6])
CROSS = np.array([(0, -1), (-1, 0), (0, 1), (1, 0)])
GRID = np.array([(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3) if (dy, dx) != (0, 0)])
BLACK, HALVES = np.array([63, 64, 65, 80]), np.full((4, 2), (3, 2))
RATIOS = np.stack([np.full(4, 768 * 9536), 256 * (15871 - BLACK)], axis=1)

# (lut, ff, bram36, dsp) by Yosys 0.70: synth_xilinx -family xcup -flatten. LUTs include LUTRAM.
MEASURED = {
    "xnor_dot, unfolded": (make.xnor_dot(BITS, 16, 144), (2342, 2958, 0, 0)),
    "xnor_dot, fold 2": (make.xnor_dot(BITS, 8, 144), (1176, 1521, 0, 0)),
    "xnor_dot, fold 4": (make.xnor_dot(BITS, 4, 144), (601, 825, 0, 0)),
    "xnor_dot, fold 16": (make.xnor_dot(BITS, 4, 36), (371, 399, 0, 0)),
    "int_dot, unfolded": (
        make.int_dot(INTS, np.zeros(16, int), 10, False, 16, 36),
        (14383, 9894, 0, 509),
    ),
    "int_dot, fold 4": (
        make.int_dot(INTS.reshape(4, 144), np.zeros(4, int), 8, True, 1, 144),
        (3746, 2584, 0, 144),
    ),
    "int_dot, fold 16": (
        make.int_dot(INTS.reshape(4, 144), np.zeros(4, int), 8, True, 1, 36),
        (1550, 958, 0, 36),
    ),
    "requant": (make.requant(16, 21, 11, 8, 0, 127), (194, 129, 0, 0)),
    "residual_add": (make.residual_add(16, 8, True, 8, 8, -128, 127), (276, 129, 0, 0)),
    "sign_threshold": (make.sign_threshold(np.arange(16), 8), (42, 17, 0, 0)),
    "window of bits": (make.window(16, 1, 960, 540, np.zeros(16, int)), (101, 315, 1, 0)),
    "window of 5 x 5": (
        make.window(16, 1, 960, 540, np.zeros(16, int), kernel=5),
        (178, 802, 2, 0),
    ),
    "window of 7 x 7": (
        make.window(16, 1, 960, 540, np.zeros(16, int), kernel=7),
        (334, 1542, 3, 0),
    ),
    "window, dilated": (
        make.window(16, 1, 960, 540, np.zeros(16, int), dilation=2),
        (139, 415, 2, 0),
    ),
    "window, 4 pixels a beat": (
        make.window(16, 1, 960, 540, np.zeros(16, int), pixels=4),
        (98, 645, 2, 0),
    ),
    "window of bytes": (make.window(16, 8, 64, 64, np.zeros(16, int)), (585, 2343, 0, 0)),
    "pad with copies": (make.pad(16, 1, 960, 540, (1, 1, 1, 1)), (46, 48, 0.5, 0)),
    "pad with copies in LUTRAM": (make.pad(16, 8, 64, 64, (1, 1, 1, 1)), (279, 278, 0, 0)),
    "pad with constants": (
        make.pad(16, 1, 960, 540, (1, 1, 1, 1), np.zeros(16, int)),
        (31, 37, 0, 0),
    ),
    "fifo in LUTRAM": (make.fifo(128, 40), (315, 275, 0, 0)),
    "fifo in block RAM": (make.fifo(128, 300), (177, 284, 2, 0)),
    "avg_pool": (make.avg_pool(16, 8, True, 960, 540), (287, 300, 2, 0)),
    "pixel_shuffle by 2": (make.pixel_shuffle(16, 8, 960, 2), (763, 1095, 11.5, 0)),
    "pixel_shuffle by 4": (make.pixel_shuffle(4, 8, 120, 4), (859, 1129, 8, 0)),
    "pixel_shuffle in LUTRAM": (make.pixel_shuffle(3, 10, 40, 2), (267, 283, 0, 0)),
    "pixel_unshuffle by 2": (make.pixel_unshuffle(4, 8, 480, 2, 16), (107, 238, 1, 0)),
    "pixel_unshuffle by 32": (make.pixel_unshuffle(1, 10, 3840, 32, 32), (126, 735, 36, 0)),
    "pixel_unshuffle by 2 and 16": (make.pixel_unshuffle(4, 10, 960, 16, 16), (269, 851, 18, 0)),
    "upsample_bilinear": (make.upsample_bilinear(4, 10, True, 480, 270), (354, 203, 2, 0)),
    "upsample_bilinear in LUTRAM": (
        make.upsample_bilinear(16, 8, True, 60, 40),
        (1282, 807, 0, 0),
    ),
    "upsample_nearest": (make.upsample_nearest(16, 8, 960, 2), (69, 53, 4, 0)),
    "upsample_nearest in LUTRAM": (make.upsample_nearest(2, 8, 60, 2), (77, 49, 0, 0)),
    "stream_join": (make.stream_join(128, 128), (3, 0, 0, 0)),
    "concat": (make.concat(32, 16, 8, 16), (133, 2, 0, 0)),
    "channel_slice": (make.channel_slice(64, 8, 16, 32, 16), (4, 2, 0, 0)),
    "channel_slice of whole pixels": (make.channel_slice(64, 8, 3, 32, 64), (0, 0, 0, 0)),
    "channel_shuffle": (make.channel_shuffle(make.group_shuffle(64, 4), 8), (0, 0, 0, 0)),
    "channel_scale": (make.channel_scale(np.arange(-32, 32), 8, True, 16), (6, 229, 0, 16)),
    "channel_scale in LUTs": (make.channel_scale(SCALE, 3, True, 8), (35, 49, 0, 0)),
    "spatial_shift": (make.spatial_shift(CROSS, np.zeros(4, int), 8, 960, 540), (159, 161, 1.5, 0)),
    "spatial_shift as in BRVE": (
        make.spatial_shift(4 * GRID, np.zeros(24, int), 8, 480, 270),
        (755, 817, 24, 0),
    ),
    "bayer_front": (make.bayer_front(4, 3840, 14, 10, BLACK, HALVES, 128), (126, 329, 1.5, 4)),
    "bayer_front as the host": (
        make.bayer_front(4, 3840, 14, 10, BLACK, RATIOS, 128),
        (270, 389, 1.5, 8),
    ),
    "fifo of two depths of blocks": (make.fifo(40, 2500), (184, 120, 3.5, 0)),
    "deep fifo": (make.fifo(128, 2000), (190, 290, 7.5, 0)),
    "fifo of 64 K": (make.fifo(16, 65_536), (136, 83, 32, 0)),
    "fifo told to use LUTRAM": (make.fifo(40, 300, RamStyle.DISTRIBUTED), (417, 148, 0, 0)),
    "short fifo told to use block RAM": (
        make.fifo(128, 40, RamStyle.BLOCK),
        (162, 275, 2, 0),
    ),
    "fifo told to use block RAM": (make.fifo(128, 100, RamStyle.BLOCK), (168, 278, 2, 0)),
    "fifo told to use UltraRAM": (make.fifo(128, 16_384, RamStyle.ULTRA), (355, 302, 0, 0)),
    "frame_delay": (
        make.frame_delay(2, 8, 64, 64, np.zeros(2, int)),
        (413, 464, 0, 0),
    ),
    "frame_delay of wide words": (
        make.frame_delay(16, 8, 1920, 1080, np.zeros(16, int), data_width=256, reads=8),
        (1053, 1457, 4, 0),
    ),
}


@pytest.mark.parametrize(("kernel", "measured"), MEASURED.values(), ids=MEASURED.keys())
def test_formulas_come_near_synthesis(kernel, measured):
    lut, ff, bram36, dsp = measured
    got = cost(kernel, ULTRASCALE)
    assert abs(got.lut - lut) <= 0.2 * lut
    assert abs(got.ff - ff) <= 0.2 * ff
    assert got.bram36 == bram36
    assert abs(got.dsp - dsp) <= 0.02 * dsp


@pytest.mark.parametrize("family", AMD)
@pytest.mark.parametrize(("kernel", "label"), [(k, label) for k in KERNELS for label in KERNELS[k]])
def test_formulas_come_near_every_recorded_size(kernel, label, family):
    measured = read(kernel)[label][family]
    got = cost(instance(kernel, label), family)
    assert got.lut == pytest.approx(measured["lut"], rel=0.15, abs=20)
    assert got.ff == pytest.approx(measured["ff"], rel=0.15, abs=10)
    assert got.dsp == measured["dsp"]
    assert got.bram36 == measured["bram36"]


@pytest.mark.parametrize(("width", "depth", "blocks"), [(128, 16_384, 8), (8, 65_536, 2)])
def test_ultraram_holds_72_bits_of_4096_words(width, depth, blocks):
    assert cost(make.fifo(width, depth, RamStyle.ULTRA), ULTRASCALE).uram == blocks


def test_every_kernel_of_a_graph_is_counted(random_net):
    graph = lower(ingest(random_net(channels=4, units=2)))
    total = estimate(graph, ULTRASCALE)
    dots = [node for node in graph.graph.node if node.op_type == "TarsierXnorDot"]
    assert len(dots) == 2
    assert total.lut > 2 * 4 * 36  # these alone
    assert total.dsp > 0


@pytest.mark.parametrize("built_in", [False, True])
def test_on_an_ecp5_every_kernel_is_counted_in_lut4s(random_net, built_in):
    graph = lower(ingest(random_net(channels=4, units=2)))
    lut4, lut6 = (estimate(graph, f, built_in).lut for f in (Family.ECP5, Family.SERIES7))
    assert 0 <= lut4 - 1.6 * lut6 < len(stitch(graph).cells)  # each is rounded up
