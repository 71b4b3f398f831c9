# SPDX-License-Identifier: MIT
"""Every kernel at one drawn parameter set, side by side in one model: the quick test of them all.

What each kernel's own file tests at twenty sets and many paces takes minutes to compile.
"""

import importlib

import numpy as np
import pytest

from tarsier_fpga.hls.kernels import kernels
from tests.hls.grid import run

STALL = 0.3


@pytest.fixture(scope="module")
def results():
    """Case and result by kernel."""
    cases = {}
    for kernel in kernels():
        module = importlib.import_module(f"tests.hls.test_{kernel}")
        cases[kernel] = module.random_case(module.GRID.one())
    ran = run([*cases.values()], STALL)
    return {name: pair for name, *pair in zip(cases, cases.values(), ran, strict=True)}


@pytest.mark.parametrize("kernel", kernels())
def test_matches_golden(kernel, results):
    case, ran = results[kernel]
    assert case.instance.kernel == kernel
    for name, beats in case.expected.items():
        assert len(beats), f"{case.params}: nothing is compared"
        assert np.array_equal(ran.outputs[name], beats), f"{case.params}: stream {name}"
