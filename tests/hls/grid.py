# SPDX-License-Identifier: MIT
"""Many parameter sets of a kernel side by side in one model.

A model costs seconds to compile and next to nothing to run, so the parameter sets that hypothesis
draws become the cells of one design: each is fed, stalled and judged on its own, all at once.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from tarsier_fpga.hls.netlist.instance import Instance, Stream
from tarsier_fpga.hls.netlist.netlist import Cell, Netlist
from tarsier_fpga.hls.sim import run_csim, verilate

__all__ = ["Case", "Grid", "agrees", "contract", "limits", "run", "seeded", "ways"]

Beats = Mapping[str, np.ndarray]
RTL_STALLS = {"rtl-stall0%": 0.0, "rtl-stall30%": 0.3, "rtl-stall70%": 0.7}
ways = pytest.mark.parametrize("way", [*RTL_STALLS, "hls"])


@dataclass(frozen=True)
class Case:
    """One parameter set: its kernel, the beats that go in, and those that golden says come out."""

    params: object
    instance: Instance
    inputs: Beats
    expected: Beats


@dataclass(frozen=True)
class Ran:
    """What one cell of the design gave; the cycles are missing where there is no clock."""

    outputs: Beats
    in_cycles: Beats
    out_cycles: Beats


class Grid(Sequence):
    """The parameter sets of a kernel's tests: `count` that are drawn, when first asked for.

    Drawing takes a second for each kernel, which nobody should wait for who tests another.
    """

    def __init__(
        self,
        strategy: SearchStrategy,
        count: int = 20,
        also: Sequence = (),
        of: Callable[[list], list] = list,
        quick: Any = None,
    ):
        """`also` are given; `of` makes parameter sets of what is drawn; `quick` see `one`."""
        self._strategy, self._count, self._also, self._of = strategy, count, also, of
        self._quick = quick

    @cached_property
    def _sets(self) -> list:
        return [*self._of(_draw(self._strategy, self._count)), *self._also]

    def one(self) -> Any:
        """A set for a quick test, `quick` or neither the simplest nor a large one."""
        return self._quick or self._of(_draw(self._strategy, 3))[1]

    def __getitem__(self, index):
        return self._sets[index]

    def __len__(self) -> int:
        return len(self._sets)


def contract(
    grid: Grid,
    random_case: Callable[[Any], Case],
    extreme_case: Callable[[Any], Case],
    pauses: Sequence[Mapping[str, float]] = ({"y": 0.9},),
) -> tuple[Callable, Callable, Callable]:
    """The three tests that all kernels own: what comes out is golden's, whoever waits for whom.

    `random_case` and `extreme_case` make the stimuli of a parameter set, `pauses` are the chances
    of each port to make the kernel wait.
    """

    @ways
    def test_matches_golden(way):
        agrees([random_case(p) for p in grid], way)

    @ways
    def test_extremes(way):
        agrees([extreme_case(p) for p in grid], way)

    @pytest.mark.parametrize("pauses", pauses, ids=str)
    def test_output_holds_under_backpressure(pauses):
        agrees([random_case(p) for p in grid], pauses)

    return test_matches_golden, test_extremes, test_output_holds_under_backpressure


def _draw(strategy: SearchStrategy, count: int) -> list:
    """`count` different parameter sets, the simplest first; the same ones in every run.

    Hypothesis tries neighbours of what it tried before, so they are taken from all over a longer
    search.
    """
    found = []

    @settings(
        max_examples=20 * count,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(params):
        if params not in found:
            found.append(params)

    collect()
    assert len(found) >= count, f"only {len(found)} of {count} parameter sets exist"
    return [found[index * (len(found) - 1) // (count - 1)] for index in range(count)]


def seeded(params: object) -> np.random.Generator:
    """Random numbers that depend on a parameter set and on nothing else."""
    return np.random.default_rng(zlib.crc32(repr(params).encode()))


def limits(width: int, signed: bool) -> tuple[int, int]:
    """The least and the greatest integer of `width` bits."""
    return (-(1 << width - 1), (1 << width - 1) - 1) if signed else (0, (1 << width) - 1)


def agrees(cases: list[Case], way: str) -> None:
    """Assert that every case gives exactly the beats that golden says.

    `way` is one of `ways`, or pauses for `run`.
    """
    for case, ran in zip(cases, run(cases, way), strict=True):
        for name, beats in case.expected.items():
            assert np.array_equal(ran.outputs[name], beats), f"{case.params}: stream {name}"


def run(
    cases: list[Case],
    way: str | float | Mapping[str, float] = 0.0,
    knobs: Mapping[str, Sequence[int]] | None = None,
) -> list[Ran]:
    """All cases in one model: `way` is "hls", one of the stalls, or the pauses of each port.

    `knobs` maps variables of the simulation to their value in each case, as `memory.pause`.
    """
    netlist = _side_by_side(case.instance for case in cases)
    inputs = {
        _name(i, port): beats for i, c in enumerate(cases) for port, beats in c.inputs.items()
    }
    if way == "hls":
        outputs = run_csim.run(netlist, inputs)
        return [Ran(_own(i, outputs), {}, {}) for i, _ in enumerate(cases)]
    asked = {
        _name(i, port): len(beats)
        for i, c in enumerate(cases)
        for port, beats in c.expected.items()
    }
    pauses = RTL_STALLS.get(way, way) if isinstance(way, str) else way
    if isinstance(pauses, Mapping):
        pauses = {
            _name(i, port): chance for i, _ in enumerate(cases) for port, chance in pauses.items()
        }
    turned = {
        f"u{i}_{name}": value
        for name, values in (knobs or {}).items()
        for i, value in enumerate(values)
    }
    model = verilate.build(netlist, knobs={name: name for name in turned})
    seed = zlib.crc32(repr(way).encode())
    result = model.run(inputs, asked, stall=pauses, knobs=turned, seed=seed, idle_limit=1000)
    parts = (result.outputs, result.in_cycles, result.out_cycles)
    return [Ran(*(_own(i, part) for part in parts)) for i, _ in enumerate(cases)]


def _side_by_side(instances: Iterable[Instance]) -> Netlist:
    cells = tuple(
        Cell(f"u{i}", kernel, {p.name: _name(i, p.name) for p in kernel.inputs + kernel.outputs})
        for i, kernel in enumerate(instances)
    )
    inputs = (Stream(c.streams[p.name], p.width) for c in cells for p in c.instance.inputs)
    outputs = (Stream(c.streams[p.name], p.width) for c in cells for p in c.instance.outputs)
    return Netlist("grid", cells, tuple(inputs), tuple(outputs))


def _name(cell: int, port: str) -> str:
    return f"c{cell}_{port}"


def _own(cell: int, streams: Beats) -> Beats:
    prefix = f"c{cell}_"
    return {
        name.removeprefix(prefix): beats
        for name, beats in streams.items()
        if name.startswith(prefix)
    }
