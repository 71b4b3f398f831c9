# SPDX-License-Identifier: MIT
"""A kernel of another package is used like ours, without a touch on Tarsier's code."""

import os
import subprocess
import sys

import pytest

from tests.toys.install import install_toy

USE = """
import numpy as np
from tarsier_fpga import hls
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.kernels import cost
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.sim import run_csim
from toy_kernels.golden import double

kernel = hls.double(lanes=3, width=7)
x = np.random.default_rng(0).integers(0, 128, (50, 3))
for stalls in (0.0, 0.5):
    assert np.array_equal(kernel.simulate(x, stalls=stalls), double(x))

one = hls.double(lanes=1, width=7)
y = run_csim.run(one, {"x": pack(x[:, :1], 7)})["y"]
assert np.array_equal(unpack(y, 1, 8, False), double(x[:, :1]))

assert cost(kernel, Family.ULTRASCALE_PLUS).ff == 3 * 8 + 1
assert cost(kernel, Family.ECP5).lut == 4
assert "double" in dir(hls) and "window" in dir(hls)
"""


@pytest.fixture
def python(tmp_path):
    """(arguments) -> Python with the toy kernel's package installed, run to its end."""
    path = os.pathsep.join([str(install_toy("kernel", tmp_path)), os.environ.get("PYTHONPATH", "")])

    def run(*arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, *arguments]
        environment = {**os.environ, "PYTHONPATH": path}
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True
        )

    return run


def test_it_is_made_simulated_and_costed(python):
    done = python("-c", USE)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_is_proven_by_the_command_line(python):
    done = python("-m", "tarsier_fpga.hls.prove", "double")
    assert (done.returncode, done.stderr) == (0, "")
    assert "induction, 1" in done.stdout and "1 proofs hold" in done.stdout


def test_a_module_without_a_cost_is_refused(python, tmp_path):
    (tmp_path / "toy_kernels" / "double.py").write_text("def double(lanes, width): ...\n")
    done = python("-m", "tarsier_fpga.hls.prove", "double")
    assert done.returncode == 2
    assert done.stderr == (
        "prove: the kernel double: toy_kernels.double must have a function cost\n"
    )


def test_a_name_that_we_have_is_refused(python, tmp_path):
    points = tmp_path / "toy_kernels-1.0.dist-info" / "entry_points.txt"
    points.write_text("[tarsier_fpga.kernels]\nwindow = toy_kernels.double\n")
    done = python("-m", "tarsier_fpga.hls.prove", "window")
    assert done.returncode == 2
    assert done.stderr == "prove: the kernel window is there twice, once in toy_kernels.double\n"
