# SPDX-License-Identifier: MIT
"""What the flagship designs are asked for, and what flagship.json says of those that were run."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import PositiveFloat, PositiveInt, ValidationError

from tarsier_fpga.bench.bench_facts import Machine
from tarsier_fpga.flow.synth.synth_facts import Timing
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.facts import Facts, read_facts

__all__ = [
    "Amount",
    "Asked",
    "Computed",
    "Entry",
    "Flagship",
    "Origin",
    "Simulated",
    "read_asked",
    "read_flagship",
]


Wanted = TypeVar("Wanted", bound=Facts)


class Asked(Facts):
    """A design of flagship.toml; `rows` are those of the simulated frames, if not all."""

    board: str
    size: str
    frames: PositiveInt
    fps: PositiveFloat | None = None
    rows: PositiveInt | None = None


class Origin(Facts):
    """How an entry came about: what was typed, on which machine, with which tools."""

    commands: tuple[str, ...]
    machine: Machine
    tools: dict[str, str]


class Amount(Facts):
    """So many of a resource, and the share of what the board offers."""

    used: float
    share: float


class Simulated(Facts):
    """What the RTL did; as in sim.json, of frames of `width` x `height`."""

    width: int
    height: int
    frames: int
    cycles_per_frame: int
    ideal_cycles: int
    latency_cycles: int
    bit_exact: bool
    cycles_per_second: int
    seconds: float
    compile_seconds: float | None
    compile_gigabytes: float | None


class Computed(Facts):
    """What follows from the counts above, at the assumed clock.

    Attributes:
        cycles_per_frame: as simulated, in proportion where the simulated frames are smaller
        latency_ms: first pixel in to first pixel out
        binary_macs, integer_macs: multiply-adds for one frame, in 1-bit layers and in others
        binary_tops, integer_tops: 10^12 operations a second, two for each multiply-add
        luts_per_mac: LUTs of the whole design for each binary multiply-add that it does in a cycle
        dot_luts_per_mac: the same of the binary dot products alone
        of_used_luts, of_all_luts: binary multiply-adds in a cycle, as a share of what they would be
            if each LUT that is used, or that the board offers, did one
    """

    cycles_per_frame: int
    fps: float
    latency_ms: float
    binary_macs: int
    integer_macs: int
    binary_tops: float
    integer_tops: float
    luts_per_mac: float
    dot_luts_per_mac: float
    of_used_luts: float
    of_all_luts: float


class Entry(Facts):
    """A design that was built, synthesized and simulated; `clock_mhz` is an assumption."""

    net: str
    trained: bool
    board: str
    part: str
    clock_mhz: float
    width: int
    height: int
    channels: int
    key: str
    origin: Origin
    resources: dict[str, Amount]
    timing: Timing | None
    simulated: Simulated
    computed: Computed


class Flagship(Facts):
    """What flagship.json holds."""

    designs: tuple[Entry, ...] = ()


def read_asked(path: Path, of: type[Wanted] = Asked) -> Mapping[str, Wanted]:  # type: ignore[assignment]
    """The designs of flagship.toml, or of a file like it, by their networks' names or configs.

    Raises:
        HostError: the file says something else than it may.
    """
    try:
        return {name: of(**facts) for name, facts in tomllib.loads(path.read_text()).items()}
    except (tomllib.TOMLDecodeError, TypeError, ValidationError) as error:
        raise HostError(f"{path}: {' '.join(str(error).split())}") from None


def read_flagship(path: Path) -> Flagship:
    """What is recorded in `path`; nothing if it is not there.

    Raises:
        FlowError: the file is damaged or of another version.
    """
    return read_facts(path, Flagship, "delete it") if path.is_file() else Flagship()
