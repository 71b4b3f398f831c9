# SPDX-License-Identifier: MIT
"""An independent check: cocotb and cocotbext-axi drive kernels behind their FINN shells."""

from pathlib import Path

import numpy as np
import pytest
from cocotb_tools.check_results import get_results

from tarsier_fpga.hls.golden.residual_add import residual_add as golden_residual_add
from tarsier_fpga.hls.golden.window import window as golden_window
from tarsier_fpga.hls.golden.xnor_dot import xnor_dot as golden_xnor_dot
from tarsier_fpga.hls.kernels.residual_add import residual_add
from tarsier_fpga.hls.kernels.window import window
from tarsier_fpga.hls.kernels.xnor_dot import xnor_dot
from tarsier_fpga.hls.netlist.beats import pack
from tarsier_fpga.hls.netlist.instance import Instance, rtl_sources
from tests.flow.cocotb_run import cocotb_run, plan
from tests.hls.grid import Beats, seeded


def a_folded_dot_product() -> tuple[Instance, Beats, Beats]:
    rng = seeded("cocotb xnor_dot")
    weights, x = rng.choice([-1, 1], (6, 90)), rng.integers(0, 2, (40, 90))
    y = golden_xnor_dot(x, weights).reshape(-1, 2)
    return xnor_dot(weights, 2, 45), {"x": pack(x, 1)}, {"y": pack(y, 7)}


def a_window() -> tuple[Instance, Beats, Beats]:
    rng = seeded("cocotb window")
    pad, frames = rng.integers(0, 8, 2), rng.integers(0, 8, (3, 6, 7, 2))
    y = np.concatenate([golden_window(frame, pad) for frame in frames])
    kernel = window(2, 3, frame_w=7, frame_h=6, pad=pad)
    return kernel, {"x": pack(frames.reshape(-1, 2), 3)}, {"y": pack(y.reshape(-1, 18), 3)}


def a_sum_of_two_streams() -> tuple[Instance, Beats, Beats]:
    rng = seeded("cocotb residual_add")
    x, d = rng.integers(-128, 128, (2, 200, 3))
    kernel = residual_add(3, 8, True, 8, 8, -100, 127)
    return (
        kernel,
        {"x": pack(x, 8), "d": pack(d, 8)},
        {"y": pack(golden_residual_add(x, d, -100, 127), 8)},
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """One for all kernels, so that Verilator's own C++ is compiled once."""
    return tmp_path_factory.mktemp("cocotb")


@pytest.mark.slow
@pytest.mark.parametrize("case", [a_folded_dot_product, a_window, a_sum_of_two_streams])
def test_cocotb_gets_the_golden_beats(case, folder):
    kernel, inputs, outputs = case()
    todo = plan(kernel, inputs, outputs, pause=0.3)
    # compiling takes longer here than running, so nothing is optimized
    results = cocotb_run(folder, kernel, rtl_sources(kernel), todo, optimize="-O0")
    assert get_results(results) == (1, 0)
