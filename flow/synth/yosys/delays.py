# SPDX-License-Identifier: MIT
"""How long AMD's primitives take, by the library that comes with Yosys.

Its delays are those that Project X-Ray found for Artix-7, in picoseconds: of the logic alone, and
the same for every family. A primitive that only UltraScale+ has is given the delays of its like.
"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product

from tarsier_fpga.flow.synth.yosys.run_yosys import NETLIST, library

__all__ = ["SOURCE", "Cell", "Pin", "primitives"]

SOURCE = "logic of Artix-7 without wires"

Pin = tuple[str, int]  # a port of a cell, and a bit of it

# Banks of memories of more ports by those of fewer; the last one of both is also written through.
_BANKS = {
    "RAM64M8": ("RAM64M", dict(zip("ABCDEFGH", "ABCABCAD", strict=True))),
    "RAM32M16": ("RAM32M", dict(zip("ABCDEFGH", "ABCABCAD", strict=True))),
}
# Of all their pins the slowest. RAMB36E1's have no register at the output.
_BLOCKS = {"RAMB18E2": "RAMB18E1", "RAMB36E2": "RAMB36E1", "URAM288": "RAMB36E1"}


@dataclass(frozen=True)
class Cell:
    """The delays of a primitive in ps.

    Attributes:
        through: from a pin that goes in to those that come out, without a clock
        launch: from the clock to a pin that comes out
        capture: how long before the clock a pin that goes in must hold
    """

    through: dict[Pin, dict[Pin, int]] = field(default_factory=dict)
    launch: dict[Pin, int] = field(default_factory=dict)
    capture: dict[Pin, int] = field(default_factory=dict)


@cache
def primitives() -> dict[str, Cell]:
    """The primitives whose delays are known, by name."""
    modules = json.loads(gzip.decompress((library() / NETLIST).read_bytes()))["modules"]
    # Those of a DSP depend on its parameters, and are left unknown.
    read = {name: _read(m) for name, m in modules.items() if not name.startswith("DSP")}
    found = {name: cell for name, cell in read.items() if cell.through or cell.launch}
    for pin in [pin for pin in found["RAM64M"].through if pin[1] == 4]:
        # The library forgets bit 5 of its addresses, which is a little faster than bit 4.
        found["RAM64M"].through[pin[0], 5] = found["RAM64M"].through[pin]
    for name, (model, banks) in _BANKS.items():
        found[name] = _banks(found[model], banks)
    for name, model in _BLOCKS.items():
        found[name] = _block(found[model], modules[name]["ports"])
    found["MUXF9"] = found["MUXF8"]
    found["LUT6_2"] = Cell(
        {
            pin: {("O5", 0): ends["O", 0], ("O6", 0): ends["O", 0]}
            for pin, ends in found["LUT6"].through.items()
        }
    )
    return found


def _read(module: dict) -> Cell:
    """The delays in a module that was read with its specify blocks."""
    pins = {
        bit: (name, index)
        for name, port in module["ports"].items()
        for index, bit in enumerate(port["bits"])
    }
    cell = Cell({}, {}, {})
    for found in module["cells"].values():
        ends, facts = found["connections"], found["parameters"]
        match found["type"]:
            case "$specify2":
                pairs = product if int(facts["FULL"], 2) else zip
                for source, target in pairs(ends["SRC"], ends["DST"]):
                    _longest(cell.through.setdefault(pins[source], {}), pins[target], facts)
            case "$specify3":
                for target in ends["DST"]:
                    _longest(cell.launch, pins[target], facts)
            case "$specrule" if facts["TYPE"] == "$setup":
                for source in ends["SRC"]:
                    _longest(cell.capture, pins[source], facts)
    return cell


def _longest(delays: dict[Pin, int], pin: Pin, facts: Mapping[str, str]) -> None:
    named = ("T_RISE_MAX", "T_FALL_MAX", "T_LIMIT_MAX")
    ps = max(_signed(facts[name]) for name in named if name in facts)
    delays[pin] = max(ps, delays.get(pin, ps))


def _signed(bits: str) -> int:
    return int(bits, 2) - (int(bits[0]) << len(bits))


def _banks(model: Cell, banks: Mapping[str, str]) -> Cell:
    cell = Cell({}, {}, {})
    for own, theirs in banks.items():
        for pin, ends in model.through.items():
            if pin[0].endswith(theirs):
                renamed = {_renamed(end, theirs, own): ps for end, ps in ends.items()}
                cell.through[_renamed(pin, theirs, own)] = renamed
        for mine, delays in ((cell.launch, model.launch), (cell.capture, model.capture)):
            for pin, ps in delays.items():
                if pin[0] == "WE" or pin[0].endswith(theirs):
                    mine[_renamed(pin, theirs, own)] = ps
    return cell


def _renamed(pin: Pin, theirs: str, own: str) -> Pin:
    name, bit = pin
    return (name.removesuffix(theirs) + own if name.endswith(theirs) else name), bit


def _block(model: Cell, ports: Mapping[str, dict]) -> Cell:
    def pins(direction: str) -> list[Pin]:
        return [
            (name, bit)
            for name, port in ports.items()
            if port["direction"] == direction
            for bit in range(len(port["bits"]))
        ]

    return Cell(
        launch=dict.fromkeys(pins("output"), max(model.launch.values())),
        capture=dict.fromkeys(pins("input"), max(model.capture.values())),
    )
