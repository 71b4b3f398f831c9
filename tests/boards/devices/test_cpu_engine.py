# SPDX-License-Identifier: MIT
"""The network compiled for this processor against the hardware graph in NumPy, bit for bit."""

import subprocess
import sys

import numpy as np
import pytest

from tarsier_fpga.devices.accelerator import restore_frames
from tarsier_fpga.devices.cpu_engine import EngineAccelerator
from tarsier_fpga.devices.pytorch import TorchAccelerator
from tarsier_fpga.devices.tiles import Cutting, cut, join
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.coding import Coding
from tarsier_fpga.hls.sim.toolchain import cxx
from tarsier_fpga.jobs.accelerators import open_accelerator
from tarsier_fpga.jobs.choices import Accel
from tarsier_fpga.jobs.job import Job


@pytest.fixture(scope="module")
def accelerator(lowered):
    return EngineAccelerator(lowered)


def test_same_bits_as_the_hardware_graph(rng, accelerator, lowered):
    restorer = accelerator.restorer
    assert (restorer.net, restorer.cutting) == ("bbcu-raw-16x8", Cutting(10, 10, 10, 10))
    assert restorer.x.coding == restorer.y.coding == Coding(128, 896, 10)
    frames = rng.integers(0, 1024, (2, 37, 43, 4)).astype(np.uint16)
    frames[1, ::3, ::2] = 1023
    shown = []
    restored = restore_frames(
        accelerator, frames, lambda step, fraction, note="": shown.append(fraction)
    ).frames
    assert restored.dtype == np.uint16
    for frame, result in zip(frames, restored, strict=True):
        assert np.array_equal(result, lowered.reference(frame))
    assert shown == [0.5, 1.0]


def test_same_bits_as_pytorch_on_a_large_frame(rng, accelerator, lowered):
    frame = rng.integers(0, 1024, (1, 300, 701, 4)).astype(np.uint16)
    other = restore_frames(TorchAccelerator(lowered, "cpu"), frame).frames
    assert np.array_equal(restore_frames(accelerator, frame).frames, other)


def test_tiled_is_whole(rng, accelerator):
    frame = rng.integers(0, 1024, (100, 60, 4)).astype(np.uint16)
    assert accelerator.tile((100, 60)) == (100, 60)
    whole = restore_frames(accelerator, frame[None]).frames[0]
    cutting = accelerator.restorer.cutting
    restored = restore_frames(accelerator, cut(frame, (40, 33), cutting)).frames
    assert np.array_equal(join(restored, (100, 60), (40, 33), cutting), whole)


TWELVE_MEGAPIXELS = """
import resource, sys
from pathlib import Path
import numpy as np
from tarsier_fpga.devices.cpu_engine import EngineAccelerator
from tarsier_fpga.flow.sim.built_design import HardwareGraph

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

accelerator = EngineAccelerator(HardwareGraph(Path(sys.argv[1])))
frame = np.full((1, 1500, 2000, 4), 300, np.uint16)
before = most()
accelerator.run(frame)
print(before, most())
"""


def test_memory_of_a_large_frame(accelerator, lowered):
    """In MB, beside what Python and its packages take; 23 are of the result, the rest of rows."""
    command = [sys.executable, "-c", TWELVE_MEGAPIXELS, str(lowered.folder)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    before, after = map(int, said.split())
    assert after - before < 70


@pytest.mark.parametrize(
    ("compiler", "kind"), [("g++", EngineAccelerator), ("-", TorchAccelerator)]
)
def test_without_a_compiler_it_is_pytorch(monkeypatch, compiler, kind, lowered, tmp_path):
    monkeypatch.setenv("CXX", compiler)
    cxx.cache_clear()
    said = []
    job = Job(
        raw=tmp_path,
        net="bbcu-raw-16x8",
        board=load_board("zcu104"),
        accel=Accel.CPU,
        design=lowered.folder,
    )
    opened = open_accelerator(job, (200, 200), lambda step, fraction, note="": said.append(step))
    assert type(opened) is kind and opened.name == "cpu"
    wanted = (
        "in PyTorch, slowly, for want of g++" if kind is TorchAccelerator else "for this processor"
    )
    assert any(wanted in step for step in said)
    cxx.cache_clear()
