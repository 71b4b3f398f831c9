# SPDX-License-Identifier: MIT
"""Our modules beside FINN's in one design: no name twice."""

import re
from pathlib import Path

from tarsier_fpga import hls
from tarsier_fpga.flow.finn_xsi.sources import finn_rtllib
from tarsier_fpga.flow.ops.shell import with_free_names

RTL = Path(hls.__file__).parent / "rtl"


def modules(text: str) -> set[str]:
    return set(re.findall(r"^\s*module\s+(\w+)", text, re.MULTILINE))


def test_no_module_we_give_finn_has_a_name_of_its_library():
    finns = set().union(*(modules(path.read_text()) for path in finn_rtllib().rglob("*.*v")))
    ours = set().union(*(modules(with_free_names(p.read_text())) for p in RTL.rglob("*.sv")))
    assert {"fifo", "requant"} <= finns
    assert {"tarsier_fifo", "tarsier_requant"} <= ours
    assert not ours & finns


def test_an_instance_goes_with_its_module():
    text = with_free_names((RTL / "pixel_shuffle.sv").read_text())
    assert "    tarsier_fifo #(.Width(" in text
    assert not re.search(r"^ +fifo #\(", text, re.MULTILINE)
