# SPDX-License-Identifier: MIT
"""FINN's FIFO sizing on one simulation of the whole graph.

FINN simulates every node in a process of its own, with counters for the FIFOs between them, until
frames leave at a steady rate. Here nodes and counters are one Verilated design. What is measured
is the same, and the search for smaller depths on top of it is FINN's.
"""

import copy
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from finn.transformation.fpgadataflow import create_stitched_ip
from finn.transformation.fpgadataflow.simulation_build import BuildSimulation
from finn.util.basic import getHWCustomOp, make_build_dir
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.finn_xsi import stitched as stitch
from tarsier_fpga.flow.finn_xsi.block_design import BlockDesign, read_tcl, write_verilog
from tarsier_fpga.flow.finn_xsi.compile import compile_sim_obj
from tarsier_fpga.flow.finn_xsi.engine import SimEngine
from tarsier_fpga.hls.base.errors import SimError

__all__ = ["build_simulation", "prepare", "simulate"]

_TOP = "sizing_top"
_RTL = Path(__file__).with_name("rtl")
_UNBOUNDED = 2**63
_Depths = list[list[int]]  # by node and output
_PATIENCE = 1000  # frame times to a steady rate with unbounded FIFOs, before giving up


def build_simulation(self: BuildSimulation, model: ModelWrapper) -> tuple[ModelWrapper, bool]:
    """BuildSimulation.apply: the graph prepared as FINN does, with nothing compiled yet."""
    self.model = model
    if not self.performance_sim and model.get_metadata_prop("shm_prefix") is None:
        self._prepare_model()
    self.model.set_metadata_prop("shm_prefix", "verilator")  # FINN wants one, none is used
    return self.model, False


def prepare(
    self: Any,
    model: ModelWrapper,
    simulation_type: object,
    fpgapart: str,
    clk_ns: float,
    functional_sim: bool,
    shm_prefix: str,
    workers: object = None,
    max_qsrl_depth: object = 256,
    performance_sim: bool = False,
    mpi_config: object = None,
) -> None:
    """NodeConnectedSimulation.__init__: stitch and compile the graph with its counters."""
    build = BuildSimulation(fpgapart, clk_ns, functional_sim, performance_sim)
    self.model = model.transform(build)
    self.sizing = _compile(_without_fifos(self.model), fpgapart, clk_ns)


def simulate(
    self: Any,
    depth: int | _Depths | None = None,
    max_cycles: int | None = None,
    fifo_first_valid_cycles: _Depths | None = None,
) -> tuple[list[dict[str, object]], bool]:
    """NodeConnectedSimulation.simulate: what FINN wants to know of each node, and a timeout."""
    sizing: _Sizing = self.sizing
    if isinstance(depth, int):
        depth = [[depth] * len(gauges) for gauges in sizing.gauges]
    run = _Run(sizing, _by_gauge(sizing, depth, _UNBOUNDED))
    latest = _by_gauge(sizing, fifo_first_valid_cycles, _UNBOUNDED)
    timeout = run.to_steady_rate(max_cycles, latest)
    return run.report(), timeout


@dataclass(frozen=True)
class _Sizing:
    """A compiled graph. Outputs of a node have a gauge where they lead to another node.

    Attributes:
        names: of the nodes
        gauges: of each node, per output the number of its gauge, or None
        meters: of each node, per output the number of its meter, or None
        frame_cycles: expected for a frame, of the slowest node
    """

    names: tuple[str, ...]
    gauges: tuple[tuple[int | None, ...], ...]
    meters: tuple[tuple[int | None, ...], ...]
    frame_cycles: int
    library: Path


