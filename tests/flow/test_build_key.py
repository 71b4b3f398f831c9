# SPDX-License-Identifier: MIT
"""A design is kept until what decides it changes; reports, proofs and vendor projects do not."""

from dataclasses import replace
from pathlib import Path

import pytest

from tarsier_fpga.flow import build as build_module
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.build import BuildConfig
from tarsier_fpga.hls.base.code_key import code_files

ROOT = Path(__file__).parents[2]
DECIDES = (
    "flow/board.py",
    "flow/build_steps.py",
    "flow/lower/ingest.py",
    "flow/ops/window.py",
    "flow/size/fold.py",
    "flow/size/fifos.py",
    "hls/adders/solve.py",
    "hls/adders/kernel.sv.j2",
    "hls/netlist/rtl_top.sv.j2",
    "hls/sim/harness.cpp",
    "hls/sim/verilate.py",
)
DECIDES_NOTHING = ("flow/synth", "flow/finn_xsi", "hls/prove", "hls/formal", "boards", "training")


@pytest.fixture
def config(random_net, tmp_path) -> BuildConfig:
    onnx = tmp_path / "random.onnx"
    random_net(units=1).save(str(onnx))
    return BuildConfig(onnx, load_board("zcu104"), 38, 30, None, tmp_path / "design")


def test_the_code_of_a_build_is_all_that_decides_and_no_more():
    found = code_files(*build_module._CODE, beside=[build_module._RTL])
    names = {str(path.relative_to(ROOT)) for path in found}
    kernels = {str(path.relative_to(ROOT)) for path in (ROOT / "hls/rtl").rglob("*.sv")}
    ops = {str(path.relative_to(ROOT)) for path in (ROOT / "flow/ops").glob("*.py")}
    assert {*DECIDES, *kernels, *ops} <= names
    assert not [name for name in names if name.startswith(DECIDES_NOTHING)]


def changed(path: Path, before: bytes, after: bytes, monkeypatch) -> None:
    """The file `path` reads as if `before` in it were `after`."""
    content = path.read_bytes()
    assert before in content
    text = content.replace(before, after)
    read_text, read_bytes = Path.read_text, Path.read_bytes
    monkeypatch.setattr(
        Path, "read_text", lambda p, *a: text.decode() if p == path else read_text(p, *a)
    )
    monkeypatch.setattr(Path, "read_bytes", lambda p: text if p == path else read_bytes(p))


SPDX = b"# SPDX-License-Identifier: MIT"


@pytest.mark.parametrize(
    ("name", "before", "after", "rebuilds"),
    [
        ("flow/size/fold.py", b"busiest = 1\n", b"busiest = 2\n", True),
        ("flow/size/fold.py", SPDX, b"# another comment", False),
        ("hls/rtl/tarsier_requant.sv", b"// SPDX", b"// SPDX:", True),
        ("flow/synth/amd/reports.py", b"import re\n", b"import re as regex\n", False),
        ("hls/prove/prove_case.py", SPDX, b"import sys", False),
        ("boards/cli/build.py", SPDX, b"import sys", False),
    ],
)
def test_a_change_rebuilds_only_what_it_decides(config, monkeypatch, name, before, after, rebuilds):
    key = build_module._key(config)
    changed(ROOT / name, before, after, monkeypatch)
    assert (build_module._key(config) != key) == rebuilds


def test_every_part_of_the_request_is_in_the_key(config, random_net):
    other = config.onnx.with_name("other.onnx")
    random_net(units=1).save(str(other))
    asked = [
        config,
        replace(config, onnx=other),
        replace(config, board=load_board("pynq-z2")),
        replace(config, raw_width=40),
        replace(config, raw_height=40),
        replace(config, fps=60.0),
        replace(config, constant=False),
        replace(config, told={"white": "900"}),
        replace(config, told={"black": "900"}),
    ]
    assert len({build_module._key(each) for each in asked}) == len(asked)
    assert build_module._key(replace(config, output=Path("other"))) == build_module._key(config)


def test_the_steps_are_kept_by_the_key_whatever_is_told(config, monkeypatch):
    told = replace(config, told={"black": "100", "white": "900"})
    monkeypatch.setattr(build_module, "make_design", lambda plan, notify: plan)
    assert build_module.build(told).key == build_module._key(told)
