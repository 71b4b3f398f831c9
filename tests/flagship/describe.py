# SPDX-License-Identifier: MIT
"""An entry of flagship.json, from what `tarsier build`, `synth` and `sim` left of a design."""

from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.flow.sim.sim_facts import Simulation
from tarsier_fpga.flow.synth.synth_facts import Synthesis
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.cost.resources import COUNTED
from tests.flagship.flagship_facts import Amount, Computed, Entry, Origin, Simulated

__all__ = ["describe"]

_BINARY, _INTEGER = "TarsierXnorDot", "TarsierIntDot"


def describe(
    design: Design, found: Synthesis, ran_on: Design, run: Simulation, origin: Origin, trained: bool
) -> Entry:
    """The entry of `design`, of which `ran_on` was simulated: itself, or its like of fewer rows.

    Raises:
        HostError: `ran_on` is no such design.
    """
    _check_alike(design, ran_on)
    resources = {
        name: Amount(used=getattr(found, name), share=_short(share))
        for name, share in found.utilisation.items()
        if name in COUNTED
    }
    shared = Simulation.model_fields.keys() & Simulated.model_fields.keys()
    facts = {name: getattr(run, name) for name in shared}
    facts |= {"width": ran_on.width, "height": ran_on.height}
    facts |= {"cycles_per_second": run.sim_cycles_per_second, "seconds": run.sim_seconds}
    return Entry(
        **{name: getattr(design, name) for name in ("net", "board", "part", "clock_mhz", "key")},
        **{name: getattr(design, name) for name in ("width", "height")},
        channels=design.x.channels,
        trained=trained,
        origin=origin,
        resources=resources,
        timing=found.timing,
        simulated=Simulated(**facts),
        computed=_compute(design, found, run),
    )


def _check_alike(design: Design, other: Design) -> None:
    """FIFOs hold rows, so frames of the same width need the same, and run at the same pace."""
    same = ("net", "board", "width", "inputs", "outputs", "fifos", "pixels_per_cycle")
    for name in same:
        if getattr(design, name) != getattr(other, name):
            raise HostError(
                f"{design.net} for {other.width}x{other.height} has other {name} than for "
                f"{design.width}x{design.height}; it cannot be simulated in its place"
            )


def _compute(design: Design, found: Synthesis, run: Simulation) -> Computed:
    cycles = design.ideal_cycles * run.cycles_per_frame / run.ideal_cycles
    fps = design.clock_mhz * 1e6 / cycles
    macs = {op: _macs(design, op) for op in (_BINARY, _INTEGER)}
    dots = {layer.name for layer in design.layers if layer.op == _BINARY}
    each_cycle = macs[_BINARY] / cycles
    return Computed(
        cycles_per_frame=round(cycles),
        fps=_short(fps),
        latency_ms=_short(run.latency_cycles / design.clock_mhz / 1000),
        binary_macs=macs[_BINARY],
        integer_macs=macs[_INTEGER],
        binary_tops=_short(2e-12 * macs[_BINARY] * fps),
        integer_tops=_short(2e-12 * macs[_INTEGER] * fps),
        luts_per_mac=_short(found.lut / each_cycle),
        dot_luts_per_mac=_short(sum(p.lut for p in found.layers if p.name in dots) / each_cycle),
        of_used_luts=_short(each_cycle / found.lut),
        of_all_luts=_short(each_cycle * found.utilisation["lut"] / found.lut),
    )


def _macs(design: Design, op: str) -> int:
    """Multiply-adds for one frame in the layers that are `op`: so many at once, in every cycle."""
    return sum(layer.pe * layer.simd * layer.cycles for layer in design.layers if layer.op == op)


def _short(value: float) -> float:
    """Six significant digits: more than any clock is known to."""
    return float(f"{value:.6g}")