def _compile(model: ModelWrapper, part: str, clk_ns: float) -> _Sizing:
    nodes = list(model.graph.node)
    design = read_tcl(_script(model, part, clk_ns))
    gauge_of = _insert_gauges(design)
    meter_of = _insert_meters(design, model)
    folder = Path(make_build_dir(f"rtlsim_{_TOP}_"))
    wrapper = folder / f"{_TOP}.v"
    wrapper.write_text(write_verilog(design, _TOP))
    base, library = compile_sim_obj(_TOP, [*map(str, design.sources), str(wrapper)], folder)
    names = {node.name: _outputs(node) for node in nodes}
    return _Sizing(
        names=tuple(names),
        gauges=tuple(tuple(gauge_of.get(pin) for pin in pins) for pins in names.values()),
        meters=tuple(tuple(meter_of.get(pin) for pin in pins) for pins in names.values()),
        frame_cycles=max(getHWCustomOp(node).get_exp_cycles() for node in nodes),
        library=base / library,
    )


def _outputs(node: NodeProto) -> list[str]:
    streams = getHWCustomOp(node).get_verilog_top_module_intf_names()["m_axis"]
    return [f"{node.name}/{name}" for name, _ in streams]


def _script(model: ModelWrapper, part: str, clk_ns: float) -> str:
    """The Tcl with which FINN would stitch `model`, whether there is a Vivado or not."""
    saved = create_stitched_ip.launch_process_helper, create_stitched_ip.resolve_xilinx_tool
    create_stitched_ip.launch_process_helper = stitch.run_project
    create_stitched_ip.resolve_xilinx_tool = lambda tool: tool
    try:
        stitched = model.transform(create_stitched_ip.CreateStitchedIP(part, clk_ns))
    finally:
        create_stitched_ip.launch_process_helper, create_stitched_ip.resolve_xilinx_tool = saved
    return (Path(stitched.get_metadata_prop("vivado_stitch_proj")) / stitch.SCRIPT).read_text()


def _insert_gauges(design: BlockDesign) -> dict[str, int]:
    """A gauge on every stream between nodes; its number by the output it is on."""
    links, design.links = design.links, []
    for n, (source, sink) in enumerate(links):
        cell = _add(design, f"gauge_{n}", "tarsier_sizing_gauge")
        design.join(source, f"{cell}/x", True)
        design.join(f"{cell}/y", sink, True)
        for pin in ("limit", "mark", "first"):
            design.expose(f"{cell}/{pin}", f"{pin}_{n}")
    return {source: n for n, (source, _) in enumerate(links)}


def _insert_meters(design: BlockDesign, model: ModelWrapper) -> dict[str, int]:
    """A meter beside every output of the graph; its number by the output it is on."""
    meters = {}
    for n, output in enumerate(model.graph.output):
        producer = model.find_producer(output.name)
        ind = list(producer.output).index(output.name)
        beats = int(np.prod(getHWCustomOp(producer).get_folded_output_shape(ind)[:-1]))
        pin = _outputs(producer)[ind]
        cell = _add(design, f"meter_{n}", "tarsier_sizing_meter")
        design.params[cell] = {"BEATS": str(beats)}
        design.join(pin, f"{cell}/x", True)
        for name in ("frames", "latency", "ended", "interval"):
            design.expose(f"{cell}/{name}", f"{name}_{n}")
        meters[pin] = n
    return meters


def _add(design: BlockDesign, cell: str, module: str) -> str:
    source = _RTL / f"{module}.sv"
    if source not in design.sources:
        design.sources.append(source)
    design.cells[cell] = module
    for pin in ("ap_clk", "ap_rst_n"):
        design.join(f"{cell}/{pin}", pin, False)
    return cell


def _without_fifos(model: ModelWrapper) -> ModelWrapper:
    """A copy of `model` whose FIFO nodes are wires: the gauges take their place."""
    model = copy.deepcopy(model)
    for node in model.get_nodes_by_op_type("StreamingFIFO_rtl"):
        before, after = node.input[0], node.output[0]
        model.graph.node.remove(node)
        if consumer := model.find_consumer(after):
            consumer.input[list(consumer.input).index(after)] = before
        elif producer := model.find_producer(before):
            producer.output[list(producer.output).index(before)] = after
    return model


