# SPDX-License-Identifier: MIT
"""What sim.json holds: what `tarsier sim` found of a design."""

from pathlib import Path

from tarsier_fpga.flow.design.queue_facts import Filled
from tarsier_fpga.hls.base.facts import Facts, read_facts

__all__ = ["Simulation", "read_simulation"]


class Simulation(Facts):
    """A run of a design's RTL.

    Attributes:
        frames: that were sent, back to back
        stall_in, stall_out: shares of cycles in which the outside did not offer, or accept
        stall_memory: share of cycles in which the memories of states took or gave nothing; None
            without states
        cycles_per_frame: last pixel of the last but one frame to that of the last
        ideal_cycles: of design.json
        latency_cycles: first pixel taken to first pixel given
        load: processes that wanted to run, on average, in the minute before
        sim_cycles_per_second: clock cycles per second of wall time
        sim_seconds: of all frames, compilation aside
        compile_seconds: when it was compiled, which may have been before; None if not known
        compile_gigabytes: of memory, in the largest process among the compilers; likewise
        bit_exact: every frame is what the hardware graph gives in Python
        reset_complete: nothing depends on what reset leaves undefined; None if not looked for
    """

    frames: int
    stall_in: float
    stall_out: float
    stall_memory: float | None = None
    cycles_per_frame: int
    ideal_cycles: int
    latency_cycles: int
    load: float
    sim_cycles_per_second: int
    sim_seconds: float
    compile_seconds: float | None
    compile_gigabytes: float | None
    bit_exact: bool
    reset_complete: bool | None
    fifos: tuple[Filled, ...]


def read_simulation(folder: Path) -> Simulation | None:
    """What `tarsier sim` found of the design in `folder`, if it was asked.

    Raises:
        FlowError: the file is damaged or of another version.
    """
    path = folder / "sim.json"
    return read_facts(path, Simulation, "simulate again") if path.is_file() else None
