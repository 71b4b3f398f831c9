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
    design: Design | None,
    board: Board | None,
    pictures: Pictures,
    plots: tuple[str, str],
    note: str,
    files: Mapping[str, bytes],
    command: str = "",
) -> Page:
    """A frame or a picture through the RTL, or through the same integers in software.

    Args:
        facts: of the run.
        design: the design that ran; None in software.
        board: the board it was built for.
        pictures: what to show.
        plots: SVG of the middle row, and of the pipeline.
        note: one sentence on where the frame comes from.
        files: JSON to download, by name.
        command: that makes the same.
    """
    kind = FrameKind(facts.kind)
    what = "raw frame" if kind is FrameKind.BAYER else "picture"
    where = " in hardware" if design else ""
    return Page(
        title=f"{facts.width} × {facts.height} {what}, {_became(facts)}{where}",
        lead=f"{facts.net} {_ran_as(facts, board)}. {note}",
        good=facts.bit_exact is not False,
        verdict=_verdict(facts),
        pictures=pictures,
        captions=_captions((facts.psnr_noisy_db, facts.psnr_db), (facts.ssim_noisy, facts.ssim)),
        cards=tuple(_run_cards(facts)),
        profile=plots[0],
        estimate=design.estimate if design else None,
        board=board,
        drawing=plots[1],
        kind=kind,
        files=files,
        command=command,
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
        captions=_captions((psnr_noisy_db, own.psnr_db)),
        cards=tuple(_bench_cards(bench, own, psnr_noisy_db)),
        profile=plots[0],
        estimate=design.estimate,
        board=board,
        drawing=plots[1],
        kind=bench.kind,
        files=files,
        bench=bench,
    )


def _ran_as(facts: PictureFacts, board: Board | None) -> str:
    if board is None:
        return f"as the integers of its hardware, computed on the {facts.accel.upper()}"
    if facts.accel == "sim":
        return f"as generated RTL for {board.title}, simulated cycle by cycle with Verilator"
    return f"on {board.title} by {facts.accel}"


def _verdict(facts: PictureFacts) -> str:
    if facts.bit_exact is None:
        return "not compared with the hardware graph (--check)"
    what = "the RTL" if facts.accel == "sim" else "the result"
    if not facts.bit_exact:
        return f"{what} differs from the hardware graph executed in Python"
    if facts.compared and facts.compared[0] < facts.compared[1]:
        some, every = facts.compared
        return f"{some:,} of {every:,} parts equal the hardware graph executed in Python"
    return "every pixel equals the hardware graph executed in Python"


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
        yield _gained(facts.psnr_noisy_db, facts.psnr_db, FrameKind(facts.result), facts.scale)
    if facts.ssim_noisy is not None and facts.ssim is not None:
        yield Card(f"{facts.ssim:.3f}", f"SSIM, {facts.ssim_noisy:.3f} before")
    if cycles is None and facts.accel_seconds:
        yield Card(
            f"{facts.accel_seconds:.3g} s", f"in the network itself, on the {facts.accel.upper()}"
        )
    if (rate := facts.sim_cycles_per_second) is not None:
        yield Card(f"{rate:,.0f}", "simulated cycles per second on this machine")


def _bench_cards(bench: Bench, own: Row, psnr_noisy_db: float) -> Iterator[Card]:
    size = f"{own.width} × {own.height}"
    clock = "an assumed clock" if own.basis is Basis.ASSUMED else "a placed clock"
    yield Card(f"{number(own.fps)} fps", f"on the chip at {size}, {clock}")
    if own.latency_ms is not None:
        latency = f"{1000 * own.latency_ms:,.1f} µs"
        yield Card(latency, "on the chip, first pixel in to first pixel out")
    if own.psnr_db is not None:
        yield _gained(psnr_noisy_db, own.psnr_db, bench.kind, bench.scale)
    yield Card(
        f"{number(own.joules)} J" if own.joules else "unknown",
        "per frame on the chip, by the vendor's report"
        if own.joules
        else "energy per frame on the chip: no vendor has reported its power",
    )


def _became(facts: PictureFacts) -> str:
    if facts.kind == FrameKind.BAYER != facts.result:
        return "made a picture by a network"
    does = "restored" if facts.scale == 1 else f"made {facts.scale:g} times as large"
    return f"{does} by a 1-bit network"


def _gained(before: float, after: float, kind: FrameKind, scale: float) -> Card:
    if kind is FrameKind.BAYER:
        of = "the raw values"
    else:
        of = "luma" if kind is FrameKind.LUMA or scale != 1 else "RGB"
    return Card(f"{after - before:+.2f} dB", f"PSNR, {before} → {after} dB on {of}")


Pair = tuple[float | None, float | None]  # before and after


def _captions(psnrs: Pair, ssims: Pair = (None, None)) -> dict[str, str]:
    said = {}
    for name, value, similar in zip(("before", "after"), psnrs, ssims, strict=True):
        if value is not None:
            said[name] = f"{value} dB" + ("" if similar is None else f", SSIM {similar:.3f}")
    return said
