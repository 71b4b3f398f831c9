# SPDX-License-Identifier: MIT
"""An independent check: cocotb and cocotbext-axi drive kernels behind their FINN shells."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

from flow.ops.shell import shell
from flow.sim.toolchain import cxx, verilator
from hls import make
from hls.beats import pack
from hls.golden.residual_add import residual_add
from hls.golden.window import window
from hls.golden.xnor_dot import xnor_dot
from hls.instance import Instance, Stream, rtl_sources
from tests.hls.grid import seeded

Beats = Mapping[str, np.ndarray]
# The wheel's verilated.mk names the tools that it was configured for; compiling takes longer here
# than running, so nothing is optimized.
MAKE = f"CXX={cxx()} LINK={cxx()} AR=ar PYTHON3={sys.executable}"
MAKE += " CFG_CXXFLAGS_PCH_I=-include CFG_GCH_IF_CLANG= OPT_FAST=-O0 OPT_GLOBAL=-O0"


def a_folded_dot_product() -> tuple[Instance, Beats, Beats]:
    rng = seeded("cocotb xnor_dot")
    weights, x = rng.choice([-1, 1], (6, 90)), rng.integers(0, 2, (40, 90))
    y = xnor_dot(x, weights).reshape(-1, 2)
    return make.xnor_dot(weights, 2, 45), {"x": pack(x, 1)}, {"y": pack(y, 7)}


def a_window() -> tuple[Instance, Beats, Beats]:
    rng = seeded("cocotb window")
    pad, frames = rng.integers(0, 8, 2), rng.integers(0, 8, (3, 6, 7, 2))
    y = np.concatenate([window(frame, pad) for frame in frames])
    kernel = make.window(2, 3, frame_w=7, frame_h=6, pad=pad)
    return kernel, {"x": pack(frames.reshape(-1, 2), 3)}, {"y": pack(y.reshape(-1, 18), 3)}


def a_sum_of_two_streams() -> tuple[Instance, Beats, Beats]:
    rng = seeded("cocotb residual_add")
    x, d = rng.integers(-128, 128, (2, 200, 3))
    kernel = make.residual_add(3, 8, True, 8, 8, -100, 127)
    return kernel, {"x": pack(x, 8), "d": pack(d, 8)}, {"y": pack(residual_add(x, d, -100, 127), 8)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """One for all kernels, so that Verilator's own C++ is compiled once."""
    return tmp_path_factory.mktemp("cocotb")


@pytest.mark.slow
@pytest.mark.xdist_group("cocotb")
@pytest.mark.parametrize("case", [a_folded_dot_product, a_window, a_sum_of_two_streams])
def test_cocotb_gets_the_golden_beats(case, folder, monkeypatch):
    kernel, inputs, outputs = case()
    for name, text in rtl_sources(kernel).items():
        (folder / name).write_text(text)
    (folder / "bench.v").write_text(shell("bench", kernel))
    plan = {
        "inputs": hex_beats("in", kernel.inputs, inputs),
        "outputs": hex_beats("out", kernel.outputs, outputs),
        "pause": 0.3,
        "seed": 1,
    }
    (folder / "plan.json").write_text(json.dumps(plan))
    monkeypatch.setenv("VERILATOR_ROOT", str(verilator().parents[1]))
    monkeypatch.setenv("PATH", f"{verilator().parent}:/usr/bin:/bin")
    monkeypatch.setenv("MAKEFLAGS", f"-- {MAKE}")
    monkeypatch.syspath_prepend(Path(__file__).parent)
    runner = get_runner("verilator")
    runner.build(
        sources=[*(folder / name for name in rtl_sources(kernel)), folder / "bench.v"],
        hdl_toplevel="bench",
        build_dir=folder / "sim",
        always=True,
        build_args=["--no-timing", "-Wno-fatal"],
        timescale=("1ns", "1ps"),
        log_file=folder / "build.log",
    )
    results = folder / "results.xml"
    try:
        runner.test(
            test_module="cocotb_bench",
            hdl_toplevel="bench",
            build_dir=folder / "sim",
            test_dir=folder,
            results_xml=str(results),
            extra_env={"BENCH_PLAN": str(folder / "plan.json")},
            log_file=folder / "test.log",
        )
    except SystemExit:
        pytest.fail((folder / "test.log").read_text()[-3000:])
    assert get_results(results) == (1, 0)


def hex_beats(prefix: str, streams: tuple[Stream, ...], beats: Beats) -> dict[str, list[str]]:
    """The beats of each AXI port as the hex digits of its whole bytes, lowest byte first."""
    return {
        f"{prefix}{number}_V": [beat.tobytes()[: -(-s.width // 8)].hex() for beat in beats[s.name]]
        for number, s in enumerate(streams)
    }
