# SPDX-License-Identifier: MIT
"""Our modules beside FINN's in one design: no name twice."""

import re
from pathlib import Path

from tarsier_fpga import hls
from tarsier_fpga.flow.finn_xsi.sources import finn_rtllib
from tarsier_fpga.flow.ops.shell import shell
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.netlist.ram_style import RamStyle

RTL = Path(hls.__file__).parent / "rtl"


def modules(text: str) -> set[str]:
    return set(re.findall(r"^\s*module\s+(\w+)", text, re.MULTILINE))


def test_no_module_we_give_finn_has_a_name_of_its_library():
    finns = set().union(*(modules(path.read_text()) for path in finn_rtllib().rglob("*.*v")))
    ours = set().union(*(modules(path.read_text()) for path in RTL.rglob("*.sv")))
    assert {"fifo", "requant"} <= finns
    assert {"tarsier_fifo", "tarsier_requant"} <= ours
    assert not ours & finns


def test_a_shell_is_verilog_around_the_kernel_s_own_module():
    text = shell("inner", fifo(5, 300, RamStyle.BLOCK))
    assert "// inner - kernel fifo behind FINN's port names" in text
    (instance,) = re.findall(r"^  (\w+) #\(\n(.*?)\n  \) u_kernel", text, re.MULTILINE | re.DOTALL)
    assert instance == (
        "tarsier_fifo",
        "    .Width(5),\n    .Depth(300),\n    .RamStyle(2 /* block */)",
    )
