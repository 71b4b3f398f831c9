# SPDX-License-Identifier: MIT
"""What a golden model says of every output lane of one unit: its source lanes and a truth table.

A lane's sources are found by changing input lanes one at a time, from many starting points; its
table is then filled by running the model on every value of the sources. So the property that the
solver gets is the golden model itself, not a second statement of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from tarsier_fpga.hls.base.errors import ProofError
from tarsier_fpga.hls.describe.proof_case import Case, Shape

__all__ = ["Lane", "Source", "meaning"]

STARTS = 64  # random units from which sources are looked for: of a maximum, few show one
CHECKS = 64  # random units on which the tables are compared with the model again
MOST_BITS = 12  # of a table's index

Unit = Mapping[str, np.ndarray]
Place = tuple[str, int, int]  # a stream, a beat of a unit, a lane


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A lane of a beat of an input, of one unit."""

    stream: str
    beat: int
    lane: int


@dataclass(frozen=True, slots=True)
class Lane:
    """An output lane: `table`, indexed by the bits of the sources, the first one's lowest."""

    sources: tuple[Source, ...]
    table: tuple[int, ...]


def meaning(case: Case) -> dict[str, list[list[Lane]]]:
    """For each output stream, for each beat of a unit, its lanes.

    Raises:
        ProofError: a lane depends on more than MOST_BITS bits, or not only on the lanes found.
    """
    rng = np.random.default_rng(0)
    sources = _sources(case, rng)
    tables = {found: _tables(case, found) for found in sorted(set(sources.values()))}
    lanes = {
        place: Lane(found, tuple(int(column) for column in tables[found][place]))
        for place, found in sources.items()
    }
    _check(case, lanes, rng)
    return {
        name: [
            [lanes[name, beat, lane] for lane in range(shape.lanes)] for beat in range(shape.beats)
        ]
        for name, shape in case.outputs.items()
    }


def _sources(case: Case, rng: np.random.Generator) -> dict[Place, tuple[Source, ...]]:
    """The inputs that each place (stream, beat, lane) of the outputs was seen to depend on."""
    found: dict[Place, set[Source]] = {place: set() for place in _places(case.outputs)}
    for _ in range(STARTS):
        unit = _random_unit(case, rng)
        before = _run(case, unit)
        for name, beat, lane in _places(case.inputs):
            other = {**unit, name: unit[name].copy()}
            other[name][beat, lane] = _random(case.inputs[name], rng)[beat, lane]
            after = _run(case, other)
            for output, values in after.items():
                for y_beat, y_lane in np.argwhere(values != before[output]).tolist():
                    found[output, y_beat, y_lane].add(Source(name, beat, lane))
    return {place: tuple(sorted(sources)) for place, sources in found.items()}


def _tables(case: Case, sources: tuple[Source, ...]) -> dict[Place, list[int]]:
    """For each output place, its value at every value of `sources`, everything else being zero."""
    bits = sum(case.inputs[s.stream].width for s in sources)
    if bits > MOST_BITS:
        raise ProofError(f"{case.name}: a lane depends on {bits} bits, at most {MOST_BITS} can be")
    unit = {n: np.zeros((s.beats, s.lanes), np.int64) for n, s in case.inputs.items()}
    tables: dict[Place, list[int]] = {place: [] for place in _places(case.outputs)}
    ranges = [_values(case.inputs[s.stream]) for s in sources]
    for values in product(*reversed(ranges)):  # the first source's bits count fastest
        for source, value in zip(reversed(sources), values, strict=True):
            unit[source.stream][source.beat, source.lane] = value
        outputs = _run(case, unit)
        for name, beat, lane in tables:
            tables[name, beat, lane].append(outputs[name][beat, lane])
    return tables


def _check(case: Case, lanes: dict[Place, Lane], rng: np.random.Generator) -> None:
    for _ in range(CHECKS):
        unit = _random_unit(case, rng)
        outputs = _run(case, unit)
        for (name, beat, number), lane in lanes.items():
            index, shift = 0, 0
            for s in lane.sources:
                width = case.inputs[s.stream].width
                index |= (int(unit[s.stream][s.beat, s.lane]) & ((1 << width) - 1)) << shift
                shift += width
            if lane.table[index] != outputs[name][beat, number]:
                raise ProofError(
                    f"{case.name}: lane {number} of beat {beat} of {name}"
                    f" depends on more than {len(lane.sources)} input lanes"
                )


def _run(case: Case, unit: Unit) -> dict[str, np.ndarray]:
    """The golden outputs of a unit, as (beats, lanes) of unsigned integers."""
    assert case.golden  # who asks for a meaning has looked
    given = case.golden(**unit)
    if not isinstance(given, Mapping):
        given = dict.fromkeys(case.outputs, given)
    return {
        name: np.asarray(given[name]).astype(np.int64).reshape(shape.beats, shape.lanes)
        & ((1 << shape.width) - 1)
        for name, shape in case.outputs.items()
    }


def _values(shape: Shape) -> list[int]:
    """Every value of a lane, in the order of its bit patterns."""
    size = 1 << shape.width
    return [v - size if shape.signed and v >= size // 2 else v for v in range(size)]


def _random(shape: Shape, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(np.array(_values(shape), np.int64), (shape.beats, shape.lanes))


def _random_unit(case: Case, rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {name: _random(shape, rng) for name, shape in case.inputs.items()}


def _places(shapes: Mapping[str, Shape]) -> list[Place]:
    return [
        (n, b, lane) for n, s in shapes.items() for b in range(s.beats) for lane in range(s.lanes)
    ]
