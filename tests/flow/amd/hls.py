# SPDX-License-Identifier: MIT
"""Vitis HLS as a checking recorder: C++ and headers must be there, and the top in them."""

import re
import shutil
from pathlib import Path

from tests.flow.amd.ports import ModelError, cpp_ports, write_ip
from tests.flow.amd.tcl import Interpreter, options

__all__ = ["VitisHls"]

_OPEN = ("ap_int.h", "hls_stream.h")  # that the tool brings along
_SETTINGS = ("set_param", "config_compile", "config_interface", "config_rtl")


class VitisHls:
    """One process of Vitis HLS, working in the current folder."""

    def __init__(self):
        self.project, self.solution, self.top = Path(), Path(), ""
        self.source = ""
        self.given: set[str] = set()
        names = [name for name in dir(self) if name.startswith("tcl_")]
        commands = {name.removeprefix("tcl_"): getattr(self, name) for name in names}
        self.tcl = Interpreter(commands | dict.fromkeys(_SETTINGS, lambda *_: ""))

    def tcl_open_project(self, name):
        self.project = Path(name)
        self.project.mkdir(exist_ok=True)

    def tcl_add_files(self, path, _cflags, flags):
        folders = [Path(path).parent, *map(Path, re.findall(r"-I(\S+)", flags))]
        pending = [Path(path)]
        while pending:
            text = pending.pop().read_text()
            self.source = self.source or text
            for name in re.findall(r'^#include "(.+)"', text, re.MULTILINE):
                found = [folder / name for folder in folders if (folder / name).is_file()]
                if not found and name not in _OPEN:
                    raise ModelError(f"{path} includes {name}, which is in none of its folders")
                pending += found[:1]

    def tcl_set_top(self, name):
        self.top = name

    def tcl_open_solution(self, name):
        self.solution = self.project / name

    def tcl_set_part(self, part):
        self.given |= {"part"}

    def tcl_create_clock(self, *arguments):
        if float(options(arguments)["-period"]) > 0:
            self.given |= {"clock"}

    def tcl_csynth_design(self):
        if self.given != {"part", "clock"}:
            raise ModelError(f"{self.top} is synthesized without its part or clock")
        self.ports = cpp_ports(self.source, self.top)
        report = self.solution / "syn" / "report" / "csynth.xml"
        report.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(__file__).parent / "reports" / "csynth.xml", report)

    def tcl_export_design(self, *_):
        ip = self.solution / "impl" / "ip"
        write_ip(ip, f"xilinx.com:hls:{self.top}:1.0", self.ports)
        (ip / "rom.v").write_text('initial $readmemh("./rom.dat", memory);\n')

    def tcl_exit(self, code):
        if code != "0":
            raise ModelError(f"exit {code}")
