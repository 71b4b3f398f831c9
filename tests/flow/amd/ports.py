# SPDX-License-Identifier: MIT
"""The ports of a cell: from Verilog, from HLS C++, from a packaged IP, from a table of AMD's IPs.

An interface is one port. Verilog ports that end like the signals of AXI stand for their interface.
"""

import json
import re
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["ModelError", "Port", "amd_ports", "cpp_ports", "read_ip", "verilog_ports", "write_ip"]

_AMD = tomllib.loads(Path(__file__).with_name("amd_ips.toml").read_text())
_INTERFACES = {"TVALID": "axis", "AWVALID": "aximm"}


class ModelError(Exception):
    """What one of AMD's tools would refuse."""


@dataclass(frozen=True)
class Port:
    """`kind` is axis, aximm, axilite, clock, reset or wire; `out` says that the cell drives it."""

    kind: str
    out: bool
    width: int = 0


def verilog_ports(text: str, module: str) -> dict[str, Port]:
    """Ports of `module`, whose header is in ANSI style."""
    bare = re.sub(r"//[^\n]*|/\*.*?\*/|\(\*.*?\*\)", " ", text, flags=re.DOTALL)
    found = re.search(rf"\bmodule\s+{module}\b\s*(#\s*\(.*?\)\s*)?\((.*?)\);", bare, re.DOTALL)
    if not found:
        raise ModelError(f"module {module} has no header")
    constants: dict[str, int] = {}
    for name, value in re.findall(r"parameter\s+(\w+)\s*=\s*([^,\n]+)", found[1] or ""):
        constants[name] = _value(value.removesuffix(")"), constants)
    signals = {
        name: (direction == "output", _value(high or "0", constants) + 1)
        for direction, high, name in re.findall(
            r"\b(input|output)\s+(?:wire\s+)?(?:\[(.*?):0\]\s*)?(\w+)", found[2]
        )
    }
    ports = {}
    for name, (out, _) in signals.items():
        stem, _, signal = name.rpartition("_")
        if signal in _INTERFACES:
            width = signals.get(f"{stem}_TDATA", (out, 0))[1]
            ports[stem] = Port(_INTERFACES[signal], out, width)
        elif not (re.match(r"T[A-Z]+$", signal) or name.startswith("m_axi_")):
            kind = {"ap_clk": "clock", "ap_rst_n": "reset"}.get(name, "wire")
            ports[name] = Port(kind, out)
    return ports


def _value(expression: str, names: dict[str, int]) -> int:
    """A constant of Verilog, whose division is that of integers."""
    return int(eval(expression.replace("/", "//"), {"__builtins__": {}}, names))


def cpp_ports(text: str, top: str) -> dict[str, Port]:
    """Ports that Vitis HLS gives the function `top`, by its pragmas."""
    if not (head := re.search(rf"\bvoid {top}\((.*?)\)\s*\{{", text, re.DOTALL)):
        raise ModelError(f"there is no function {top} to synthesize")
    ports = {"ap_clk": Port("clock", False), "ap_rst_n": Port("reset", False)}
    for mode, rest in re.findall(r"#pragma HLS INTERFACE (\w+) (.*)", text):
        name = re.search(r"port=(\w+)", rest)[1]
        if mode == "axis":
            width = int(re.search(rf"ap_uint<(\d+)> ?> ?&{name}\b", head[1])[1])
            ports[name] = Port("axis", name.startswith("out"), -(-width // 8) * 8)
        elif mode == "m_axi":
            bundle = re.search(r"bundle=(\w+)", rest)
            ports[f"m_axi_{bundle[1] if bundle else 'gmem'}"] = Port("aximm", True)
        elif mode == "s_axilite":
            ports["s_axi_control"] = Port("axilite", False)
        elif mode != "ap_ctrl_none":
            raise ModelError(f"{top}: unknown interface {mode}")
    return ports


def amd_ports(vlnv: str, properties: dict[str, str]) -> dict[str, Port]:
    """Ports of one of AMD's IPs; {n} in a name counts up to the property that its table names."""
    name = vlnv.split(":")[2]
    if name not in _AMD:
        raise ModelError(f"{vlnv} is not in the IP catalog")
    ports = {}
    for pattern, (kind, direction, *counted) in _AMD[name].items():
        count = int(properties.get(counted[0], 1)) if counted else 1
        for n in range(count):
            ports[pattern.replace("{n}", f"{n:02d}")] = Port(kind, direction == "out")
    return ports


def write_ip(folder: Path, vlnv: str, ports: dict[str, Port]) -> None:
    """Package an IP, which tells its ports on one line of component.xml."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = {"vlnv": vlnv, "ports": {name: asdict(port) for name, port in ports.items()}}
    text = f"<!--{json.dumps(facts)}-->\n"
    (folder / "component.xml").write_text(f"<spirit:fileSet>\n{text}</spirit:fileSet>\n")


def read_ip(folder: Path) -> tuple[str, dict[str, Port]] | None:
    """VLNV and ports of the IP packaged in `folder`, None if it is no package of this model."""
    path = folder / "component.xml"
    found = re.search(r"<!--(\{.*\})-->", path.read_text()) if path.is_file() else None
    if not found:
        return None
    facts = json.loads(found[1])
    return facts["vlnv"], {name: Port(**port) for name, port in facts["ports"].items()}
