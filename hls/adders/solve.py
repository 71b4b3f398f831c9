# SPDX-License-Identifier: MIT
"""Find adder graphs for constant matrices; da4ml shares the partial sums.

Bits times +1 and -1 can be cheaper than da4ml alone makes them. In a group of n rows there are
only 2^(n-1) kinds of columns, if a column and its negative are one kind. So the bits of a kind are
counted once for the whole group, and da4ml is left with a small matrix of kinds against rows.
Counting costs about 3/4 of a LUT a bit: the LUTs in front of a carry chain, one for each bit of
the sum, have five inputs left to count five more bits.

288 terms by 32 rows: 2,832 LUTs after Yosys, where da4ml on the whole matrix gave 5,497; 3 seconds.

Source: da4ml's method is C. Sun et al., "da4ml: Distributed Arithmetic for Real-time Neural
Networks on FPGAs", ACM TRETS, https://doi.org/10.1145/3777387.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
from da4ml.cmvm import solve

from tarsier_fpga.hls.adders.graph import Add, Count, Graph, Lane, Node, Output, Tally
from tarsier_fpga.hls.adders.schedule import size

__all__ = ["solve_bits", "solve_integers"]

_GROUPS = (2, 3, 4, 5, 6)  # rows that share their counts
_HEAD, _MORE = 6, 5  # bits of a first count, and of each one added to it: what a 6-input LUT takes
_CHAIN = 8  # counts in one chain; longer ones would keep x waiting in registers


class _Builder:
    """Nodes, each once, with their ranges."""

    def __init__(self, terms: int, least: int, most: int):
        self.terms, self.least, self.most = terms, least, most
        self.nodes: dict[Node, int] = {}

    def add(self, node: Node) -> int:
        return self.nodes.setdefault(node, len(self.nodes))

    def graph(self, outputs: Iterable[Output]) -> Graph:
        return Graph(self.terms, self.least, self.most, tuple(self.nodes), tuple(outputs))

    def matrix(self, kernel: np.ndarray, inputs: list[int]) -> list[Output]:
        """The rows of `kernel` against nodes `inputs`, shared by da4ml."""
        ranges = self.graph(()).ranges
        intervals = [(*map(float, ranges[node]), 1.0) for node in inputs]
        found = solve(
            np.ascontiguousarray(kernel.T, np.float32),
            qintervals=intervals,
            adder_size=1,
            carry_size=-1,
        )
        values = [Output(node, 0, False, 0) for node in inputs]
        for stage in found.solutions:
            values = self._stage(stage, values)
        return values

    def _stage(self, stage: Any, inputs: list[Output]) -> list[Output]:
        """The sums of one of da4ml's stages: an input is opcode -1, a + b is 0 and a - b is 1."""
        values: list[Output] = []
        for op in stage.ops:
            if op.opcode == -1:
                at = inputs[op.id0]
                values.append(_scaled(at, stage.inp_shifts[op.id0], False))
            else:
                b = _scaled(values[op.id1], op.data, op.opcode == 1)
                values.append(self._sum(values[op.id0], b))
        ends = zip(stage.out_idxs, stage.out_shifts, stage.out_negs, strict=True)
        zero = Output(-1, 0, False, 0)  # a row of zeros
        return [_scaled(values[i], by, neg) if i >= 0 else zero for i, by, neg in ends]

    def _sum(self, a: Output, b: Output) -> Output:
        if a.minus and not b.minus:
            a, b = b, a
        low = min(a.shift, b.shift)
        node = self.add(Add(a.node, b.node, a.shift - low, b.shift - low, a.minus != b.minus))
        return Output(node, low, a.minus, 0)


def solve_bits(weights: np.ndarray) -> Graph:
    """Popcounts of the bits of x that equal the rows of `weights`, (rows, terms) in {-1, +1}."""
    graphs = [_in_groups(weights, rows) for rows in _GROUPS]
    return min(graphs, key=lambda graph: size(graph).lut)


def solve_integers(weights: np.ndarray, bias: np.ndarray, least: int, most: int) -> Graph:
    """`bias` plus the sums of integers `least`..`most` times the rows of `weights`."""
    terms = weights.shape[1]
    builder = _Builder(terms, least, most)
    lanes = [builder.add(Lane(k)) for k in range(terms)]
    rows = builder.matrix(weights, lanes)
    return builder.graph(
        Output(row.node, row.shift, row.minus, int(offset))
        for row, offset in zip(rows, bias, strict=True)
    )


def _in_groups(weights: np.ndarray, rows: int) -> Graph:
    builder = _Builder(weights.shape[1], 0, 1)
    outputs: list[Output] = []
    for start in range(0, len(weights), rows):
        group = weights[start : start + rows]
        first = group[0]
        kinds, kind = np.unique(group * first, axis=1, return_inverse=True)
        members = [np.flatnonzero(kind.ravel() == k) for k in range(kinds.shape[1])]
        matches = np.array([len(lanes) for lanes in members])
        counts, surplus = zip(*(_count(builder, first, lanes) for lanes in members), strict=True)
        sums = builder.matrix(kinds, list(counts))
        # A row that differs from the first in a kind wants matches - count, not -count.
        for row, out in zip(kinds, sums, strict=True):
            constant = int(matches[row < 0].sum() - row @ surplus)
            outputs.append(Output(out.node, out.shift, out.minus, constant))
    return builder.graph(outputs)


def _count(builder: _Builder, first: np.ndarray, lanes: np.ndarray) -> tuple[int, int]:
    """A node that counts where `lanes` of x equal `first`, and what it counts too much."""
    chains = -(-len(lanes) // (_HEAD + _MORE * (_CHAIN - 1)))
    parts = [_chain(builder, first, part) for part in np.array_split(lanes, chains)]
    while len(parts) > 1:
        (a, a_surplus), (b, b_surplus), *others = parts
        parts = [*others, (builder.add(Add(a, b, 0, 0, False)), a_surplus + b_surplus)]
    return parts[0]


def _chain(builder: _Builder, first: np.ndarray, lanes: np.ndarray) -> tuple[int, int]:
    node = builder.add(Count(*_literals(first, lanes[:_HEAD])))
    tallies = range(_HEAD, len(lanes), _MORE)
    for at in tallies:
        node = builder.add(Tally(node, *_literals(first, lanes[at : at + _MORE])))
    return node, len(tallies)


def _literals(first: np.ndarray, lanes: np.ndarray) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The lanes that should be 1, and those that should be 0."""
    ones = first[lanes] > 0
    return tuple(map(int, lanes[ones])), tuple(map(int, lanes[~ones]))


def _scaled(value: Output, shift: int, minus: bool) -> Output:
    return Output(value.node, value.shift + int(shift), value.minus != bool(minus), 0)
