# SPDX-License-Identifier: MIT
"""FINN's stitched design without Vivado.

FINN stitches by writing Tcl for Vivado's block designs. The few commands it uses describe a
netlist: cells, pins joined to pins, and pins made external. They are read here, and the netlist is
written as one Verilog module with the ports that Vivado's wrapper would have.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from finn.util.settings import get_settings

from tarsier_fpga.flow.finn_xsi.header import Header, Port, read_header, with_prefix
from tarsier_fpga.hls.base.errors import SimError
from tarsier_fpga.hls.base.templates import render

__all__ = ["BlockDesign", "read_tcl", "write_verilog"]

_END = "make_wrapper"  # everything after it packages, and is of no use in a simulation
_IGNORED = re.compile(
    r"create_project|set_msg_config|update_ip_catalog|create_bd_design|save_bd_design"
    r"|validate_bd_design|assign_bd_address|create_bd_(intf_)?pin\b|create_bd_cell -type hier \S+$"
    r"|set_property (ip_repo_paths|CONFIG\.FREQ_HZ|offset|range)\b"
)
_CELL = re.compile(r"create_bd_cell -type (?:module|hier) -reference (\S+)\s+(\S+)$")
_CONFIG = re.compile(r"set_property (?:-dict \[list )?(CONFIG\..*?)\]? ?\[get_bd_cells (\S+)\]$")
_CONNECT = re.compile(r"connect_bd_(intf_)?net \[get_bd_\w+ (\S+)\]\s+\[get_bd_\w+ (\S+)\]$")
_EXTERNAL = re.compile(r"make_bd_(intf_)?pins_external\s+\[get_bd_\w+ (\S+)\]$")
_RENAME = re.compile(r"set_property name (\S+)\s+\[get_bd_\w+ (\S+)\]$")


@dataclass
class BlockDesign:
    """A netlist of cells. Pins and interfaces are named by their path, as in `node/in0_V`.

    Attributes:
        sources: Verilog files, in order
        cells: path of an instance -> its module
        params: path of an instance -> parameters that differ from their defaults
        joined: pin or interface -> another one on the same net
        interfaces: those of them that are bundles of pins
        external: name of a port of the design -> the pin or interface it leads to
        links: streams from one node to another, which are not joined yet
    """

    sources: list[Path] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    params: dict[str, dict[str, str]] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    interfaces: set[str] = field(default_factory=set)
    external: dict[str, str] = field(default_factory=dict)
    links: list[tuple[str, str]] = field(default_factory=list)

    def net(self, pin: str) -> str:
        """The pin that stands for all on the net of `pin`."""
        while (other := self.joined.get(pin, pin)) != pin:
            pin = other
        return pin

    def join(self, one: str, other: str, interface: bool) -> None:
        self.joined[self.net(one)] = self.net(other)
        for pin in (one, other):
            self.joined.setdefault(pin, pin)
            if interface:
                self.interfaces.add(pin)

    def expose(self, pin: str, name: str) -> None:
        """Make `pin` the port `name` of the design."""
        self.join(pin, pin, False)
        self.external[name] = pin

    def make_external(self, pin: str, interface: bool) -> None:
        """Give the design a port, called as Vivado would until FINN renames it."""
        stem = pin.rpartition("/")[2]
        name = next(f"{stem}_{n}" for n in range(len(self.external) + 1) if self._free(stem, n))
        self.join(pin, pin, interface)
        self.external[name] = pin

    def _free(self, stem: str, n: int) -> bool:
        return f"{stem}_{n}" not in self.external


def read_tcl(text: str) -> BlockDesign:
    """The block design that FINN's script `text` builds.

    Raises:
        SimError: the script needs an IP core of Vivado or Vitis HLS, or a command not known here.
    """
    design = BlockDesign()
    library = str(get_settings().finn_rtllib)
    for line in text.replace("$::env(FINN_RTLLIB)", library).splitlines():
        command = line.strip()
        if command.startswith(_END):
            break
        if command:
            _apply(design, command)
    return design


def _apply(design: BlockDesign, command: str) -> None:
    if match := re.match(r"add_files -norecurse (\S+)$", command):
        design.sources.append(Path(match[1]))
    elif match := _CELL.match(command):
        design.cells[match[2].strip("/")] = match[1]
    elif match := _CONFIG.match(command):
        pairs = re.findall(r"CONFIG\.(\w+) \{?([^}\s]+)\}?", match[1])
        design.params.setdefault(match[2].strip("/"), {}).update(pairs)
    elif match := _CONNECT.match(command):
        one, other = match[2].strip("/"), match[3].strip("/")
        if match[1] and one.partition("/")[0] != other.partition("/")[0]:
            design.links.append((one, other))
        else:
            design.join(one, other, bool(match[1]))
    elif match := _EXTERNAL.match(command):
        design.make_external(match[2].strip("/"), bool(match[1]))
    elif match := _RENAME.match(command):
        pin = design.external.pop(match[2])
        design.external[match[1]] = pin
        if pin not in design.interfaces:
            design.join(match[1], pin, False)  # later commands name the port
    elif "-type ip" in command or command.startswith("create_ip"):
        raise SimError(
            f"{command.split()[-1]} is an IP core of Vivado or Vitis HLS; "
            "without them only RTL nodes can be stitched"
        )
    elif not _IGNORED.match(command):
        raise SimError(f"FINN stitches with a command that is not known here: {command}")


@dataclass
class _Net:
    name: str
    range: str = ""
    driven: bool = False
    external: bool = False


def write_verilog(design: BlockDesign, top: str) -> str:
    """Module `top` with the cells of `design`; ports of interfaces are in lower case."""
    for one, other in design.links:
        design.join(one, other, True)
    headers = {module: _header(design, module) for module in set(design.cells.values())}
    ports_of = {design.net(pin): name for name, pin in design.external.items()}
    nets: dict[tuple[str, str], _Net] = {}
    constants: dict[str, str] = {}
    cells = []
    for path, module in design.cells.items():
        header, prefix = headers[module], f"{_identifier(path)}__"
        params = design.params.get(path, {})
        used = {}
        for port in header.ports:
            key = _key(design, path, port)
            if key is None:
                used[port.name] = "1'b0" if port.is_input else ""
                continue
            net = nets.setdefault(key, _named(key, ports_of))
            if not net.driven:
                net.range = with_prefix(port.range, header.params, prefix)
            net.driven |= not port.is_input
            used[port.name] = net.name
        cells.append(
            {"name": f"u_{_identifier(path)}", "module": module, "params": params, "ports": used}
        )
        constants |= _constants(header, params, prefix)
    ports = [
        {"name": n.name, "direction": "output" if n.driven else "input", "range": n.range}
        for n in nets.values()
        if n.external
    ]
    inner = [net for net in nets.values() if not net.external]
    read = "".join(net.range for net in nets.values())
    return render(
        Path(__file__).with_name("block_design.v.j2"),
        {},
        top=top,
        ports=ports,
        nets=inner,
        cells=cells,
        constants=_reachable(constants, read),
    )


def _header(design: BlockDesign, module: str) -> Header:
    pattern = re.compile(rf"\bmodule\s+{re.escape(module)}\b")
    for source in design.sources:
        text = source.read_text()
        if pattern.search(text):
            return read_header(text, module)
    raise SimError(f"no source of the design defines module {module}")


def _key(design: BlockDesign, path: str, port: Port) -> tuple[str, str] | None:
    """The net that `port` of the cell at `path` is on: a pin and the signal of its bundle."""
    stem, _, signal = port.name.rpartition("_")
    if f"{path}/{stem}" in design.interfaces:
        return design.net(f"{path}/{stem}"), signal.lower()
    if f"{path}/{port.name}" in design.joined:
        return design.net(f"{path}/{port.name}"), ""
    return None


def _named(key: tuple[str, str], ports_of: dict[str, str]) -> _Net:
    pin, signal = key
    name = ports_of.get(pin) or _identifier(pin)
    return _Net(f"{name}_{signal}" if signal else name, external=pin in ports_of)


def _constants(header: Header, params: dict[str, str], prefix: str) -> dict[str, str]:
    return {
        prefix + name: with_prefix(params.get(name, default), header.params, prefix)
        for name, default in header.params.items()
    }


def _reachable(constants: dict[str, str], text: str) -> dict[str, str]:
    """The constants that `text` names, and those that they name in turn."""
    needed: set[str] = set()
    pending = re.findall(r"\w+__\w+", text)
    while pending:
        name = pending.pop()
        if name in constants and name not in needed:
            needed.add(name)
            pending += re.findall(r"\w+__\w+", constants[name])
    return {name: value for name, value in constants.items() if name in needed}


def _identifier(path: str) -> str:
    return re.sub(r"\W", "_", path)
