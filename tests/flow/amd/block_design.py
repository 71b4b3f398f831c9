# SPDX-License-Identifier: MIT
"""A block design that is checked as it is wired."""

from dataclasses import replace
from fnmatch import fnmatchcase

from tests.flow.amd.ports import ModelError, Port, amd_ports

__all__ = ["BlockDesign"]

_STREAMS = ("axis", "aximm", "axilite")


class BlockDesign:
    """Cells and what joins them; an end is `cell/port`, or the name of a port of the design.

    Attributes:
        cells: name -> ports, grown as the properties of an AMD IP say
        external: port of the design -> the port as the cells see it
    """

    def __init__(self, name: str):
        self.name = name
        self.cells: dict[str, dict[str, Port]] = {}
        self.external: dict[str, Port] = {}
        self.nets: dict[str, set[str]] = {}
        self._ips: dict[str, tuple[str, dict[str, str]]] = {}

    def add(self, cell: str, ports: dict[str, Port]) -> None:
        if cell in self.cells:
            raise ModelError(f"there is a cell {cell} already")
        self.cells[cell] = ports

    def add_amd(self, cell: str, vlnv: str) -> None:
        self.add(cell, amd_ports(vlnv, {}))
        self._ips[cell] = vlnv, {}

    def configure(self, cell: str, name: str, value: str) -> None:
        if cell in self._ips:
            vlnv, properties = self._ips[cell]
            properties[name] = value
            self.cells[cell] = amd_ports(vlnv, properties)

    def ends(self, pattern: str, streams: bool) -> list[str]:
        """Pins, or interfaces, of cells that `pattern` names."""
        cell, _, port = pattern.strip("/").partition("/")
        return [
            f"{cell}/{name}"
            for name, found in self.cells.get(cell, {}).items()
            if fnmatchcase(name, port) and (found.kind in _STREAMS) is streams
        ]

    def ports(self, pattern: str, streams: bool) -> list[str]:
        """Ports of the design that `pattern` names."""
        return [
            name
            for name, port in self.external.items()
            if fnmatchcase(name, pattern.strip("/")) and (port.kind in _STREAMS) is streams
        ]

    def port(self, end: str) -> Port:
        """The port at `end`, with the direction that the cells inside see."""
        cell, _, name = end.partition("/")
        return self.cells[cell][name] if name else self.external[end]

    def expose(self, end: str) -> None:
        """Make `end` a port of the design, called as Vivado does until it is renamed."""
        stem = end.partition("/")[2]
        name = next(f"{stem}_{n}" for n in range(99) if f"{stem}_{n}" not in self.external)
        port = self.port(end)
        self.external[name] = replace(port, out=not port.out)
        if port.kind in _STREAMS:
            self.connect(end, name)
        else:
            self.join([end, name])

    def rename(self, old: str, new: str) -> None:
        self.external[new] = self.external.pop(old)
        net = self.nets.pop(old)
        self.nets[new] = net
        net.remove(old)
        net.add(new)

    def connect(self, one: str, other: str) -> None:
        """Two interfaces; a stream has one end at each side, ever."""
        ports = self.port(one), self.port(other)
        for end in (one, other):
            if end in self.nets:
                raise ModelError(f"{end} is connected already, to {', '.join(self.nets[end])}")
        if ports[0].out == ports[1].out:
            raise ModelError(f"{one} and {other} go the same way")
        if {ports[0].kind, ports[1].kind} not in ({ports[0].kind}, {"aximm", "axilite"}):
            raise ModelError(f"{one} is {ports[0].kind}, {other} is {ports[1].kind}")
        if ports[0].width != ports[1].width:
            raise ModelError(f"{one} has {ports[0].width} bits, {other} has {ports[1].width}")
        self.nets[one] = self.nets[other] = {one, other}

    def join(self, ends: list[str]) -> None:
        """Pins on one net, with all that they are joined to already."""
        net = set(ends).union(*(self.nets.get(end, set()) for end in ends))
        for end in net:
            self.nets[end] = net
        drivers = sorted(end for end in net if self.port(end).out)
        if len(drivers) > 1:
            raise ModelError(f"{' and '.join(drivers)} drive the same net")

    def validate(self) -> None:
        """Every interface is connected, every clock and reset driven by one of its kind."""
        for cell, ports in self.cells.items():
            for name, port in ports.items():
                end = f"{cell}/{name}"
                net = self.nets.get(end, set())
                if port.kind in _STREAMS and not net:
                    raise ModelError(f"{end} is not connected")
                if port.kind in ("clock", "reset") and not port.out:
                    drivers = [self.port(other).kind for other in net if self.port(other).out]
                    if drivers != [port.kind]:
                        raise ModelError(f"{end} is driven by no {port.kind}")
