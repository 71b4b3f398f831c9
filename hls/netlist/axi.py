# SPDX-License-Identifier: MIT
"""The signals of an AXI4 port, in the one list that every generated file takes them from."""

from dataclasses import dataclass

from tarsier_fpga.hls.netlist.instance import Memory

__all__ = ["Signal", "axi_signals"]


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal by its AXI name, as `awaddr`; the kernel is the master."""

    name: str
    width: int
    from_master: bool


def axi_signals(memory: Memory) -> tuple[Signal, ...]:
    """All signals of the port to `memory`."""
    address = {
        "id": 1,
        "addr": memory.address_width,
        "len": 8,
        "size": 3,
        "burst": 2,
        "cache": 4,
        "prot": 3,
    }
    write = {"data": memory.width, "strb": memory.width // 8, "last": 1}
    read = {"id": 1, "data": memory.width, "resp": 2, "last": 1}
    channels = (
        ("aw", address, True),
        ("w", write, True),
        ("b", {"id": 1, "resp": 2}, False),
        ("ar", address, True),
        ("r", read, False),
    )
    return tuple(
        Signal(f"{channel}{name}", width, from_master)
        for channel, payload, forward in channels
        for name, width, from_master in (
            *((name, width, forward) for name, width in payload.items()),
            ("valid", 1, forward),
            ("ready", 1, not forward),
        )
    )
