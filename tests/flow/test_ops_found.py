# SPDX-License-Identifier: MIT
"""Ops are found: those of this folder's modules, and those of other packages."""

import os
import subprocess
import sys

from tarsier_fpga.flow.ops.register import op_classes
from tests.toys.install import install_toy

USE = """
from onnx.helper import make_node
from qonnx.custom_op.registry import getCustomOp
from tarsier_fpga.flow.ops.register import DOMAIN, prepare_finn

prepare_finn()
for suffix in ("", "_rtl", "_hls"):
    domain = DOMAIN + suffix.replace("_", ".")
    op = getCustomOp(make_node("TarsierDouble" + suffix, ["x"], ["y"], domain=domain))
    print(type(op).__name__)
"""


def test_every_op_is_found_once():
    names = [op.__name__ for op in op_classes()]
    assert len(set(names)) == len(names)
    assert {"TarsierWindow", "TarsierFork", "TarsierXnorDot"} < set(names)


def test_another_packages_op_is_one_of_finns(tmp_path):
    path = os.pathsep.join([str(install_toy("kernel", tmp_path)), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run(
        [sys.executable, "-c", USE], env=environment, capture_output=True, text=True
    )
    assert done.stdout.split() == ["TarsierDouble", "TarsierDouble_rtl", "TarsierDouble_hls"]