def _by_gauge(sizing: _Sizing, values: _Depths | None, default: int) -> dict[int, int]:
    """`values`, given by node and output, by number of the gauge."""
    return {
        gauge: values[node][ind] if values is not None else default
        for node, gauges in enumerate(sizing.gauges)
        for ind, gauge in enumerate(gauges)
        if gauge is not None
    }


class _Steady:
    """FINN's criterion for a steady rate, fed with the intervals between frames."""

    WEIGHT, TOLERANCE, TIMES = 0.3, 0.1, 3

    def __init__(self) -> None:
        self.mean = 0.0
        self.times = 0

    def add(self, interval: int) -> None:
        if not self.mean:
            self.mean = float(interval)
            return
        before, self.mean = self.mean, self.mean + self.WEIGHT * (interval - self.mean)
        calm = abs(self.mean - before) < self.TOLERANCE * before
        self.times = self.times + 1 if calm else 0

    def __bool__(self) -> bool:
        return self.times >= self.TIMES


class _Run:
    """One simulation from reset, with every input offering words and every output taking them."""

    def __init__(self, sizing: _Sizing, limits: dict[int, int]) -> None:
        self.sizing = sizing
        self.limits = limits
        engine = SimEngine("verilator", str(sizing.library))
        self.design = engine.top
        self.meters = [m for meters in sizing.meters for m in meters if m is not None]
        self.steady = {meter: _Steady() for meter in self.meters}
        self.seen = dict.fromkeys(self.meters, 0)
        for gauge, limit in limits.items():
            self.design.getPort(f"limit_{gauge}").set(limit).write_back()
        engine.do_reset()
        engine.run()
        offered = re.compile(r"s_axis_\d+_tvalid|m_axis_\d+_tready")
        engine.cycle({p: "1" for p in self.design.ports() if offered.fullmatch(p.name())})

    def to_steady_rate(self, max_cycles: int | None, latest: dict[int, int]) -> bool:
        """Run until frames leave steadily; whether that took more than `max_cycles`.

        `latest` is for each gauge how many cycles its first word may take.

        Raises:
            SimError: without `max_cycles`, the rate never becomes steady.
        """
        step = max(16, self.sizing.frame_cycles // 8)
        limit = max_cycles or _PATIENCE * self.sizing.frame_cycles
        cycles = 0
        while cycles <= limit:
            self.design.clock(step)
            cycles += step
            if any(self.value("first", gauge) > late for gauge, late in latest.items()):
                return True
            for meter in self.meters:
                frames = self.value("frames", meter)
                for _ in range(max(self.seen[meter], 1), frames):
                    self.steady[meter].add(self.value("interval", meter))
                self.seen[meter] = frames
            if all(self.steady.values()):
                return self.cycles() > limit
        if max_cycles is None:
            raise SimError(
                f"no steady rate after {cycles} cycles with unbounded FIFOs: the slowest node "
                f"should take {self.sizing.frame_cycles} cycles a frame"
            )
        return True

    def cycles(self) -> int:
        return max(self.value("ended", meter) for meter in self.meters)

    def value(self, name: str, number: int) -> int:
        return self.design.getPort(f"{name}_{number}").read().as_unsigned()

    def report(self) -> list[dict[str, object]]:
        """By node, in FINN's words; zero where an output has no gauge, or no meter."""
        rows = zip(self.sizing.names, self.sizing.gauges, self.sizing.meters, strict=True)
        return [
            {
                "name": name,
                "fifo_utilization": self._values("mark", gauges),
                "fifo_depth": [0 if n is None else self.limits[n] for n in gauges],
                "cycles": self.cycles(),
                "samples": max(self._values("frames", meters)),
                "intervals": [0 if n is None else round(self.steady[n].mean) for n in meters],
                "fifo_cycles_until_first_valid": self._values("first", gauges),
                "latency_cycles": self._values("latency", meters),
            }
            for name, gauges, meters in rows
        ]

    def _values(self, name: str, numbers: tuple[int | None, ...]) -> list[int]:
        return [0 if n is None else self.value(name, n) for n in numbers]
