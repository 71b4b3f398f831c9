# SPDX-License-Identifier: MIT
"""The integer coding at the network's edge."""

import torch

from tarsier_fpga.hls.base.coding import RAW
from tarsier_fpga.training.facts.codes import from_codes, to_codes


def test_every_code_survives_the_round_trip():
    codes = torch.arange(RAW.top + 1, dtype=torch.float32)
    assert torch.equal(to_codes(from_codes(codes)), codes)


def test_ties_round_to_even():
    assert to_codes(torch.tensor([0.5, 1.5, 2.5]) / 768).tolist() == [128, 130, 130]


def test_saturates_at_both_ends():
    assert to_codes(torch.tensor([-9.0, 9.0])).tolist() == [0, RAW.top]
