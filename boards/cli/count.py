# SPDX-License-Identifier: MIT
"""tarsier count: OPs and parameters by the BBCU paper's convention."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tarsier_fpga.cli.options import parse_size
from tarsier_fpga.hls.base.files import check_folder, json_bytes, write_together

if TYPE_CHECKING:
    from tarsier_fpga.training.score.op_count import Cost, Saving

__all__ = ["count"]


def count(
    net: Annotated[str, typer.Argument(help="a config or a trained net, by name or as a file")],
    psnr: Annotated[
        list[str] | None,
        typer.Option(help="full=DB, and PART=DB of the parent with that part binary: for V_C, V_P"),
    ] = None,
    size: Annotated[str, typer.Option(help="input frame, WIDTHxHEIGHT")] = "320x180",
    json: Annotated[Path | None, typer.Option(help="write the numbers here too")] = None,
) -> None:
    """Count a network's operations and parameters, its parent's, and what each part saves."""
    from tarsier_fpga.training.facts.lookup import describe
    from tarsier_fpga.training.score.op_count import count as cost_of
    from tarsier_fpga.training.score.op_count import savings
    from tarsier_fpga.training.score.paper_rows import paper_cost

    if json:
        check_folder(json)
    given, frame = _decibels(psnr or []), parse_size(size)
    found = describe(net)
    nets = [found] + ([describe(found.parent)] if found.parent else [])
    counted: list[dict[str, Any]] = []
    for item in nets:
        cost = cost_of(item.spec)
        printed = paper_cost(item.name)
        _print_cost(item.name, cost, printed, frame)
        counted.append(_cost_facts(item.name, cost, printed, frame))
    facts: dict[str, Any] = {"net": found.name, "frame": list(frame), "nets": counted}
    if found.spec.family.parent and found.spec.family.parts:
        saved = savings(found.spec, given, frame)
        facts["savings"] = {part: _saving_facts(saving) for part, saving in saved.items()}
        _print_savings(saved)
    print(f"OPs on {frame[0]} x {frame[1]} input pixels: multiply-adds, 1-bit ones / 64")
    if json:
        write_together({json: json_bytes(facts)})


def _decibels(entries: list[str]) -> dict[str, float]:
    from tarsier_fpga.hls.base.errors import TrainingError

    parts = ("full", "head", "body", "upsampling", "tail")
    found: dict[str, float] = {}
    for entry in entries:
        part, _, value = entry.partition("=")
        try:
            found[part] = float(value)
        except ValueError:
            part = ""
        if part not in parts or not math.isfinite(found[part]):
            raise TrainingError(f"--psnr {entry}: give PART=DB with PART of {', '.join(parts)}")
    if found and "full" not in found:
        raise TrainingError("--psnr full=DB is missing: losses are taken against the parent")
    return found


def _print_cost(
    name: str, cost: "Cost", printed: tuple[str, str] | None, frame: tuple[int, int]
) -> None:
    paper = f"   (paper: {printed[0]} G, {printed[1]} K)" if printed else ""
    print(f"{name}{paper}")
    for part in cost.parts:
        ops, params = cost.giga_ops(part, frame), cost.kilo_params(part)
        print(f"  {part:12}{ops:10.3f} G OPs{params:11.3f} K params")
    print(
        f"  {'total':12}{cost.giga_ops(frame=frame):10.2f} G OPs{cost.kilo_params():11.2f} K params"
    )


def _print_savings(saved: "dict[str, Saving]") -> None:
    print("one part binary in the parent saves")
    for part, saving in saved.items():
        worth = ""
        if saving.loss_db is not None:
            worth = f"   V_C {saving.v_c:.4f} dB/G   V_P {saving.v_p:.5f} dB/K"
        print(f"  {part:12}{saving.giga_ops:10.3f} G OPs{saving.kilo_params:11.3f} K params{worth}")


def _cost_facts(
    name: str, cost: "Cost", printed: tuple[str, str] | None, frame: tuple[int, int]
) -> dict[str, Any]:
    return {
        "net": name,
        "ops_g": cost.giga_ops(frame=frame),
        "params_k": cost.kilo_params(),
        "parts": {
            part: {"ops_g": cost.giga_ops(part, frame), "params_k": cost.kilo_params(part)}
            for part in cost.parts
        },
        "published": {"ops_g": printed[0], "params_k": printed[1]} if printed else None,
    }


def _saving_facts(saving: "Saving") -> dict[str, Any]:
    return {
        "ops_g": saving.giga_ops,
        "params_k": saving.kilo_params,
        "loss_db": saving.loss_db,
        "v_c": saving.v_c,
        "v_p": saving.v_p,
    }
