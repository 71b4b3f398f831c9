# SPDX-License-Identifier: MIT
"""Whole pictures as people read them: a column for each network."""

from collections.abc import Callable, Iterable

from tests.flagship.flagship_table import Marks
from tests.flagship.picture_facts import Built, PictureEntry, Pictures, Weights

__all__ = ["MARKS", "picture_table"]

MARKS = Marks("<!-- by make whole-pictures -->", "<!-- end of whole pictures -->")

_TOLD = {
    Weights.SHIPPED: "trained",
    Weights.GIVEN: "given, in training",
    Weights.UNTRAINED: "untrained",
}


def picture_table(found: Pictures) -> str:
    """What boards/results/README.md says of them; a row that none has is left out."""
    rows: dict[str, Callable[[PictureEntry], str]] = {
        "board": lambda d: f"{d.board} at {d.clock_mhz:g} MHz (assumed)",
        "weights": lambda d: _TOLD[d.weights],
        "picture": lambda d: f"{d.picture}, {d.degraded}",
        "in, out": _sizes,
        "cycles (ideal)": lambda d: f"{d.cycles_per_frame:,} ({d.ideal_cycles:,})",
        "bit-exact": lambda d: "yes" if d.bit_exact else "**no**",
        "PSNR": lambda d: (
            "" if d.psnr_db is None else f"{d.psnr_before_db:.2f} to {d.psnr_db:.2f} dB"
        ),
        "first pixel in to first out": lambda d: f"{d.latency_cycles:,} cycles",
        "for this size": lambda d: _built(d.picture_design),
        "whole frames at this pace": lambda d: f"{d.fps:.1f} a second",
        "for whole frames": lambda d: _built(d.frame_design) if d.frame_design else "",
        "simulation": lambda d: (
            "" if d.sim_cycles_per_second is None else f"{d.sim_cycles_per_second:,.0f} cycles/s"
        ),
        "build, load": lambda d: (
            ""
            if d.build_seconds is None
            else f"{d.build_seconds:,.0f} s, {d.origin.machine.load:g}"
        ),
    }
    lines = [["", *(f"`{design.net}`" for design in found.designs)]]
    lines += [["---"] * (len(found.designs) + 1)]
    told = {title: [tell(design) for design in found.designs] for title, tell in rows.items()}
    lines += [[title, *cells] for title, cells in told.items() if any(cells)]
    return "\n".join(_line(cells) for cells in lines)


def _sizes(entry: PictureEntry) -> str:
    built = entry.picture_design
    width, height = (round(side * entry.scale) for side in (built.width, built.height))
    return f"{built.width} x {built.height}, {width} x {height}"


def _built(built: Built) -> str:
    part = built.estimate
    said = (
        f"{built.width} x {built.height}: {part.lut:,.0f} LUT ({built.share:.0%}),"
        f" {part.bram36:g} BRAM36, {part.uram:g} URAM, {part.dsp:g} DSP by formula"
    )
    if not built.counted:
        return said
    counted = ", ".join(f"{v.used:,.12g} {k.upper()}" for k, v in built.counted.items())
    return f"{said}; {counted} by Yosys"


def _line(cells: Iterable[str]) -> str:
    return f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in cells)}|"
