# SPDX-License-Identifier: MIT
"""Kernels cost what is recorded: `make baselines` records them anew, and the diff shows the change.

Yosys is deterministic and pinned, so the tolerance only spares a new record for changes that do not
matter.
"""

from math import isclose

import pytest

from tarsier_fpga.flow.synth.yosys.run_yosys import TOOL, synthesize
from tarsier_fpga.hls.cost.family import AMD, Family
from tarsier_fpga.hls.cost.memory_cost import half_blocks
from tarsier_fpga.hls.netlist.ram_style import RamStyle
from tests.baselines.finn_units import UNITS
from tests.baselines.folded_table import PAIRS, readme_with_folded
from tests.baselines.kernel_table import readme_with_kernels
from tests.baselines.record import (
    COUNTED,
    FINN,
    README,
    facts,
    finn_sizes,
    read,
    readme_with,
    sizes,
)
from tests.baselines.recorded import RECORDED, instance

# A row of each kernel, and a unit of FINN's; `make baselines` measures every one of them.
ROWS = [(kernel, next(iter(rows)), Family.ULTRASCALE_PLUS) for kernel, rows in RECORDED.items()]
FINN_ROWS = [(kernel, label) for kernel, labels in UNITS.items() for label in labels][:1]
EXACT = {"bram36", "dsp"}
RELATIVE, ABSOLUTE = 0.02, 2  # of LUTs and flip-flops


@pytest.mark.slow
@pytest.mark.parametrize(("kernel", "label", "family"), ROWS)
def test_size_is_the_recorded_one(kernel, label, family):
    recorded = read(kernel)[label][family]
    found = sizes(synthesize(instance(kernel, label), family))
    for name in COUNTED:
        tolerance = {} if name in EXACT else {"rel_tol": RELATIVE, "abs_tol": ABSOLUTE}
        assert isclose(found[name], recorded[name], **tolerance), f"{name}: {found}, not {recorded}"


@pytest.mark.parametrize("kernel", RECORDED)
def test_the_tables_hold_every_row_and_the_tool(kernel):
    assert facts(kernel)["tool"] == TOOL
    assert list(read(kernel)) == list(RECORDED[kernel])
    for label, found in read(kernel).items():  # 7 series has no UltraRAM
        assert set(found) == set(AMD[1:] if label.endswith(RamStyle.ULTRA) else AMD)


def test_the_readme_shows_the_tables():
    tables = {kernel: read(kernel) for kernel in RECORDED}
    assert README.read_text() == readme_with(tables, read("finn"))


@pytest.mark.slow
@pytest.mark.parametrize(("kernel", "label"), FINN_ROWS)
def test_finns_units_are_what_is_recorded_beside_ours(kernel, label):
    assert facts("finn")["package"] == FINN
    assert finn_sizes(kernel, label) == read("finn")[kernel][label]


def luts(kernel: str, label: str) -> list[float]:
    return [size["lut"] for size in read(kernel)[label].values()]


def test_a_folded_dot_product_takes_a_lut_a_product():
    assert max(luts("xnor_dot", "288 terms, 32 rows, Simd 288, Pe 8")) <= 1.05 * 288 * 8


def test_a_built_in_matrix_takes_less_than_a_lut_a_product():
    assert max(luts("xnor_dot_const", "288 terms, 32 rows")) <= 0.60 * 288 * 32


def test_a_two_slope_table_takes_48_luts_a_channel():
    assert max(luts("act_table", "16 channels of 289 entries")) <= 48 * 16


@pytest.mark.parametrize(
    ("kernel", "label", "bits"),
    [
        ("fifo", "16 bits, 65536 deep", 16 * 65536),
        ("fifo", "128 bits, 300 deep", 128 * 300),
        ("window", "4 × 8 bits, 8192 × 64", 2 * 32 * 8192),
        ("window", "16 × 1 bit, 960 × 540", 2 * 16 * 960),
        ("window_fold", "64 × 6 bits, 240 × 136, 16 lanes", 2 * 64 * 6 * 241),
    ],
)
def test_deep_memories_are_block_ram(kernel, label, bits):
    for size in read(kernel)[label].values():
        assert size["bram36"] * 36 * 1024 >= bits
        assert size["ff"] < 1000 and size["ff"] < bits / 50


@pytest.mark.slow
def test_shallow_memories_are_lutram():
    kernel = instance("fifo", "128 bits, 40 deep")
    for family in AMD:
        found = synthesize(kernel, family)
        assert found.lutram >= 128
        assert found.ff < 3 * 128


def test_deep_weights_are_block_ram():
    for size in read("int_dot_fold")["576 terms, 64 rows, Simd 16, Pe 8, 6 bits"].values():
        assert size["bram36"] == half_blocks(16 * 8 * 6, 288) / 2
    told = read("int_dot_fold")["144 terms, 64 rows, Simd 16, Pe 8, 6 bits, block"]
    left = read("int_dot_fold")["144 terms, 64 rows, Simd 16, Pe 8, 6 bits"]
    for family in AMD:
        assert left[family]["bram36"] == 0
        assert told[family]["bram36"] == half_blocks(16 * 8 * 6, 72) / 2


def test_a_window_in_memory_takes_less_of_everything():
    whole, folded, grouped = (
        {what: sum(read(k)[label][family][what] for k, label in pair.items()) for what in COUNTED}
        for family in [Family.ULTRASCALE_PLUS]
        for pair in PAIRS.values()
    )
    assert folded["lut"] < 0.6 * whole["lut"] and folded["ff"] < 0.3 * whole["ff"]
    assert folded["bram36"] < whole["bram36"] and folded["dsp"] <= whole["dsp"]
    assert grouped["dsp"] == folded["dsp"] / 4


def test_the_readme_puts_folded_windows_beside_whole_ones():
    assert README.read_text() == readme_with_folded()


def test_the_readme_shows_every_kernels_header():
    assert README.read_text() == readme_with_kernels()
