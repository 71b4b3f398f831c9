# SPDX-License-Identifier: MIT
"""Cut an adder graph into pipeline stages, and count what the result takes."""

from dataclasses import dataclass
from functools import cached_property

from tarsier_fpga.hls.adders.graph import Add, Count, Graph, Lane, Node, Output, Tally, bits_of

__all__ = ["LEVELS", "Pipeline", "Size", "pipeline", "size"]

LEVELS = 3  # adders between two registers, unless asked otherwise


@dataclass(frozen=True, slots=True)
class Size:
    """LUTs and flip-flops."""

    lut: int
    ff: int


@dataclass(frozen=True)
class Pipeline:
    """`graph` with the stage of each node; stage 0 reads x, the last one ends in y's register."""

    graph: Graph
    stages: tuple[int, ...]
    latency: int

    @cached_property
    def last_reads(self) -> tuple[int, ...]:
        """The last stage that reads each node."""
        last = list(self.stages)
        for stage, node in zip(self.stages, self.graph.nodes, strict=True):
            for operand in _operands(node):
                last[operand] = max(last[operand], stage)
        for out in self.graph.outputs:
            if out.node >= 0:
                last[out.node] = self.latency - 1
        return tuple(last)

    @cached_property
    def bit_reads(self) -> dict[int, int]:
        """The last stage that counts each bit of x; bits that nothing counts are missing."""
        last: dict[int, int] = {}
        for node, stage in zip(self.graph.nodes, self.stages, strict=True):
            if isinstance(node, Count | Tally):
                for index in node.ones + node.zeros:
                    last[index] = max(last.get(index, 0), stage)
        return last


def pipeline(graph: Graph, levels: int = LEVELS) -> Pipeline:
    """`graph` with at most `levels` >= 1 adders between registers, each node as early as can be.

    A tally reads a register, whatever `levels`: were its sum made of logic in the same stage,
    synthesis would mix that logic with the count's and use more LUTs.
    """
    stages: list[int] = []
    depths: list[int] = []  # levels within the stage, the node's own included
    for node in graph.nodes:
        stage = max((stages[n] for n in _operands(node)), default=0)
        below = max((depths[n] for n in _operands(node) if stages[n] == stage), default=0)
        depth = below + (not isinstance(node, Lane))
        if depth > levels or isinstance(node, Tally):
            stage, depth = stage + 1, 1
        stages.append(stage)
        depths.append(depth)
    last = 0
    for out in graph.outputs:
        if out.node >= 0:
            last = max(last, stages[out.node] + (depths[out.node] + _adds(out) > levels))
    return Pipeline(graph, tuple(stages), last + 1)


def size(graph: Graph, levels: int = LEVELS) -> Size:
    """About what Yosys 0.70, `synth_xilinx`, makes of `graph` with all its registers."""
    plan = pipeline(graph, levels)
    lut, ff = 0, sum(plan.bit_reads.values()) + plan.latency
    for node, (least, most), stage, read in zip(
        graph.nodes, graph.ranges, plan.stages, plan.last_reads, strict=True
    ):
        width = bits_of(least, most)[0]
        ff += width * (read - stage)
        match node:
            case Count():
                lut += width
            case Tally(_, ones, zeros):
                lut += (len(ones) + len(zeros)).bit_length() + 1
            case Add(_, _, a_shift, b_shift, minus):
                # bits below the other operand pass, and the carry out is a bit of the sum
                lut += width - (b_shift if minus else max(a_shift, b_shift)) - (least >= 0)
    for out in graph.outputs:
        width = bits_of(*graph.output_range(out))[0]
        lut += width * _adds(out)
        ff += width
    return Size(lut, ff)


def _operands(node: Node) -> tuple[int, ...]:
    match node:
        case Add(a, b):
            return a, b
        case Tally(a):
            return (a,)
        case _:
            return ()


def _adds(out: Output) -> bool:
    return bool(out.constant or out.minus)
