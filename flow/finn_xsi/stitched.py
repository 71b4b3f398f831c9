# SPDX-License-Identifier: MIT
"""What FINN's CreateStitchedIP runs instead of Vivado: its script in, its files out."""

import re
from collections.abc import Sequence
from pathlib import Path

from tarsier_fpga.flow.finn_xsi.block_design import read_tcl, write_verilog
from tarsier_fpga.hls.base.errors import SimError

__all__ = ["SCRIPT", "run_project"]

SCRIPT = "make_project.tcl"


def run_project(command: Sequence[str], **options: object) -> None:
    """Do for a simulation what `bash make_project.sh` makes Vivado do.

    Writes the wrapper of the block design, and the list of its sources, where FINN looks for them.

    Raises:
        SimError: the design cannot be stitched without Vivado, or is to be synthesized.
    """
    text = Path(command[-1]).with_name(SCRIPT).read_text()
    wrapper = Path(_asked(text, r"^add_files -norecurse (\S+_wrapper\.v)$"))
    sources = _asked(text, r"^set fp \[open (\S+all_verilog_srcs\.txt) w\]$")
    if "write_checkpoint" in text:
        raise SimError("a synthesized stitched IP needs Vivado")
    design = read_tcl(text)
    wrapper.parent.mkdir(parents=True, exist_ok=True)
    wrapper.write_text(write_verilog(design, wrapper.stem))
    files = [*dict.fromkeys(design.sources), wrapper]
    Path(sources).write_text("".join(f"{path}\n" for path in files))
    if netlist := re.search(
        r"^write_verilog -mode funcsim -force -file (\S+)$", text, re.MULTILINE
    ):
        path = Path(netlist[1])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"// Simulated from the sources of {wrapper.name}.\n")


def _asked(text: str, pattern: str) -> str:
    found = re.findall(pattern, text, re.MULTILINE)
    if not found:
        raise SimError(f"FINN's {SCRIPT} has no line {pattern}")
    return found[-1]
