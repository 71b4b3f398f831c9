# SPDX-License-Identifier: MIT
"""Cut an adder graph into pipeline stages, and count what the result takes."""

from dataclasses import dataclass
from functools import cached_property

from hls.adders.graph import Add, Count, Graph, Node, Output, bits_of

__all__ = ["LEVELS", "Pipeline", "Size", "pipeline", "size"]

LEVELS = 3  # adders between two registers, unless asked otherwise
_ABSORBED = 5  # bits whose count fits in an adder's 6-input LUTs, beside the other operand


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
            if isinstance(node, Add):
                for operand in (node.a, node.b):
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
            if isinstance(node, Count):
                for index in node.ones + node.zeros:
                    last[index] = max(last.get(index, 0), stage)
        return last


def pipeline(graph: Graph, levels: int = LEVELS) -> Pipeline:
    """`graph` with at most `levels` >= 1 adders between registers, each node as early as can be.

    A small count that is added to a sum vanishes into the adder's LUTs and is no level of its own.
    For that the sum must come from a register, or synthesis would mix its logic with the count's.
    """
    stages: list[int | None] = []  # None: wherever the count is read
    depths: list[int] = []  # levels within the stage, the node's own included
    for node in graph.nodes:
        stage, depth = 0, 0
        match node:
            case Count():
                stage, depth = (None, 0) if _absorbed(node) else (0, 1)
            case Add(a, b):
                fixed = [n for n in (a, b) if stages[n] is not None]
                stage = max((stages[n] for n in fixed), default=0)
                depth = 1 + max((depths[n] for n in fixed if stages[n] == stage), default=0)
                if depth > (1 if stages[b] is None else levels):
                    stage, depth = stage + 1, 1
        stages.append(stage)
        depths.append(depth)
    last = 0
    for out in graph.outputs:
        if out.node >= 0:
            late = depths[out.node] + _adds(out) > levels
            last = max(last, (stages[out.node] or 0) + late)
    return Pipeline(graph, _settled(graph, stages, last), last + 1)


def size(graph: Graph, levels: int = LEVELS) -> Size:
    """About what Yosys 0.70, `synth_xilinx`, makes of `graph`; y's registers are counted."""
    plan = pipeline(graph, levels)
    widths = [bits_of(*ends)[0] for ends in graph.ranges]
    lut, ff = 0, sum(plan.bit_reads.values())
    for node, width, stage, read in zip(
        graph.nodes, widths, plan.stages, plan.last_reads, strict=True
    ):
        ff += width * (read - stage)
        match node:
            case Count():
                lut += width
            case Add(_, b, a_shift, b_shift, minus):
                # beside an absorbed count, the carry chain takes one LUT more than the count
                absorbs = _absorbed(graph.nodes[b])
                lut += 1 if absorbs else width - (b_shift if minus else max(a_shift, b_shift))
    for out in graph.outputs:
        width = bits_of(*graph.output_range(out))[0]
        lut += width * _adds(out)
        ff += width
    return Size(lut, ff)


def _absorbed(node: Node) -> bool:
    return isinstance(node, Count) and len(node.ones) + len(node.zeros) <= _ABSORBED


def _adds(out: Output) -> bool:
    return bool(out.constant or out.minus)


def _settled(graph: Graph, stages: list[int | None], last: int) -> tuple[int, ...]:
    """`stages` with the floating counts at their first readers."""
    first = [last] * len(stages)
    for stage, node in zip(stages, graph.nodes, strict=True):
        if isinstance(node, Add):
            for operand in (node.a, node.b):
                first[operand] = min(first[operand], stage)
    return tuple(at if stage is None else stage for stage, at in zip(stages, first, strict=True))
