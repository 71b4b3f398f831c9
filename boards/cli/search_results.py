# SPDX-License-Identifier: MIT
"""What a search leaves to be looked at: a page, plots, JSON, and the configs of its front."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.files import json_bytes, write_together
from tarsier_fpga.report.search_page import SearchPage, SearchPoint, draw_search, render_search
from tarsier_fpga.search.points import commands, write_point
from tarsier_fpga.search.record import Fate, Record, pareto
from tarsier_fpga.search.search_plan import SearchPlan
from tarsier_fpga.search.store import Store

__all__ = ["search_page", "write_results"]


def write_results(plan: SearchPlan, store: Store, folder: Path) -> str:
    """Write search.html, search.json, the plots and points/; what is said of them."""
    records = store.records()
    page = search_page(plan, records, folder)
    files = {
        folder / "search.html": render_search(page).encode(),
        folder / "search.json": json_bytes(_facts(plan, records)),
    }
    for kind in ("svg", "png"):
        for name, text in draw_search(page, kind).items():
            files[folder / f"{name}.{kind}"] = text
    front = pareto(records)
    for record in front:
        write_point(plan, record, folder, store.held_back)
    folder.mkdir(parents=True, exist_ok=True)
    write_together(files)
    counts = {fate: sum(one.fate is fate for one in records) for fate in Fate}
    told = ", ".join(f"{count} {fate}" for fate, count in counts.items() if count)
    lines = [f"{len(records)} points: {told or 'none yet'}"]
    lines += [
        f"  trial {one.number:<4} {one.best_db:6.2f} dB {one.lut:9,.0f} LUT {one.memory:8,.0f} kbit"
        for one in front
    ]
    return "\n".join([*lines, f"{folder / 'search.html'}"])


def search_page(plan: SearchPlan, records: Sequence[Record], folder: Path) -> SearchPage:
    """`records` of `plan` as a page; commands name files in `folder`."""
    front = {one.number for one in pareto(records)}
    board = load_board(plan.board)
    return SearchPage(
        title=f"Networks for {board.title}, {plan.size} at {plan.fps:g} frames per second",
        lead=(
            f"Changes of {plan.config}, trained for {plan.rungs.steps[-1]:,} steps at most and"
            f" scored on {plan.held_back} photographs that none trained on. Resources are"
            f" estimates, FIFOs aside, of at most {plan.within:.0%} of the board."
        ),
        points=[_point(plan, one, folder, one.number in front) for one in records],
    )


def _point(plan: SearchPlan, one: Record, folder: Path, front: bool) -> SearchPoint:
    return SearchPoint(
        number=one.number,
        params={
            name: f"{value:.4g}" if isinstance(value, float) else str(value)
            for name, value in one.params.items()
        },
        psnr_db=one.best_db,
        steps=max(one.psnr_db, default=0),
        lut=one.lut,
        memory=one.memory,
        share=one.needed.share,
        fate=str(one.fate),
        why=one.why,
        front=front,
        full_db=one.full_db,
        commands=commands(plan, one, folder) if one.fate is Fate.FINISHED else "",
    )


def _facts(plan: SearchPlan, records: Sequence[Record]) -> dict[str, Any]:
    front = {one.number for one in pareto(records)}
    return {
        "config": plan.config,
        "board": plan.board,
        "size": plan.size,
        "fps": plan.fps,
        "seed": plan.seed,
        "points": [
            {
                "number": one.number,
                "params": dict(one.params),
                "fate": str(one.fate),
                "why": one.why,
                "psnr_db": {str(steps): value for steps, value in one.psnr_db.items()},
                "seconds": {str(steps): value for steps, value in one.seconds.items()},
                "full_db": one.full_db,
                "resources": one.needed.resources.model_dump(),
                "cycles_per_frame": one.needed.cycles,
                "share": one.needed.share,
                "front": one.number in front,
            }
            for one in records
        ],
    }
