# SPDX-License-Identifier: MIT
"""Write a pipelined adder graph as a SystemVerilog kernel and as its HLS C++ twin."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tarsier_fpga.hls.adders.graph import Node, bits_of
from tarsier_fpga.hls.adders.schedule import Pipeline

__all__ = ["Ports", "cpp_text", "sv_text"]


@dataclass(frozen=True, slots=True)
class Ports:
    """What the graph leaves open: lanes of x and y in bits, and what the sums mean."""

    kernel: str
    golden: str
    equation: str
    x_width: int
    y_width: int


def sv_text(name: str, plan: Pipeline, ports: Ports) -> str:
    """The SystemVerilog module `name`."""
    return _render("kernel.sv.j2", name, plan, ports)


def cpp_text(name: str, plan: Pipeline, ports: Ports) -> str:
    """The header with the HLS C++ function `name`."""
    return _render("kernel.hpp.j2", name, plan, ports)


@dataclass(frozen=True, slots=True)
class _Value:
    """A node as it is written: its name, its type, and its operands where it is computed."""

    name: str
    node: Node
    width: int
    signed: bool
    stage: int
    delays: int  # registers behind it

    @property
    def kind(self) -> str:
        return type(self.node).__name__

    def at(self, stage: int) -> str:
        """Its name in `stage`."""
        return _delayed(self.name, stage - self.stage)


def _render(template: str, name: str, plan: Pipeline, ports: Ports) -> str:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    facts = zip(plan.graph.nodes, plan.graph.ranges, plan.stages, plan.last_reads, strict=True)
    values = [
        _Value(f"n{n}", node, *bits_of(*ends), stage, read - stage)
        for n, (node, ends, stage, read) in enumerate(facts)
    ]
    return environment.get_template(template).render(
        name=name,
        graph=plan.graph,
        ports=ports,
        latency=plan.latency,
        values=values,
        kept=lambda stage: [v for v in values if v.stage <= stage < v.stage + v.delays],
        x_delays=max(plan.bit_reads.values(), default=0),
        delayed=_delayed,
        mask=(1 << ports.y_width) - 1,
        ones=[f"3'd{n.bit_count()}" for n in range(64)],
    )


def _delayed(name: str, by: int) -> str:
    return f"{name}_q{by}" if by else name
