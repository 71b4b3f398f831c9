# SPDX-License-Identifier: MIT
"""The part of Vivado that packages a block design as an IP, and an IP as a Vitis kernel."""

import json
import re
from pathlib import Path

from tests.flow.amd.ports import ModelError, read_ip, write_ip
from tests.flow.amd.tcl import options

__all__ = ["Packager"]


class Packager:
    """Mixed into Vivado; `core` is the package that is open."""

    root = Path()
    core = ""

    def tcl_ipx_package_project(self, *arguments):
        chosen = options(arguments)
        if not self.validated:
            raise ModelError("a block design is packaged before it was validated")
        self.root = Path(chosen["-root_dir"])
        self.root.mkdir(exist_ok=True)
        self.core = f"{chosen['-vendor']}:{chosen['-library']}:{chosen['-module']}:1.0"
        self.known |= {self.core}

    def tcl_ipx_current_core(self):
        return self._existing(self.core)

    def tcl_ipx_find_open_core(self, vlnv):
        return self._existing(vlnv)

    def tcl_ipx_get_bus_interfaces(self, *arguments):
        names = options(arguments)[""]
        self.known |= {"interfaces"}
        return [self._existing(name) for name in names] or "interfaces"

    def tcl_ipx_get_bus_parameters(self, _of, item):
        self.known |= {"bus_parameters"}
        return ["bus_parameters"] if item else []

    def tcl_ipx_get_address_spaces(self, name, *_):
        return self._existing(name)

    def tcl_ipx_add_file_group(self, *arguments):
        name = options(arguments).get("-type") or options(arguments)[""][0]
        self.known |= {name}
        return name

    def tcl_ipx_get_file_groups(self, name, *_):
        if name.startswith("xilinx_anylanguage") or name == "xilinx_implementation":
            self.known |= {name}  # package_project makes these
        return self._existing(name)

    def tcl_ipx_add_file(self, path, group):
        self._existing(group)
        if not (self.root / path).is_file():
            raise ModelError(f"there is no file {path} in {self.root}")
        self.known |= {path}
        return path

    def tcl_ipx_get_files(self, *arguments):
        (pattern,) = options(arguments)[""]
        return [] if "*" in pattern else self._existing(pattern)

    def tcl_ipx_add_memory_map(self, name, core):
        self._existing(core)
        self.known |= {f"map_{name}"}
        return f"map_{name}"

    def tcl_ipx_add_address_block(self, name, memory_map):
        self._existing(memory_map)
        self.known |= {f"{memory_map}_{name}"}
        return f"{memory_map}_{name}"

    def tcl_ipx_save_core(self, core):
        self._existing(core)
        seen = {
            name: type(port)(port.kind, not port.out, port.width)
            for name, port in self.design.external.items()
        }
        write_ip(self.root, self.core, seen)

    def _nothing(self, *_):
        return ""

    tcl_ipx_create_xgui_files = tcl_ipx_update_checksums = _nothing
    tcl_ipx_remove_segment = tcl_ipx_remove_all_file = tcl_ipx_remove_file_group = _nothing

    def tcl_package_xo(self, *arguments):
        """Every argument of the kernel must name a port of the IP."""
        joined = " ".join(arguments)
        chosen = options(arguments)
        ip = read_ip(Path(chosen["-ip_directory"]))
        if ip is None or ip[0].split(":")[2] != chosen["-kernel_name"]:
            raise ModelError(f"{chosen['-ip_directory']} holds no IP {chosen['-kernel_name']}")
        for name in re.findall(r"-kernel_xml_args \{?\w+:\d+:\d+:(\w+):", joined):
            if name not in ip[1]:
                raise ModelError(f"{chosen['-kernel_name']} has no port {name}")
        facts = {"kernel": ip[0].split(":")[2]}
        facts["ports"] = {name: [port.kind, port.out] for name, port in ip[1].items()}
        Path(chosen["-xo_path"]).write_text(json.dumps(facts))
