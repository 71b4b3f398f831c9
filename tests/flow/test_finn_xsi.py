# SPDX-License-Identifier: MIT
"""FINN's own operators, simulated through FINN's own API, on Verilator."""

import re
import subprocess
import sys
import time

import numpy as np
import pytest
from finn.core.onnx_exec import execute_onnx
from finn.transformation.fpgadataflow.prepare_ip import PrepareIP
from finn.transformation.fpgadataflow.prepare_rtlsim import PrepareRTLSim
from finn.transformation.fpgadataflow.set_exec_mode import SetExecMode
from finn.util.exception import FINNUserError
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow import finn_xsi
from tarsier_fpga.flow.finn_xsi import engine
from tarsier_fpga.flow.finn_xsi.compile import compile_sim_obj
from tarsier_fpga.hls.base.errors import SimError
from tests.flow.finn_nodes import (
    CLK_NS,
    PART,
    as_rtl,
    chain,
    matrix,
    padding,
    threshold_layer,
    values,
    window,
)

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True, scope="module")
def installed():
    finn_xsi.install()


def test_finn_imports_its_build_steps_without_vivado():
    program = (
        "from tarsier_fpga.flow import finn_xsi; finn_xsi.install(); "
        "import finn.builder.build_dataflow_steps as steps; print(steps.SimEngine.__module__)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "tarsier_fpga.flow.finn_xsi.engine", done.stderr


def _requant(rng):
    attributes = {
        "NumChannels": 8,
        "PE": 2,
        "inputDataType": "INT8",
        "outputDataType": "INT4",
        "numInputVectors": [1, 4, 4],
    }
    scale, bias = rng.choice([0.5, 0.25, 0.125], (1, 8)), rng.integers(-4, 4, (1, 8))
    constants = {"scale": (scale, "FLOAT32"), "bias": (bias, "FLOAT32")}
    op = ("Requant", attributes, ["scale", "bias"])
    return chain([op], [[1, 4, 4, 8]] * 2, ["INT8", "INT4"], constants)


def _crop(rng):
    sides = {"CropNorth": 1, "CropSouth": 0, "CropWest": 2, "CropEast": 1}
    attributes = {"DataType": "INT8", "ImgDim": [5, 6], "NumChannels": 4, "SIMD": 2, **sides}
    op = ("Crop", attributes | {"numInputVectors": [0]}, [])
    return chain([op], [[5, 6, 4], [4, 3, 4]], ["INT8", "INT8"], {})


def _shuffle(rng):
    shape = {"in_shape": [2, 12, 8], "transpose_in_shape": [2, 12, 8]}
    op = ("InnerShuffle", {"data_type": "INT8", "SIMD": 2, **shape}, [])
    return chain([op], [[2, 12, 8], [2, 8, 12]], ["INT8", "INT8"], {})


def _widths(rng):
    shape = {"inShape": [1, 24], "outShape": [1, 24], "inWidth": 6, "outWidth": 4}
    op = ("StreamingDataWidthConverter", {"dataType": "INT2", **shape}, [])
    return chain([op], [[1, 24]] * 2, ["INT2", "INT2"], {})


def _padding(rng):
    op, out = padding()
    return chain([op], [[1, 8, 8, 4], out], ["INT4", "INT4"], {})


def _window(rng, parallel=0, simd=2):
    op, out = window(parallel=parallel, simd=simd)
    return chain([op], [[1, 10, 10, 4], out], ["INT4", "INT4"], {})


def _matrix(rng, bits=4, pe=9, simd=16, pumped=0):
    op, out = matrix((3, 3), 18, 32, pe, simd, bits, pumped)
    limit = 2 ** (bits - 1)
    constants = {"weights": (rng.integers(-limit, limit, (32, 18)), f"INT{bits}")}
    return chain([op], [[1, 3, 3, 32], out], [f"INT{bits}", "INT18"], constants)


GRID = {
    "padding": _padding,
    "window": _window,
    "parallel window": lambda rng: _window(rng, parallel=1, simd=4),
    "thresholds": threshold_layer,
    "writable thresholds": lambda rng: threshold_layer(rng, writable=1),
    "width converter": _widths,
    "matrix": _matrix,
    "matrix of 8 bits": lambda rng: _matrix(rng, bits=8, pe=18, simd=1),
    "pumped matrix": lambda rng: _matrix(rng, pumped=1),
    "requant": _requant,
    "crop": _crop,
    "inner shuffle": _shuffle,
}


def _compiled(model):
    return as_rtl(model).transform(PrepareIP(PART, CLK_NS)).transform(PrepareRTLSim())


@pytest.mark.parametrize("name", GRID)
def test_rtlsim_is_the_python_execution(name, rng):
    model = GRID[name](rng)
    feed = {model.graph.input[0].name: values(model)}
    (expected,) = execute_onnx(model, feed).values()
    model = _compiled(model)
    assert model.graph.node[0].op_type.endswith("_rtl")
    model = model.transform(SetExecMode("rtlsim"))
    (got,) = execute_onnx(model, feed).values()
    assert np.array_equal(got, expected)
    op = getCustomOp(model.graph.node[0])
    # FINN expects nothing of its width converters.
    cycles = op.get_exp_cycles() or op.get_number_output_values()
    assert op.get_nodeattr("cycles_rtlsim") == pytest.approx(cycles, abs=15)


def test_streams_served_by_cpp_and_by_finn_take_the_same_cycles(rng, monkeypatch):
    model = _compiled(_window(rng))
    op = getCustomOp(model.graph.node[0])
    words = [int(word) for word in rng.integers(0, 256, 2 * 200)]

    def run():
        sim = op.get_rtlsim()
        op.reset_rtlsim(sim)
        sim.stream_input("in0_V", (f"{word:x}" for word in words), throttle=(7, 11))
        taken = sim.trace_stream("in0_V")
        given = sim.collect_output("out0_V", 2 * op.get_number_output_values())
        assert sim.run(20_000) == []
        op.close_rtlsim(sim)
        return sim.ticks, str(taken), list(given)

    fast = run()
    monkeypatch.setattr(engine, "fast", lambda engine: False)
    assert fast == run()


def test_a_restarted_design_begins_again(rng):
    op = getCustomOp(_compiled(_padding(rng)).graph.node[0])
    words = rng.integers(0, 256, int(np.prod(op.get_folded_input_shape()[:-1]))).tolist()
    sim = op.get_rtlsim()

    def run():
        op.reset_rtlsim(sim)
        io = {"inputs": {"in0": words}, "outputs": {"out0": []}}
        cycles = engine.rtlsim_multi_io(sim, io, op.get_number_output_values(), "_V")
        return cycles, io["outputs"]["out0"]

    first = run()
    sim.collect_output("out0_V", 5)  # in the middle of the next frame
    sim.stream_input("in0_V", iter(f"{word:x}" for word in words))
    sim.run(20)
    sim.tasks.clear()
    sim.top.restart()
    assert run() == first


def test_waves_are_of_what_ran_since_the_last_start(rng, tmp_path):
    model = as_rtl(_padding(rng))
    getCustomOp(model.graph.node[0]).set_nodeattr("rtlsim_trace", str(tmp_path / "waves.wdb"))
    model = model.transform(PrepareIP(PART, CLK_NS)).transform(PrepareRTLSim())
    op = getCustomOp(model.graph.node[0])
    sim = op.get_rtlsim()

    for cycles in (50, 20):
        sim.top.restart()
        sim.top.clock(cycles)
    op.close_rtlsim(sim)
    text = (tmp_path / "waves.vcd").read_text()
    times = re.findall(r"^#(\d+)$", text, re.MULTILINE)
    assert (times[0], times[-1]) == ("1", "41")  # as it began, then two edges a cycle
    assert "in0_V_TDATA" in text


def test_a_silent_output_wakes_its_watchdog(rng):
    model = _compiled(_padding(rng))
    op = getCustomOp(model.graph.node[0])
    sim = op.get_rtlsim()
    op.reset_rtlsim(sim)
    io = {"inputs": {"in0": [0] * 3}, "outputs": {"out0": []}}
    with pytest.raises(FINNUserError, match="out0_V timeout"):
        engine.rtlsim_multi_io(sim, io, 500, "_V", liveness_threshold=200)
    assert sim.watchdogs == []


def test_a_second_build_takes_under_a_second(rng):
    model = _compiled(_padding(rng))
    again = as_rtl(_padding(rng)).transform(PrepareIP(PART, CLK_NS))
    started = time.perf_counter()
    again = again.transform(PrepareRTLSim())
    assert time.perf_counter() - started < 1
    names = [getCustomOp(m.graph.node[0]).get_nodeattr("rtlsim_so") for m in (model, again)]
    assert names[0] != names[1]


def test_sources_other_than_verilog_are_refused(tmp_path):
    path = tmp_path / "node.vhd"
    path.write_text("")
    with pytest.raises(SimError, match=r"top: node\.vhd is not Verilog"):
        compile_sim_obj("top", [str(path)], tmp_path)


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(SimError, match=r"source .*gone\.v is missing"):
        compile_sim_obj("top", [str(tmp_path / "gone.v")], tmp_path)
