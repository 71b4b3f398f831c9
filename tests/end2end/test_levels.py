# SPDX-License-Identifier: MIT
"""The shipped network, one number system: the same integers at every level, and the full rate.

Brevitas in eval mode, QONNX, the hardware graph in Python, the HLS twins in C simulation, and the
stitched RTL under Verilator, with stalls.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig, build
from tarsier_fpga.flow.design.design_facts import GRAPH, Design
from tarsier_fpga.flow.ops.register import prepare_finn
from tarsier_fpga.flow.ops.stitch import stitch
from tarsier_fpga.flow.sim.execute import reference
from tarsier_fpga.flow.sim.frame_sim import FrameSim
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.sim import run_csim
from tarsier_fpga.training.deploy.export import export
from tarsier_fpga.training.networks.network import load

NET = "bbcu-raw-16x8"
SIDE = 128  # packed pixels

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Exported:
    """The QONNX file and its golden frames (N, H, W, 4)."""

    onnx: Path
    x: np.ndarray
    y: np.ndarray


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Exported:
    onnx = export(NET, tmp_path_factory.mktemp("net"))
    golden = np.load(onnx.with_suffix(".npz"))
    x, y = (golden[name].transpose(0, 2, 3, 1) for name in "xy")
    return Exported(onnx, x, y)


@pytest.fixture(scope="module")
def design(exported, tmp_path_factory) -> tuple[Path, Design]:
    folder = tmp_path_factory.mktemp("designs") / "whole"
    config = BuildConfig(exported.onnx, load_board("zcu104"), 2 * SIDE, 2 * SIDE, None, folder)
    return folder, build(config)


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    """Noise over all codes, a noisy ramp as a dark scene gives it, and hard black and white."""
    rng = np.random.default_rng(7)
    shape = (SIDE, SIDE, 4)
    ramp = np.linspace(100, 900, SIDE)[None, :, None] + rng.normal(0, 40, shape)
    noise = rng.integers(0, 1024, shape)
    hard = np.where(rng.random(shape) < 0.5, 0, 1023)
    return np.stack([noise, np.clip(np.rint(ramp), 0, 1023), hard]).astype(np.uint16)


@pytest.fixture(scope="module")
def restored(frames) -> np.ndarray:
    return brevitas(frames)


def brevitas(frames: np.ndarray) -> np.ndarray:
    x = torch.from_numpy(frames.astype(np.float32).transpose(0, 3, 1, 2))
    with torch.no_grad():
        return load(NET)(x).numpy().transpose(0, 2, 3, 1)


def test_brevitas_gives_the_golden_frames(exported):
    assert np.array_equal(brevitas(exported.x), exported.y)


def test_qonnx_gives_the_golden_frames(exported):
    from qonnx.core.modelwrapper import ModelWrapper
    from qonnx.core.onnx_exec import execute_onnx

    model = ModelWrapper(str(exported.onnx))
    source = model.graph.input[0].name
    for x, y in zip(exported.x, exported.y, strict=True):
        planes = x.transpose(2, 0, 1)[None].astype(np.float32)
        (result,) = execute_onnx(model, {source: planes}).values()
        assert np.array_equal(result[0].transpose(1, 2, 0), y)


def test_hardware_graph_gives_the_brevitas_frames(design, exported, frames, restored):
    folder, _ = design
    for x, y in [*zip(exported.x, exported.y, strict=True), *zip(frames, restored, strict=True)]:
        assert np.array_equal(reference(folder, x), y)


def test_c_simulation_gives_the_brevitas_frames(design, frames, restored):
    from qonnx.core.modelwrapper import ModelWrapper

    folder, facts = design
    prepare_finn()
    netlist = stitch(ModelWrapper(str(folder / GRAPH)))
    beats = run_csim.run(netlist, {"x": pack(frames.reshape(-1, 4), facts.x.bits)})["y"]
    assert np.array_equal(unpack(beats, 4, facts.x.bits, False).reshape(frames.shape), restored)


@pytest.mark.parametrize("stalls", [(0, 0), (0.3, 0.3), (0.7, 0.7), (0, 0.7), (0.7, 0)])
def test_rtl_gives_the_brevitas_frames(design, frames, restored, stalls):
    run = FrameSim(design[0]).restore(frames, *stalls, seed=1)
    assert np.array_equal(run.frames, restored)


def test_rtl_keeps_one_pixel_per_cycle(design, frames):
    folder, facts = design
    run = FrameSim(folder).restore(frames)
    assert facts.ideal_cycles == SIDE * SIDE
    assert run.cycles_per_frame == facts.ideal_cycles
    for fifo in facts.fifos:
        assert run.high_water[fifo.name] <= fifo.depth


@pytest.mark.data
def test_real_frames_are_exact_too(design, data):
    rows = np.fromfile(data / "raw_mcr_lowlight/C00400_48mp_0x8_0x01ff.raw", np.uint8)
    mosaic = rows.reshape(1024, 1280)[: 2 * SIDE, : 2 * SIDE].astype(np.int64)
    phases = [mosaic[r::2, c::2] for r in (0, 1) for c in (0, 1)]
    codes = np.clip(128 + (np.stack(phases, -1) - 3) * 12, 0, 1023).astype(np.uint16)
    run = FrameSim(design[0]).restore(codes[None])
    assert np.array_equal(run.frames, brevitas(codes[None]))
