# SPDX-License-Identifier: MIT
"""Our modules that stand for FINN's do the same as they do, in every cycle.

FINN's files are read from the installed package and changed only where Verilator stops at them.
"""

import re
from pathlib import Path

import pytest

from tarsier_fpga.flow.finn_xsi import xsi
from tarsier_fpga.flow.finn_xsi.compile import compile_sim_obj
from tarsier_fpga.flow.finn_xsi.sources import finn_rtllib

HERE = Path(__file__).parent / "finn_rtl"
OURS = Path(xsi.__file__).with_name("rtl")
CYCLES = 40_000

# file -> what Verilator does not take, and the same in other words
CHANGES = {
    "fifo/hdl/fifo.sv": [(r"typedef struct \{", "typedef struct packed {")],
    "skid/skid.sv": [(r'(exceeds SRL capacity\.")\)', r"\1, FEED_STAGES)")],
    "stream_tap/hdl/stream_tap.sv": [(r"'\{ CNT_BITS-1: 0, default: 'x \}", "'0")],
    "mvu/add_multi.sv": [
        # All nodes of the tree as wide as the sum, since the table of their loads is what fails.
        (r"typedef int unsigned  leaf_load_t.*?LEAF_LOAD = init_leaf_loads\(\);\n", ""),
        (r"LEAF_LOAD\[\w+\]", "N"),
        (
            r"assign\ts = arg\[i - \(N-1\)\];",
            "assign s = SIGNED ? SW'($signed(arg[i-(N-1)])) : SW'(arg[i-(N-1)]);",
        ),
        (
            r"tree\[i\] = [^;]*",
            lambda match: (
                match[0].split("=")[0] + "= " + ("S" if "S[SW-1], S" in match[0] else "s")
            ),
        ),
    ],
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("twins", "files", "needs"),
    [
        ("fifo", ["fifo/hdl/fifo.sv"], []),
        ("skid", ["skid/skid.sv"], []),
        ("stream_tap", ["stream_tap/hdl/stream_tap.sv", "skid/skid.sv"], []),
        ("add_multi", ["mvu/add_multi.sv"], ["mvu/mvu_pkg.sv"]),
    ],
)
def test_every_cycle_is_that_of_finn(twins, files, needs, tmp_path):
    theirs = [_theirs(file, tmp_path) for file in files]
    ours = [OURS / Path(file).name for file in files]
    sources = [*(finn_rtllib() / file for file in needs), HERE / "traffic.sv", *theirs, *ours]
    sources.append(HERE / f"{twins}_twins.sv")
    base, relative = compile_sim_obj(f"{twins}_twins", list(map(str, sources)), tmp_path)

    design = xsi.Design(xsi.Kernel("verilator"), str(base / relative), None, None)
    reset = design.getPort("ap_rst_n")
    design.clock(16)
    reset.set(1).write_back()
    design.clock(CYCLES)
    differ, moved = (_values(design, name) for name in ("differ", "moved"))
    design.close()
    assert differ == [0] * len(differ)
    assert min(moved) > CYCLES // 50  # words did flow


def _theirs(file: str, folder: Path) -> Path:
    text = (finn_rtllib() / file).read_text()
    for pattern, other in CHANGES[file]:
        text, count = re.subn(pattern, other, text, flags=re.DOTALL)
        assert count > 0, f"{file}: no {pattern}"
    names = "|".join(Path(name).stem for name in CHANGES)
    text = re.sub(rf"\b(module|endmodule :) ({names})\b", r"\1 finn_\2", text)
    text = re.sub(rf"^(\s*)({names}) #\(", r"\1finn_\2 #(", text, flags=re.MULTILINE)
    path = folder / f"finn_{Path(file).name}"
    path.write_text(text)
    return path


def _values(design: xsi.Design, name: str) -> list[int]:
    port = design.getPort(name)
    words = port.read().as_hexstr()
    return [int(words[at : at + 8], 16) for at in range(0, len(words), 8)]
