# SPDX-License-Identifier: MIT
"""Kernels alone reach the clocks that are recorded: `make fmax` records them anew."""

import json

import pytest

from tarsier_fpga.flow.synth.nextpnr.pnr_tools import TOOL
from tests.baselines.fmax import ASKED_MHZ, BOARD, KERNELS, RECORD, SEED, measured, readme_with
from tests.baselines.record import README

RECORDED = json.loads(RECORD.read_text())


def test_the_record_holds_every_kernel_and_how_it_was_made():
    assert {kernel: list(rows) for kernel, rows in RECORDED["fmax"].items()} == {
        kernel: list(rows) for kernel, rows in KERNELS.items()
    }
    facts = {name: fact for name, fact in RECORDED.items() if name != "fmax"}
    assert facts == {"tool": TOOL, "board": BOARD, "asked_mhz": ASKED_MHZ, "seed": SEED}


def test_the_readme_shows_the_clocks():
    assert README.read_text() == readme_with(RECORDED["fmax"])


@pytest.mark.slow
def test_a_kernel_placed_again_reaches_the_same_clock(tmp_path, monkeypatch):
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path))
    (label, expected), *_ = RECORDED["fmax"]["requant"].items()
    assert measured("requant", label) == expected
