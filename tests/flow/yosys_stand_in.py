# SPDX-License-Identifier: MIT
"""Stands for Yosys: every kernel is a register, a LUT and that register again.

It reads script.ys in its folder and leaves what the script asks for, in Yosys's own formats.
"""

import json
import re
from pathlib import Path

FLIP_FLOP = {
    "type": "FDRE",
    "port_directions": {"C": "input", "CE": "input", "D": "input", "Q": "output"},
    "connections": {"C": [2], "CE": ["1"], "D": [4], "Q": [3]},
}
LUT = {
    "type": "LUT2",
    "port_directions": {"I0": "input", "I1": "input", "O": "output"},
    "connections": {"I0": [3], "I1": ["0"], "O": [4]},
}
MODULE = {
    "ports": {"clk_i": {"direction": "input", "bits": [2]}},
    "cells": {"q": FLIP_FLOP, "next": LUT},
}


def main() -> None:
    script = Path("script.ys").read_text()
    if boxes := re.findall(r"--blackboxed-module (\w+)", script):
        (name,) = re.findall(r"--top (\w+)", script)
        top = Path(f"{name}.sv").read_text()
        count(**{box: len(re.findall(rf"^  {box} #?\(", top, re.M)) for box in boxes})
    else:
        count(FDRE=1, LUT2=1)
        Path("netlist.json").write_text(json.dumps({"modules": {"top": MODULE}}))


def count(**cells: int) -> None:
    Path("cells.json").write_text(json.dumps({"design": {"num_cells_by_type": cells}}))


if __name__ == "__main__":
    main()
