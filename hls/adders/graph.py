# SPDX-License-Identifier: MIT
"""A product with a constant matrix as a graph of adders, and what every node of it can hold."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError

__all__ = ["Add", "Count", "Graph", "Lane", "Node", "Output", "Tally", "bits_of"]


@dataclass(frozen=True, slots=True)
class Lane:
    """Lane `index` of x, an integer."""

    index: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the lanes in `ones` are 1, plus how many of those in `zeros` are 0; x is bits."""

    ones: tuple[int, ...]
    zeros: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """Node a, plus what a `Count` of the same lanes would be, plus 1."""

    a: int
    ones: tuple[int, ...]
    zeros: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Add:
    """(a << a_shift) + (b << b_shift), or their difference; a and b are earlier nodes."""

    a: int
    b: int
    a_shift: int
    b_shift: int
    minus: bool


Node = Lane | Count | Tally | Add


@dataclass(frozen=True, slots=True)
class Output:
    """A row of the product: constant + (node << shift), or minus it; the constant if node is -1."""

    node: int
    shift: int
    minus: bool
    constant: int


@dataclass(frozen=True)
class Graph:
    """`nodes` in the order of their use, over a vector of `terms` lanes from `least` to `most`."""

    terms: int
    least: int
    most: int
    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]

    @cached_property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The least and the greatest value of every node."""
        found: list[tuple[int, int]] = []
        for node in self.nodes:
            match node:
                case Lane():
                    found.append((self.least, self.most))
                case Count(ones, zeros):
                    found.append((0, len(ones) + len(zeros)))
                case Tally(a, ones, zeros):
                    least, most = found[a]
                    found.append((least + 1, most + len(ones) + len(zeros) + 1))
                case Add(a, b, a_shift, b_shift, minus):
                    b_least, b_most = (end << b_shift for end in found[b])
                    if minus:
                        b_least, b_most = -b_most, -b_least
                    found.append(
                        ((found[a][0] << a_shift) + b_least, (found[a][1] << a_shift) + b_most)
                    )
        return tuple(found)

    def output_range(self, out: Output) -> tuple[int, int]:
        """The least and the greatest value of `out`."""
        if out.node < 0:
            return out.constant, out.constant
        ends = [(-1 if out.minus else 1) * (end << out.shift) for end in self.ranges[out.node]]
        return out.constant + min(ends), out.constant + max(ends)

    def matrix(self) -> tuple[np.ndarray, np.ndarray]:
        """(rows, terms) weights and (rows,) constants of what the graph computes."""
        sums = np.zeros((len(self.nodes), self.terms + 1), np.int64)  # last column: constant
        for row, node in zip(sums, self.nodes, strict=True):
            match node:
                case Lane(index):
                    row[index] = 1
                case Count(ones, zeros):
                    row[list(ones)] = 1
                    row[list(zeros)] = -1
                    row[-1] = len(zeros)
                case Tally(a, ones, zeros):
                    row += sums[a]
                    row[list(ones)] += 1
                    row[list(zeros)] -= 1
                    row[-1] += len(zeros) + 1
                case Add(a, b, a_shift, b_shift, minus):
                    row += (sums[a] << a_shift) + (-1 if minus else 1) * (sums[b] << b_shift)
        rows = np.zeros((len(self.outputs), self.terms + 1), np.int64)
        for row, out in zip(rows, self.outputs, strict=True):
            if out.node >= 0:
                row += (-1 if out.minus else 1) * (sums[out.node] << out.shift)
            row[-1] += out.constant
        return rows[:, :-1], rows[:, -1]

    def dumps(self) -> str:
        """The graph as JSON."""
        nodes = [[type(node).__name__, *asdict(node).values()] for node in self.nodes]
        outputs = [list(asdict(out).values()) for out in self.outputs]
        return json.dumps([self.terms, self.least, self.most, nodes, outputs])

    @staticmethod
    def loads(text: str) -> "Graph":
        """The graph that `dumps` wrote.

        Raises:
            KernelError: `text` is something else.
        """
        kinds: dict[str, Callable[..., Node]] = {
            kind.__name__: kind for kind in (Lane, Count, Tally, Add)
        }
        try:
            terms, least, most, nodes, outputs = json.loads(text)
            made = tuple(
                kinds[kind](*(tuple(v) if isinstance(v, list) else v for v in values))
                for kind, *values in nodes
            )
            return Graph(terms, least, most, made, tuple(Output(*values) for values in outputs))
        except (ValueError, TypeError, KeyError) as error:
            raise KernelError(f"adder graph: the text is damaged ({error})") from None


def bits_of(least: int, most: int) -> tuple[int, bool]:
    """Width of the narrowest integer type that holds `least`..`most`, and whether it is signed.

    >>> bits_of(0, 6), bits_of(-5, 6), bits_of(0, 0)
    ((3, False), (4, True), (1, False))
    """
    if least >= 0:
        return max(1, most.bit_length()), False
    return 1 + max((~least).bit_length(), max(0, most).bit_length()), True
