# SPDX-License-Identifier: MIT
"""Networks of logic functions with at most three inputs, each function of the same inputs once.

A wire is a number: twice the node that drives it, plus 1 if inverted. Inverters are thereby free:
they vanish in the functions that read them. Node 0 is the constant 0.

The table of a function has bit `i` where its inputs, the first one lowest, spell `i`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

__all__ = ["FALSE", "TRUE", "Load", "Logic", "Lut"]

FALSE, TRUE = 0, 1
_MOST = 3  # inputs of a function

_SUM, _CARRY, _SELECT = 0x96, 0xE8, 0xCA


@dataclass(frozen=True, slots=True)
class Load:
    """Bit `plane` of what comes in on `row`."""

    row: int
    plane: int


@dataclass(frozen=True, slots=True)
class Lut:
    """The function `table` of the nodes `inputs`, ascending, of which none is a constant."""

    table: int
    inputs: tuple[int, ...]


Node = Load | Lut


class Logic:
    """Nodes in an order in which each reads only earlier ones."""

    def __init__(self) -> None:
        self.nodes: list[Node] = [Lut(0, ())]
        self._known: dict[Node, int] = {}

    def load(self, row: int, plane: int) -> int:
        """The wire of an input."""
        return 2 * self._add(Load(row, plane))

    def lut(self, table: int, *inputs: int) -> int:
        """The wire of the function `table` of up to three wires."""
        nodes = tuple([wire >> 1 for wire in inputs])
        flips = 0
        for place, wire in enumerate(inputs):
            flips |= (wire & 1) << place
        if flips:
            table = _flipped(table, len(inputs), flips)
        places, table = _reduced(table, _pattern(nodes))
        kept = tuple(nodes[place] for place in places)
        if not kept:
            return table & 1
        inverted = table & 1  # every function is kept in the form that is 0 where all inputs are
        if inverted:
            table ^= (1 << (1 << len(kept))) - 1
        if len(kept) == 1:
            return 2 * kept[0] + inverted
        return 2 * self._add(Lut(table, kept)) + inverted

    def both(self, a: int, b: int) -> int:
        return self.lut(0x8, a, b)

    def either(self, a: int, b: int) -> int:
        return self.lut(0xE, a, b)

    def add(self, a: int, b: int, c: int) -> tuple[int, int]:
        """Sum and carry of three bits."""
        return self.lut(_SUM, a, b, c), self.lut(_CARRY, a, b, c)

    def select(self, one: int, zero: int, choice: int) -> int:
        """`one` where `choice` is 1, else `zero`."""
        return self.lut(_SELECT, zero, one, choice)

    def order(self, wires: Iterable[int]) -> list[int]:
        """The nodes that `wires` depend on, each after its inputs and soon before it is read."""
        found: dict[int, None] = {}
        for wire in wires:
            stack = [wire >> 1]
            while stack:
                node = stack[-1]
                missing = [n for n in self._inputs(node) if n not in found]
                if node in found or not missing:
                    found.setdefault(stack.pop())
                else:
                    stack += reversed(missing)
        return list(found)

    def merged(self, wires: Sequence[int]) -> tuple["Logic", list[int]]:
        """The same logic in fewer nodes: what only one node reads goes into it, where it fits."""
        readers: dict[int, int] = {}
        order = self.order(wires)
        for node in order:
            for source in self._inputs(node):
                readers[source] = readers.get(source, 0) + 1
        for wire in wires:
            readers[wire >> 1] = readers.get(wire >> 1, 0) + 1
        luts: dict[int, Lut] = {}
        for node in order:
            lut = self.nodes[node]
            if isinstance(lut, Lut) and node:
                luts[node] = self._absorb(lut, luts, readers)
        result, moved = Logic(), {0: 0}
        for node in self._needed(wires, luts):
            match luts.get(node, self.nodes[node]):
                case Load(row, plane):
                    moved[node] = result.load(row, plane)
                case Lut(table, inputs) if node:
                    moved[node] = result.lut(table, *(moved[n] for n in inputs))
        return result, [moved[wire >> 1] ^ (wire & 1) for wire in wires]

    @staticmethod
    def _absorb(lut: Lut, luts: dict[int, Lut], readers: dict[int, int]) -> Lut:
        for source in lut.inputs:
            inner = luts.get(source)
            if inner is None or readers[source] > 1:
                continue
            union = sorted({*lut.inputs, *inner.inputs} - {source})
            if len(union) <= _MOST:
                outer_places = tuple(union.index(n) if n != source else -1 for n in lut.inputs)
                inner_places = tuple(union.index(n) for n in inner.inputs)
                table = _composed(lut.table, outer_places, inner.table, inner_places, len(union))
                return Logic._absorb(Lut(table, tuple(union)), luts, readers)
        return lut

    def _needed(self, wires: Iterable[int], luts: dict[int, Lut]) -> list[int]:
        needed = {wire >> 1 for wire in wires}
        for node in range(len(self.nodes) - 1, 0, -1):
            if node in needed and node in luts:
                needed.update(luts[node].inputs)
        return sorted(needed)

    def _inputs(self, node: int) -> tuple[int, ...]:
        found = self.nodes[node]
        return found.inputs if isinstance(found, Lut) else ()

    def _add(self, node: Node) -> int:
        at = self._known.get(node)
        if at is None:
            at = self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return at


@cache
def _flipped(table: int, count: int, flips: int) -> int:
    return sum((table >> (at ^ flips) & 1) << at for at in range(1 << count))


def _pattern(nodes: tuple[int, ...]) -> tuple[int, ...]:
    """-1 for the constant, else the rank of each node: what matters to reduce a function."""
    if len(nodes) == _MOST and 0 < nodes[0] < nodes[1] < nodes[2]:
        return _ASCENDING
    ranks = {node: rank for rank, node in enumerate(sorted(set(nodes)))}
    return tuple(ranks[node] if node else -1 for node in nodes)


_ASCENDING = tuple(range(_MOST))


@cache
def _reduced(table: int, pattern: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """Places of the inputs on which a function depends, ascending in rank, and its table there."""
    ranks = sorted(set(pattern) - {-1})

    def value(known: dict[int, int]) -> int:
        at = sum(known.get(rank, 0) << place for place, rank in enumerate(pattern))
        return table >> at & 1

    def points(free: list[int]) -> list[dict[int, int]]:
        return [{rank: at >> i & 1 for i, rank in enumerate(free)} for at in range(1 << len(free))]

    kept = [
        rank
        for rank in ranks
        if any(value(point) != value(point | {rank: 1 - point[rank]}) for point in points(ranks))
    ]
    reduced = sum(value(point) << at for at, point in enumerate(points(kept)))
    return tuple(pattern.index(rank) for rank in kept), reduced


@cache
def _composed(
    outer: int, outer_places: tuple[int, ...], inner: int, inner_places: tuple[int, ...], count: int
) -> int:
    table = 0
    for at in range(1 << count):
        between = inner >> sum((at >> p & 1) << i for i, p in enumerate(inner_places)) & 1
        spelled = sum((between if p < 0 else at >> p & 1) << i for i, p in enumerate(outer_places))
        table |= (outer >> spelled & 1) << at
    return table
