# SPDX-License-Identifier: MIT
"""FINN's own tests of its RTL operators, unmodified, on Verilator.

They are not part of the installed package: FINN_TESTS names the folder tests/fpgadataflow of a
checkout of FINN or finn-plus, FINN_SAMPLE the fraction of them to run.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# file -> the tests in it of RTL operators
TESTS = {
    "convinputgenerator": "test_fpgadataflow_slidingwindow",
    "crop_rtl": "rtlsim",
    "dwc": "test_fpgadataflow_dwc",
    "fmpadding": "test_fpgadataflow_fmpadding",
    "mvau": "test_fpgadataflow_rtl_mvau",
    "requant": "test_requant_rtl",
    "shuffle": "test_rtlsim_shuffle_layer or test_stitched_ip_shuffle_layer",
    "thresholding": "test_fpgadataflow_thresholding",
    "thresholding_runtime": "test_runtime_thresholds",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TESTS)
def test_finn_own_tests_pass(name):
    folder = os.environ.get("FINN_TESTS")
    if not folder:
        pytest.skip("FINN_TESTS does not name a folder with FINN's tests")
    path = Path(folder) / f"test_fpgadataflow_{name}.py"
    if not path.is_file():
        pytest.skip(f"{path} is missing")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.flow.finn_compat"]
    command += ["-k", TESTS[name], "--sample", os.environ.get("FINN_SAMPLE", "1")]
    command += ["-o", "addopts=", "-p", "no:cacheprovider", "--rootdir", folder, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    print(done.stdout.splitlines()[-1])
