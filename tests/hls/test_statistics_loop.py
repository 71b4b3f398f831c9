# SPDX-License-Identifier: MIT
"""A frame is scaled by what was measured of the one before, in a loop of kernels alone."""

import numpy as np
import pytest

from tarsier_fpga.hls.golden.channel_stats import Statistic, channel_stats
from tarsier_fpga.hls.golden.frame_scale import frame_scale
from tarsier_fpga.hls.kernels.channel_stats import channel_stats as make_stats
from tarsier_fpga.hls.kernels.frame_scale import frame_scale as make_scale
from tarsier_fpga.hls.kernels.stream_fork import stream_fork
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.sim import verilate

CHANNELS, HEIGHT, WIDTH, FRAMES, BITS = 6, 5, 7, 6, 6
FIRST = np.array([127, 64, 1, 100, 90, 80])


def loop(lanes: int) -> Netlist:
    folds, pixels, clamp = CHANNELS // lanes, HEIGHT * WIDTH, (0, (1 << BITS) - 1)
    scale = make_scale(lanes, folds, BITS, False, BITS + 1, pixels, 5, BITS, *clamp)
    stats = make_stats(lanes, folds, BITS, False, Statistic.MEAN, pixels, 1, FIRST)
    cells = (
        Cell("scale", scale, {"x": "x", "k": "k", "y": "scaled"}),
        Cell("copies", stream_fork(lanes * BITS), {"x": "scaled", "y0": "y", "y1": "seen"}),
        Cell("stats", stats, {"x": "seen", "y": "k"}),
    )
    ends = tuple(Stream(name, lanes * BITS, lanes) for name in ("x", "y"))
    return Netlist("loop", cells, ends[:1], ends[1:])


@pytest.mark.parametrize("lanes", [6, 2])
def test_every_frame_has_the_factors_of_the_one_before(lanes, rng):
    frames = rng.integers(0, 1 << BITS, (FRAMES, HEIGHT * WIDTH, CHANNELS))
    k, wanted = FIRST, []
    for x in frames:
        wanted.append(frame_scale(x, k, 5, 0, (1 << BITS) - 1))
        k = channel_stats(wanted[-1], Statistic.MEAN, 1)
    beats, after = (pack(np.array(f).reshape(-1, lanes), BITS) for f in (frames, wanted))
    model = verilate.build(loop(lanes))
    for stall in (0.0, 0.5):
        ran = model.run({"x": beats}, {"y": len(after)}, stall=stall, seed=1, idle_limit=500)
        assert np.array_equal(ran.outputs["y"], after)
        if not stall:
            taken = ran.in_cycles["x"].reshape(FRAMES, -1)
            assert np.diff(taken, axis=1).max() <= 2
            assert (taken[1:, 0] - taken[:-1, -1]).max() < 100
