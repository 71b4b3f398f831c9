# SPDX-License-Identifier: MIT
import numpy as np
import pytest

from hls import make
from hls.beats import pack, unpack
from hls.errors import KernelError
from hls.golden.act_table import act_table as golden

# channels, lanes, entries, y_width: a real layer, folded with odd sizes, one of everything
SHAPES = [(16, 16, 145, 8), (6, 2, 10, 5), (1, 1, 1, 3)]
shapes = pytest.mark.parametrize("channels, lanes, entries, y_width", SHAPES)


def table_of(channels, entries, y_width):
    half = 1 << (y_width - 1)
    return np.random.default_rng([channels, entries]).integers(-half, half, (channels, entries))


def beats_in(x, lanes, entries):
    return {"x": pack(x.reshape(-1, lanes), max(1, (entries - 1).bit_length()))}


def values(outputs, lanes, channels, y_width):
    return unpack(outputs["y"], lanes, y_width, signed=True).reshape(-1, channels)


@shapes
def test_matches_golden(channels, lanes, entries, y_width, simulate, rng):
    table = table_of(channels, entries, y_width)
    x = rng.integers(0, entries, (100, channels))
    instance = make.act_table(table, lanes, y_width)
    outputs = simulate(instance, beats_in(x, lanes, entries), 100 * channels // lanes)
    assert np.array_equal(values(outputs, lanes, channels, y_width), golden(x, table))


@shapes
def test_extremes(channels, lanes, entries, y_width, simulate):
    table = table_of(channels, entries, y_width)
    x = np.repeat(np.arange(entries)[:, None], channels, axis=1)  # every entry of every channel
    instance = make.act_table(table, lanes, y_width)
    outputs = simulate(instance, beats_in(x, lanes, entries), entries * channels // lanes)
    assert np.array_equal(values(outputs, lanes, channels, y_width), table.T)


@shapes
def test_output_holds_under_backpressure(channels, lanes, entries, y_width, rtl, rng):
    table = table_of(channels, entries, y_width)
    x = rng.integers(0, entries, (30, channels))
    instance = make.act_table(table, lanes, y_width)
    result = rtl(instance, beats_in(x, lanes, entries), 30 * channels // lanes, {"y": 0.9})
    assert np.array_equal(values(result.outputs, lanes, channels, y_width), golden(x, table))


@shapes
def test_cycle_contract(channels, lanes, entries, y_width, rtl, rng):
    beats = 20 * channels // lanes
    x = rng.integers(0, entries, (20, channels))
    instance = make.act_table(table_of(channels, entries, y_width), lanes, y_width)
    result = rtl(instance, beats_in(x, lanes, entries), beats)
    assert np.array_equal(result.in_cycles["x"], np.arange(beats))
    assert np.array_equal(result.out_cycles["y"], np.arange(beats) + 1)


def test_rejects_bad_parameters(refused):
    table = table_of(6, 10, 5)
    with pytest.raises(KernelError, match=r"lanes=4 must divide channels=6"):
        make.act_table(table, 4, 5)
    with pytest.raises(KernelError, match=r"entries -16..15 do not fit in y_width=4 signed bits"):
        make.act_table(table, 2, 4)
    instance = make.act_table(table, 2, 5)
    assert "act_table: XWidth=3 must be >= 1 and index Entries=10" in refused(instance, XWidth=3)
    assert "act_table: Lanes=0 Folds=3 Entries=10 YWidth=5" in refused(instance, Lanes=0)
