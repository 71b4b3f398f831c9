# SPDX-License-Identifier: MIT
"""Integers of wires against integers, for every value that they can have."""

import numpy as np
import pytest

from tarsier_fpga.flow.cpu import numbers
from tarsier_fpga.flow.cpu.dots import Dot
from tarsier_fpga.flow.cpu.logic import FALSE, TRUE, Logic
from tarsier_fpga.flow.cpu.numbers import Number, Row
from tarsier_fpga.hls.adders.solve import solve_bits, solve_integers
from tarsier_fpga.hls.golden.int_dot import int_dot
from tarsier_fpga.hls.golden.requant import requant
from tarsier_fpga.hls.golden.xnor_dot import xnor_dot
from tests.flow.cpu.bits import given, value

BYTES = np.arange(-128, 128)


@pytest.fixture
def logic():
    return Logic()


@pytest.fixture
def byte(logic):
    return given(logic, 0, -128, 127, 8)


def test_what_is_known_needs_no_function(logic):
    a, b = logic.load(0, 0), logic.load(0, 1)
    assert logic.both(a, TRUE) == a and logic.both(a, FALSE) == FALSE
    assert logic.lut(0x6, a, a) == FALSE and logic.lut(0x6, a, TRUE) == a ^ 1
    assert logic.both(a, b) == logic.both(b, a)
    assert logic.either(a, b) ^ 1 == logic.both(a ^ 1, b ^ 1)  # one node for both
    assert logic.select(b, b, a) == b


def test_small_functions_grow_together(logic):
    a, b, c, d = (logic.load(0, i) for i in range(4))
    three = logic.both(logic.both(a, b), c)
    merged, _ = logic.merged([three])
    assert len(merged.nodes) == 5  # the constant, three inputs, one function
    merged, _ = logic.merged([three, logic.both(logic.both(a, b), d)])
    assert len(merged.nodes) == 8  # what two read stays


@pytest.mark.parametrize("minus", [False, True])
@pytest.mark.parametrize("shift", [0, 1, 3])
def test_sums(logic, byte, shift, minus):
    b = given(logic, 1, 0, 15, 4)
    x, y = (grid.ravel() for grid in np.meshgrid(BYTES, np.arange(16)))
    total = numbers.add(logic, byte, b, shift, minus)
    assert np.array_equal(
        value(logic, total, [x, y]), x - (y << shift) if minus else x + (y << shift)
    )


@pytest.mark.parametrize("factor", [0, 1, -1, 3, -7, 90, 127, -128])
def test_products(logic, byte, factor):
    assert np.array_equal(value(logic, numbers.times(logic, byte, factor), [BYTES]), factor * BYTES)


@pytest.mark.parametrize("count", range(1, 11))
def test_counts(logic, count):
    words = np.arange(1 << count)
    counted = numbers.count(logic, [logic.load(0, i) for i in range(count)])
    assert np.array_equal(value(logic, counted, [words]), [int(w).bit_count() for w in words])


@pytest.mark.parametrize("level", [-200, -128, -127, -1, 0, 1, 64, 127, 128])
def test_thresholds(logic, byte, level):
    bit = Number((numbers.at_least(logic, byte, level),), 0, 1)
    assert np.array_equal(value(logic, bit, [BYTES]), level <= BYTES)


@pytest.mark.parametrize("ends", [(-128, 127), (-64, 63), (0, 100), (-5, 7), (3, 3), (-300, 300)])
def test_clamps(logic, byte, ends):
    clamped = numbers.clamp(logic, byte, *ends)
    assert np.array_equal(value(logic, clamped, [BYTES]), BYTES.clip(*ends))


@pytest.mark.parametrize("shift", [0, 1, 2, 5, 8, 9])
@pytest.mark.parametrize("ends", [(-128, 127), (0, 3)])
def test_requants(logic, byte, shift, ends):
    found = numbers.requant(logic, byte, shift, *ends)
    assert np.array_equal(value(logic, found, [BYTES]), requant(BYTES, shift, *ends))


@pytest.mark.parametrize("entries", [2, 9, 145, 256])
def test_any_table(rng, logic, entries):
    x = given(logic, 0, 0, entries - 1, (entries - 1).bit_length())
    table = rng.integers(-128, 128, entries)
    found = numbers.lookup(logic, x, lambda i: int(table[i]))
    assert np.array_equal(value(logic, found, [np.arange(entries)]), table)


def test_a_table_of_a_sum_that_is_not_settled(logic):
    x = given(logic, 0, 0, 20, 5)
    row = Row(x, 1, True, 50)
    table = np.arange(51) ** 2
    found = numbers.lookup(logic, x, lambda n: int(table[row.value(n)]))
    every = np.arange(21)
    assert np.array_equal(value(logic, found, [every]), (50 - 2 * every) ** 2)
    assert np.array_equal(value(logic, numbers.settle(logic, row), [every]), 50 - 2 * every)


def test_popcounts(rng, logic):
    weights = rng.choice([-1, 1], (7, 60))
    words = rng.integers(0, 1 << 60, 500)
    dot = Dot(logic, solve_bits(weights), lambda i: Number((logic.load(0, i),), 0, 1))
    expected = xnor_dot(words[:, None] >> np.arange(60) & 1, weights)
    for row in range(7):
        number = numbers.settle(logic, dot.row(row))
        assert np.array_equal(value(logic, number, [words]), expected[:, row])


def test_integer_sums(rng, logic):
    weights, bias = rng.integers(-128, 128, (3, 5)), rng.integers(-999, 999, 3)
    x = rng.integers(-128, 128, (400, 5))
    dot = Dot(
        logic, solve_integers(weights, bias, -128, 127), lambda i: given(logic, i, -128, 127, 8)
    )
    for row in range(3):
        number = numbers.settle(logic, dot.row(row))
        assert np.array_equal(value(logic, number, list(x.T)), int_dot(x, weights, bias)[:, row])
