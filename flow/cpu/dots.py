# SPDX-License-Identifier: MIT
"""The adder graph of a constant matrix as logic, made row by row as it is asked for.

What the hardware shares is shared here too. Only counts are made anew: a LUT of hardware counts
five bits onto a sum for the price of one, whereas here a full adder has three inputs, and a tree
of them needs one for each bit, less one for each bit of the count.
"""

from collections import Counter
from collections.abc import Callable

from tarsier_fpga.flow.cpu.logic import Logic
from tarsier_fpga.flow.cpu.numbers import Number, Row, add, constant, count
from tarsier_fpga.hls.adders.graph import Add, Count, Graph, Lane, Node, Tally

__all__ = ["Dot"]


class Dot:
    """`graph` on the vector whose element `i` is x(i)."""

    def __init__(self, logic: Logic, graph: Graph, x: Callable[[int], Number]) -> None:
        self._logic, self._graph, self._x = logic, graph, x
        self._readers = Counter(n for node in graph.nodes for n in _operands(node))
        self._readers.update(out.node for out in graph.outputs)
        self._numbers: dict[int, Number] = {}
        self._surplus: list[int] = []  # what the graph's node is more than ours
        for node in graph.nodes:
            self._surplus.append(self._surplus_of(node))

    def row(self, index: int) -> Row:
        """Row `index` of the product."""
        out = self._graph.outputs[index]
        if out.node < 0:
            return Row(constant(0), 0, False, out.constant)
        more = self._surplus[out.node] << out.shift
        offset = out.constant + (-more if out.minus else more)
        return Row(self._number(out.node), out.shift, out.minus, offset)

    def _number(self, at: int) -> Number:
        if at not in self._numbers:
            self._numbers[at] = self._made(at)
        return self._numbers[at]

    def _made(self, at: int) -> Number:
        if (wires := self._counted(at)) is not None:
            return count(self._logic, wires)
        match self._graph.nodes[at]:
            case Lane(index):
                return self._x(index)
            case Tally(a, ones, zeros):
                return add(
                    self._logic,
                    self._number(a),
                    count(self._logic, self._literals(ones, zeros)),
                )
            case Add(a, b, a_shift, b_shift, minus):
                first = self._number(a)
                if a_shift:
                    first = add(self._logic, constant(0), first, a_shift)
                return add(self._logic, first, self._number(b), b_shift, minus)
            case Count(ones, zeros):
                return count(self._logic, self._literals(ones, zeros))

    def _counted(self, at: int) -> list[int] | None:
        """The wires that a node counts, if it and what it is made of does nothing else."""
        match self._graph.nodes[at]:
            case Count(ones, zeros):
                return self._literals(ones, zeros)
            case Tally(a, ones, zeros) if self._readers[a] == 1:
                below = self._counted(a)
                return None if below is None else below + self._literals(ones, zeros)
            case Add(a, b, 0, 0, False) if a != b and self._readers[a] == self._readers[b] == 1:
                first, second = self._counted(a), self._counted(b)
                return None if first is None or second is None else first + second
        return None

    def _literals(self, ones: tuple[int, ...], zeros: tuple[int, ...]) -> list[int]:
        return [self._x(i).bits[0] for i in ones] + [self._x(i).bits[0] ^ 1 for i in zeros]

    def _surplus_of(self, node: Node) -> int:
        match node:
            case Tally(a):
                return self._surplus[a] + 1
            case Add(a, b, a_shift, b_shift, minus):
                by = self._surplus[b] << b_shift
                return (self._surplus[a] << a_shift) + (-by if minus else by)
            case _:
                return 0


def _operands(node: Node) -> tuple[int, ...]:
    match node:
        case Add(a, b):
            return a, b
        case Tally(a):
            return (a,)
        case _:
            return ()
