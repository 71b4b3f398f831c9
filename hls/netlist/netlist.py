# SPDX-License-Identifier: MIT
"""A streaming design as plain facts: kernel instances and the streams between them.

The one form that the SystemVerilog top, the C simulation and the tests of single kernels are
generated from. A stream is named once; a cell's ports refer to streams by that name. External
streams carry the names of the design's own ports.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tarsier_fpga.hls.base.errors import FlowError
from tarsier_fpga.hls.netlist.instance import Instance, Stream

__all__ = ["Cell", "Netlist", "single"]


@dataclass(frozen=True)
class Cell:
    """One kernel instance; `streams` maps each of its port names to a stream name."""

    name: str
    instance: Instance
    streams: Mapping[str, str]


@dataclass(frozen=True)
class Netlist:
    """Cells in topological order between the external `inputs` and `outputs`.

    Raises:
        FlowError: a stream has no or several writers or readers, or its ends differ in width.
    """

    name: str
    cells: tuple[Cell, ...]
    inputs: tuple[Stream, ...]
    outputs: tuple[Stream, ...]

    def __post_init__(self) -> None:
        written = _ends(self.inputs, ((c, c.instance.outputs) for c in self.cells))
        read = _ends(self.outputs, ((c, c.instance.inputs) for c in self.cells))
        width_read = dict(read)
        writers, readers = (Counter(name for name, _ in ends) for ends in (written, read))
        for name in [*writers, *readers]:
            if (writers[name], readers[name]) != (1, 1):
                raise FlowError(
                    f"{self.name}: stream {name} needs exactly one writer and one reader"
                )
        for name, width in written:
            if width_read[name] != width:
                raise FlowError(
                    f"{self.name}: stream {name} is written {width} bits wide "
                    f"but read {width_read[name]} bits wide"
                )

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Every stream once: the external inputs, then in the order of their writers."""
        ends = _ends(self.inputs, ((c, c.instance.outputs) for c in self.cells))
        return tuple(Stream(name, width) for name, width in ends)

    @property
    def modules(self) -> tuple[str, ...]:
        """The kernels in use, each once, sorted."""
        return tuple(kernel.module for kernel in self.kernels)

    @property
    def kernels(self) -> tuple[Instance, ...]:
        """An instance of every kernel in use, by the names of their modules."""
        found = {cell.instance.module: cell.instance for cell in self.cells}
        return tuple(found[module] for module in sorted(found))


def single(instance: Instance) -> Netlist:
    """The design that consists of one kernel, its ports being the design's ports."""
    ports = instance.inputs + instance.outputs
    cell = Cell("u_dut", instance, {port.name: port.name for port in ports})
    return Netlist("top", (cell,), instance.inputs, instance.outputs)


def _ends(
    external: Iterable[Stream], cells: Iterable[tuple[Cell, tuple[Stream, ...]]]
) -> list[tuple[str, int]]:
    own = [(stream.name, stream.width) for stream in external]
    return own + [(cell.streams[port.name], port.width) for cell, ports in cells for port in ports]
