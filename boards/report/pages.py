# SPDX-License-Identifier: MIT
"""The two pages there are: of a frame that went through the RTL, and of a bench."""

from collections.abc import Iterator, Mapping

from tarsier_fpga.bench.bench_facts import Basis, Bench, Place, Row
from tarsier_fpga.bench.bench_table import machine_sentence, number
from tarsier_fpga.flow.board import Board
from tarsier_fpga.flow.design.design_facts import Design
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.jobs.run_facts import PictureFacts
from tarsier_fpga.report.page import Card, Page
from tarsier_fpga.report.pictures import Pictures

__all__ = ["bench_page", "run_page"]


def run_page(
    facts: PictureFacts,
    design: Design,
    board: Board,
    pictures: Pictures,
    plots: tuple[str, str],
    note: str,
    files: Mapping[str, bytes],
) -> Page:
    """A frame through the RTL.

    Args:
        facts: of the run.
        design: the design that ran.
        board: the board it was built for.
        pictures: what to show.
        plots: SVG of the middle row, and of the pipeline.
        note: one sentence on where the frame comes from.
        files: JSON to download, by name.
    """
    return Page(
        title=f"{facts.width} × {facts.height} raw frame, {_became(facts)} in hardware",
        lead=f"{facts.net} as generated RTL for {board.title}, simulated cycle by cycle "
        f"with Verilator. {note}",
        good=bool(facts.bit_exact),
        verdict="every pixel equals the hardware graph executed in Python"
        if facts.bit_exact
        else "the RTL differs from the hardware graph executed in Python",
        pictures=pictures,
        captions=_captions(facts.psnr_noisy_db, facts.psnr_db),
        cards=tuple(_run_cards(facts)),
        profile=plots[0],
        estimate=design.estimate,
        board=board,
        drawing=plots[1],
        files=files,
    )


def bench_page(
    bench: Bench,
    design: Design,
    board: Board,
    pictures: Pictures,
    psnr_noisy_db: float,
    exact: bool,
    plots: tuple[str, str],
    note: str,
    files: Mapping[str, bytes],
) -> Page:
    """A bench; its pictures are what the network makes of the built-in frame, bit for bit."""
    size = design.width, design.height
    own = next(
        row
        for row in bench.rows
        if row.place is Place.CHIP and (row.width, row.height) == size and row.fps
    )
    return Page(
        title=f"{bench.net} on {board.title}, beside a GPU and a CPU",
        lead=f"{machine_sentence(bench.machine)} {note}",
        good=exact,
        verdict="the RTL gives the bits of the hardware graph executed in Python, at every size run"
        if exact
        else "the RTL differs from the hardware graph executed in Python",
        pictures=pictures,
        captions=_captions(psnr_noisy_db, own.psnr_db),
        cards=tuple(_bench_cards(own, psnr_noisy_db)),
        profile=plots[0],
        estimate=design.estimate,
        board=board,
        drawing=plots[1],
        files=files,
        bench=bench,
    )


def _run_cards(facts: PictureFacts) -> Iterator[Card]:
    cycles, ideal, clock = facts.cycles_per_frame, facts.ideal_cycles, facts.clock_mhz
    if cycles is not None and ideal is not None:
        yield Card(
            f"{cycles:,}",
            f"cycles per frame, steady state; ideal {ideal:,} (× {cycles / ideal:.3f})",
        )
    if clock is not None and facts.fps is not None:
        yield Card(f"{facts.fps:,.1f} fps", f"at {clock:g} MHz, a clock assumed until placed")
    if clock is not None and (latency := facts.latency_cycles) is not None:
        yield Card(
            f"{latency / clock:,.1f} µs", f"first pixel in to first pixel out, {latency:,} cycles"
        )
    if facts.psnr_noisy_db is not None and facts.psnr_db is not None:
        of = "the raw values" if facts.result == FrameKind.BAYER else "levels of 8 bits"
        yield _gained(facts.psnr_noisy_db, facts.psnr_db, of)
    if (rate := facts.sim_cycles_per_second) is not None:
        yield Card(f"{rate:,.0f}", "simulated cycles per second on this machine")


def _bench_cards(own: Row, psnr_noisy_db: float) -> Iterator[Card]:
    size = f"{own.width} × {own.height}"
    clock = "an assumed clock" if own.basis is Basis.ASSUMED else "a placed clock"
    yield Card(f"{number(own.fps)} fps", f"on the chip at {size}, {clock}")
    if own.latency_ms is not None:
        latency = f"{1000 * own.latency_ms:,.1f} µs"
        yield Card(latency, "on the chip, first pixel in to first pixel out")
    if own.psnr_db is not None:
        yield _gained(psnr_noisy_db, own.psnr_db)
    yield Card(
        f"{number(own.joules)} J" if own.joules else "unknown",
        "per frame on the chip, by the vendor's report"
        if own.joules
        else "energy per frame on the chip: no vendor has reported its power",
    )


def _became(facts: PictureFacts) -> str:
    finished = facts.kind == FrameKind.BAYER != facts.result
    return "made a picture by a network" if finished else "restored by a 1-bit network"


def _gained(before: float, after: float, of: str = "the raw values") -> Card:
    return Card(f"{after - before:+.2f} dB", f"PSNR, {before} → {after} dB on {of}")


def _captions(before: float | None, after: float | None) -> dict[str, str]:
    values = {"before": before, "after": after}
    return {name: f"{value} dB" for name, value in values.items() if value is not None}
