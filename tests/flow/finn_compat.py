# SPDX-License-Identifier: MIT
"""A pytest plugin under which FINN's own tests run on Verilator.

The published tests of FINN are of several versions; some import names that finn-plus 1.6.1 has
moved or removed. They get those names here. Tests of HLS variants are left out, and a test that
turns out to need Vitis HLS is skipped.

    pytest -p tests.flow.finn_compat --sample 0.1 $FINN_TESTS
"""

import importlib
import math
import os
import pkgutil
import random
import sys
import tempfile
import types
from pathlib import Path

import pytest
from onnx import helper
from qonnx.transformation.base import Transformation

from tarsier_fpga.flow import finn_xsi
from tarsier_fpga.hls.base.errors import ToolError

finn_xsi.install()

import finn.transformation.fpgadataflow as passes  # noqa: E402
import finn.transformation.fpgadataflow.convert_to_hw as convert_to_hw  # noqa: E402
from finn.builder.build_dataflow_config import DataflowBuildConfig  # noqa: E402
from finn.transformation.fpgadataflow import set_fifo_depths  # noqa: E402
from finn.transformation.fpgadataflow.simulation_build import BuildSimulation  # noqa: E402
from finn.transformation.fpgadataflow.simulation_connected import (  # noqa: E402
    RunLayerParallelSimulation,
)
from finn.util.hls import CallHLS  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--sample", type=float, default=1.0, help="fraction of FINN's tests to run")


def pytest_configure(config):
    for marker in ("fpgadataflow", "node_tree_modeling", "slow", "vivado"):
        config.addinivalue_line("markers", f"{marker}: one of FINN's")


def pytest_collection_modifyitems(config, items):
    rtl = [item for item in items if _is_rtl(item)]
    count = math.ceil(config.getoption("--sample") * len(rtl))
    kept = random.Random(0).sample(rtl, count)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    try:
        return (yield)
    except ToolError as error:
        if "DSPFP32" in str(error):
            pytest.skip("needs AMD's model of DSPFP32, the float unit of Versal")
        raise


def _needs_hls(self):
    pytest.skip("needs Vitis HLS")


def _is_rtl(item) -> bool:
    values = getattr(getattr(item, "callspec", None), "params", {}).values()
    return not {"hls", "cppsim"} & {value for value in values if isinstance(value, str)}


class InsertAndSetFIFODepths(Transformation):
    """FIFO sizing under its name of before version 1.5."""

    def __init__(self, part, clk_ns):
        super().__init__()
        self.part, self.clk_ns = part, clk_ns

    def apply(self, model):
        config = DataflowBuildConfig()
        config.fpga_part, config.synth_clk_period_ns = self.part, self.clk_ns
        model = model.transform(BuildSimulation(self.part, self.clk_ns, True))
        model = model.transform(RunLayerParallelSimulation(self.part, self.clk_ns, config))
        return model.transform(set_fifo_depths.ApplySimulatedFIFOSizes(config)), False


def make_runtime_weight_stream(op, values):
    path = Path(tempfile.mkdtemp(prefix="finn-weights-")) / "words"
    op.make_weight_file(values, "decoupled_runtime", str(path))
    return [int(word, 16) for word in path.read_text().split()]


def _make_node(op_type, *args, make=helper.make_node, **attributes):
    if op_type == "StreamingDataWidthConverter" and "shape" in attributes:
        attributes["inShape"] = attributes["outShape"] = attributes.pop("shape")
    return make(op_type, *args, **attributes)


def _module(name: str, **contents) -> types.ModuleType:
    module = types.ModuleType(name)
    vars(module).update(contents)
    sys.modules[name] = module
    return module


def _infer_passes() -> dict[str, type]:
    modules = [
        importlib.import_module(f"{convert_to_hw.__name__}.{info.name}")
        for info in pkgutil.iter_modules(convert_to_hw.__path__)
    ]
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if name.startswith("Infer")
    }


CallHLS.build = _needs_hls
os.environ.setdefault("LIVENESS_THRESHOLD", "10000")
helper.make_node = _make_node
set_fifo_depths.InsertAndSetFIFODepths = InsertAndSetFIFODepths
passes.convert_to_hw_layers = _module(f"{passes.__name__}.convert_to_hw_layers", **_infer_passes())
_module(f"{passes.__name__}.derive_characteristic", DeriveCharacteristic=None)
_module("tests.testing_util")
_module(
    "tests.testing_util.test",
    make_runtime_weight_stream=make_runtime_weight_stream,
    tree_model_test=None,
)
