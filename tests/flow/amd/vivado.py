# SPDX-License-Identifier: MIT
"""Vivado as a checking recorder: its Tcl is executed, and every object it names must exist."""

import re
import shutil
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

from tests.flow.amd.block_design import BlockDesign
from tests.flow.amd.packager import Packager
from tests.flow.amd.ports import ModelError, read_ip, verilog_ports
from tests.flow.amd.tcl import Interpreter, options

__all__ = ["Vivado"]

_REPORTS = Path(__file__).with_name("reports")
_PARTS = ("xc7z", "xczu", "xck26", "xcu")
_NOTHING = (  # commands whose effect no later command depends on
    "set_msg_config",
    "save_bd_design",
    "update_compile_order",
    "set_param",
    "opt_design",
    "close_project",
)


class Vivado(Packager):
    """One Vivado process, working in the current folder."""

    def __init__(self):
        self.folder, self.name = Path(), ""
        self.files: dict[str, str] = {}  # absolute path -> text
        self.modules: dict[str, str] = {}  # module -> text of the file that defines it
        self.catalog: dict[str, dict] = {}
        self.design = BlockDesign("")
        self.validated = False
        self.properties: dict[tuple[str, str], str] = {}
        self.known = {"current_project", "sources_1", "sim_1", "synth_1", "impl_1"}
        names = [name for name in dir(self) if name.startswith("tcl_")]
        commands: dict[str, Callable[..., object]] = {
            name.removeprefix("tcl_").replace("ipx_", "ipx::", 1): getattr(self, name)
            for name in names
        }
        self.tcl = Interpreter(commands | dict.fromkeys(_NOTHING, lambda *_: ""))

    # Projects, files and runs

    def tcl_create_project(self, name, folder, _part, part):
        self.folder, self.name = Path(folder).resolve(), name
        if not part.startswith(_PARTS):
            raise ModelError(f"no device {part} is installed")
        if (self.folder / f"{name}.xpr").exists():
            raise ModelError(f"project {name} exists in {self.folder}")
        (self.folder / f"{name}.xpr").write_text("")

    def tcl_open_project(self, path):
        if not Path(path).is_file():
            raise ModelError(f"there is no project {path}")

    def tcl_current_project(self):
        return "current_project"

    def tcl_add_files(self, _norecurse, path):
        if not Path(path).is_file():
            raise ModelError(f"there is no file {path}")
        text = Path(path).read_text()
        self.files[str(Path(path).resolve())] = text
        for module in re.findall(r"^\s*module\s+(\w+)", text, re.MULTILINE):
            if self.modules.setdefault(module, text) != text:
                raise ModelError(f"module {module} is defined twice, differently")

    def tcl_update_ip_catalog(self, *_):
        value = self.properties.get(("current_project", "ip_repo_paths"), "")
        for path in map(Path, self.tcl.split(value)):
            if not path.is_dir():
                raise ModelError(f"there is no folder {path}")
            if ip := read_ip(path):
                self.catalog[ip[0]] = ip[1]

    def tcl_get_files(self, *arguments):
        chosen = options(arguments)
        if "-filter" in chosen:
            return list(self.files)
        return [name for name in self.known if name.endswith(chosen[""][0])]

    def tcl_current_fileset(self):
        return "sources_1"

    def tcl_get_filesets(self, name):
        return self._existing(name)

    def tcl_get_runs(self, name):
        return self._existing(name)

    def tcl_launch_runs(self, *arguments):
        (run,) = options(arguments)[""]
        self._existing(run)
        if not self.validated or ("sources_1", "top") not in self.properties:
            raise ModelError(f"{run}: the design was not validated, or has no top module")
        if run == "impl_1":
            made = (f"{self.name}.runs/impl_1/top_wrapper.bit", "hw_handoff/top.hwh")
            for path in map(self.folder.joinpath, made):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("made by a model of Vivado\n")

    def tcl_wait_on_run(self, run):
        self._existing(run)

    def tcl_open_run(self, run, *_):
        self._existing(run)

    def tcl_get_param(self, _name):
        return ""

    def _report(self, kind: str):
        def write(*arguments):
            path = Path(options(arguments)["-file"])
            source = _REPORTS / kind
            shutil.copy(source, path) if source.is_file() else path.write_text("")

        return write

    def _written(self, *arguments):
        Path(options(arguments)[""][-1]).write_text("made by a model of Vivado\n")

    def tcl_report_utilization(self, *arguments):
        self._report("hierarchy.rpt")(*arguments)

    def tcl_report_timing_summary(self, *arguments):
        self._report("timing.rpt")(*arguments)

    def tcl_report_power(self, *arguments):
        self._report("power.rpt")(*arguments)

    tcl_write_checkpoint = tcl_write_xdc = tcl_write_verilog = _written

    # Properties

    def tcl_set_property(self, *arguments):
        chosen = options(arguments)
        rest = chosen[""]
        objects = self.tcl.split(chosen.get("-objects") or rest[-1])
        if "-dict" in chosen:
            words = self.tcl.split(chosen["-dict"])
            pairs = list(zip(words[::2], words[1::2], strict=True))
        elif "-name" in chosen:
            pairs = [(chosen["-name"], chosen["-value"])]
        else:
            pairs = [(rest[0], rest[1])]
        if not objects:
            raise ModelError(f"set_property {pairs[0][0]}: there is no object to set it on")
        for item in objects:
            for name, value in pairs:
                self._set(item, name, value)

    def _set(self, item: str, name: str, value: str) -> None:
        if name == "name" and item in self.design.external:
            self.design.rename(item, value)
            return
        self._existing(item)
        self.properties[item, name] = value
        if item in self.design.cells:
            self.design.configure(item, name, value)

    def tcl_get_property(self, *arguments):
        name, item = options(arguments)[""]
        match name:
            case "VLNV" | "NAME":
                return self._existing(item)
            case "CONFIG.ADDR_WIDTH":
                if self.design.port(self._existing(item)).kind != "axilite":
                    raise ModelError(f"{item} has no {name}")
                return "6"
            case _:
                return self.properties.get((self._existing(item), name), "")

    def _existing(self, item: str) -> str:
        ends = item in self.design.nets or item.partition("/")[0] in self.design.cells
        if not (ends or item in self.known or item in self.design.external):
            raise ModelError(f"there is no object {item}")
        return item

    # Block designs

    def tcl_create_bd_design(self, name):
        self.design = BlockDesign(name)
        sources = self.folder / f"{self.name}.srcs/sources_1/bd/{name}"
        self.known |= {str(sources / f"{name}.bd")}

    def tcl_get_ipdefs(self, *arguments):
        chosen = options(arguments)
        pattern = [name for name in chosen[""] if ":" in name]
        name = pattern[0].split(":")[2] if pattern else chosen["-filter"].split()[-1]
        self.known |= {vlnv := f"xilinx.com:ip:{name}:1.0"}
        return vlnv

    def tcl_create_bd_cell(self, *arguments):
        chosen = options(arguments)
        (name,) = chosen[""]
        if chosen["-type"] == "module":
            module = chosen["-reference"]
            if module not in self.modules:
                raise ModelError(f"{name}: no source defines module {module}")
            self.design.add(name, verilog_ports(self.modules[module], module))
        elif chosen["-vlnv"].startswith("xilinx.com:ip:"):
            self.design.add_amd(name, chosen["-vlnv"])
        elif chosen["-vlnv"] in self.catalog:
            self.design.add(name, self.catalog[chosen["-vlnv"]])
        else:
            raise ModelError(f"{chosen['-vlnv']} is not in the IP catalog")

    def tcl_apply_bd_automation(self, *arguments):
        self._existing(options(arguments)[""][-1])

    def tcl_get_bd_cells(self, *names):
        return [name.strip("/") for name in names if name.strip("/") in self.design.cells]

    def tcl_get_bd_pins(self, pattern):
        return self.design.ends(pattern, streams=False)

    def tcl_get_bd_ports(self, pattern):
        return self.design.ports(pattern, streams=False)

    def tcl_get_bd_intf_pins(self, *arguments):
        chosen = options(arguments)
        if "-filter" in chosen:  # FINN's search for memories of weights, which are not ours
            return []
        if "-of" in chosen:
            return [end for end in self.design.nets[chosen["-of"]] if "/" in end]
        return self.design.ends(chosen[""][0], streams=True)

    def tcl_get_bd_intf_ports(self, *arguments):
        chosen = options(arguments)
        names = self.design.ports((chosen[""] or ["*"])[0], streams=True)
        if "-filter" in chosen:
            return [name for name in names if self.design.external[name].kind == "axilite"]
        return names

    def tcl_get_bd_intf_nets(self, *arguments):
        return options(arguments)["-of"]

    def tcl_connect_bd_net(self, *groups):
        ends = [self.tcl.split(group) for group in groups]
        if not all(ends):
            raise ModelError("connect_bd_net: a pin does not exist")
        self.design.join([end for group in ends for end in group])

    def tcl_connect_bd_intf_net(self, *arguments):
        ends = [self.tcl.split(end) for end in options(arguments)[""]]
        if [len(end) for end in ends] != [1, 1]:
            raise ModelError(f"connect_bd_intf_net: an interface does not exist, of {ends}")
        self.design.connect(ends[0][0], ends[1][0])

    def tcl_make_bd_pins_external(self, end):
        self.design.expose(self._existing(end))

    tcl_make_bd_intf_pins_external = tcl_make_bd_pins_external

    def tcl_assign_bd_address(self, *arguments):
        chosen = options(arguments)
        if chosen[""] and not self.tcl.split(chosen[""][0]):
            raise ModelError("assign_bd_address: there is no segment")
        for name, port in self.design.external.items():
            if port.kind == "aximm":
                (end,) = (end for end in self.design.nets[name] if "/" in end)
                cell, _, interface = end.partition("/")
                stem = interface.removeprefix("m_axi_")
                self.known |= {f"{cell}/Data_m_axi_{stem}/SEG_{name}_Reg"}

    def tcl_get_bd_addr_segs(self, pattern):
        cell, _, rest = pattern.partition("/")
        slave = rest.partition("/")[0]
        if pattern.endswith("/Reg*") and slave in self.design.cells.get(cell, {}):
            return f"{cell}/{slave}/Reg0"
        return [name for name in self.known if fnmatchcase(name, pattern)]

    def tcl_validate_bd_design(self):
        self.design.validate()
        self.validated = True

    def tcl_make_wrapper(self, *arguments):
        bd = Path(options(arguments)["-files"])
        wrapper = bd.parent / "hdl" / f"{bd.stem}_wrapper.v"
        wrapper.parent.mkdir(parents=True, exist_ok=True)
        wrapper.write_text(f"module {bd.stem}_wrapper; endmodule\n")
