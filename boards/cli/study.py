# SPDX-License-Identifier: MIT
"""tarsier study: small trials that show what the parts of training are worth."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tarsier_fpga.cli.options import parse_size
from tarsier_fpga.cli.training_options import resumable
from tarsier_fpga.hls.base.files import check_folder, json_bytes, write_together
from tarsier_fpga.training.facts.accelerator import Accelerator

if TYPE_CHECKING:
    from tarsier_fpga.training.facts.recipe import Recipe

__all__ = ["study"]

study = typer.Typer(
    help="Trials around training: versions of the unit, its parts, its levers, the time of a step.",
    no_args_is_help=True,
)


@study.command()
def versions(
    config: Annotated[str, typer.Option(help="the network and the budget")] = "versions-rgb-16x8",
    image_set: Annotated[str, typer.Option("--set", help="the image set to score on")] = "Set14",
    data: Annotated[Path | None, typer.Option(help="folder of sets; or $TARSIER_DATA")] = None,
    out: Annotated[Path, typer.Option(help="runs go here")] = Path("build/versions"),
    json: Annotated[Path | None, typer.Option(help="write the scores here too")] = None,
) -> None:
    """Train V1 to V4 of the unit on equal budgets; minutes."""
    from tarsier_fpga.training.studies.versions import SIGMA, try_versions

    if json:
        check_folder(json)
    with resumable():
        plan, source, place = _opened(config, image_set, data)
        scores = try_versions(plan, source, place, out)
    print(f"{place.name}, sigma {SIGMA}, after {plan.schedule.iterations} steps each")
    for trial in scores:
        print(f"  {trial.version}  {trial.psnr_db:.2f} dB")
    if json:
        facts = {trial.version: round(trial.psnr_db, 4) for trial in scores}
        whole = {"set": place.name, "sigma": SIGMA, "psnr_db": facts}
        write_together({json: json_bytes(whole)})


@study.command()
def parts(
    config: Annotated[str, typer.Option(help="the network and the budget")] = "parts-sr-16x8-x2",
    image_set: Annotated[str, typer.Option("--set", help="the image set to score on")] = "Set14",
    data: Annotated[Path | None, typer.Option(help="folder of sets; or $TARSIER_DATA")] = None,
    out: Annotated[Path, typer.Option(help="runs go here")] = Path("build/parts"),
    json: Annotated[Path | None, typer.Option(help="write the scores here too")] = None,
) -> None:
    """Train a net with each of its parts binary alone, on equal budgets; minutes."""
    from tarsier_fpga.training.studies.parts import try_parts

    if json:
        check_folder(json)
    with resumable():
        plan, source, place = _opened(config, image_set, data)
        found = try_parts(plan, source, place, out)
    print(f"{place.name}, after {plan.schedule.iterations} steps each")
    print(f"  {'none':12}{found.full_db:8.2f} dB")
    for part, saving in found.parts.items():
        assert saving.loss_db is not None
        print(
            f"  {part:12}{found.full_db - saving.loss_db:8.2f} dB   "
            f"V_C {saving.v_c:8.4f} dB/G   V_P {saving.v_p:8.5f} dB/K"
        )
    if json:
        facts = {
            part: {"loss_db": one.loss_db, "v_c": one.v_c, "v_p": one.v_p}
            for part, one in found.parts.items()
        }
        whole = {"set": place.name, "full_db": found.full_db, "parts": facts}
        write_together({json: json_bytes(whole)})


@study.command()
def levers(
    config: Annotated[str, typer.Option(help="the network and the budget")] = "levers-raw-16x8",
    image_set: Annotated[str, typer.Option("--set", help="the image set to score on")] = "Kodak24",
    data: Annotated[Path | None, typer.Option(help="folder of sets; or $TARSIER_DATA")] = None,
    out: Annotated[Path, typer.Option(help="runs go here")] = Path("build/levers"),
    board: Annotated[str, typer.Option(help="that sizes are estimated for")] = "zcu104",
    size: Annotated[str, typer.Option(help="frame, WIDTHxHEIGHT")] = "3840x2160",
    fps: Annotated[float, typer.Option(help="frames per second")] = 120.0,
    json: Annotated[Path | None, typer.Option(help="write the rows here too")] = None,
) -> None:
    """Train a net with each lever of binary units alone, on equal budgets; dB beside its size."""
    from tarsier_fpga.flow.board import load_board
    from tarsier_fpga.search.point_cost import estimate_net
    from tarsier_fpga.training.studies.levers import try_levers

    if json:
        check_folder(json)
    target, extent, rows = load_board(board), parse_size(size), []
    with resumable():
        plan, source, place = _opened(config, image_set, data)
        print(f"{place.name}, after {plan.schedule.iterations} steps each")
        print(f"{target.name}, {size} at {fps:g} frames per second, FIFOs aside\n")
        print("| lever | PSNR | LUT | BRAM36 | UltraRAM |\n|---|--:|--:|--:|--:|")
        for trial in try_levers(plan, source, place, out):
            needed = estimate_net(trial.net, target, extent, fps)
            found = needed.resources
            taken = needed.refused or f"{found.lut:,.0f} | {found.bram36:g} | {found.uram:g}"
            print(f"| {trial.lever} | {trial.psnr_db:.2f} dB | {taken} |", flush=True)
            row = {"lever": trial.lever, "psnr_db": trial.psnr_db, "refused": needed.refused}
            rows.append(row | {"resources": found.model_dump()})
    if json:
        facts = {"config": config, "set": place.name, "board": target.name, "rows": rows}
        write_together({json: json_bytes(facts)})


@study.command()
def scales(
    config: Annotated[str, typer.Option(help="the network and the budget")] = "scales-brve-8",
    most: Annotated[int, typer.Option("--scenes", help="to score on", min=1)] = 4,
    data: Annotated[Path | None, typer.Option(help="folder of sets; or $TARSIER_DATA")] = None,
    out: Annotated[Path, typer.Option(help="runs go here")] = Path("build/scales"),
    json: Annotated[Path | None, typer.Option(help="write the scores here too")] = None,
) -> None:
    """Train a net for video with scales of constants and of statistics; tens of minutes."""
    from tarsier_fpga.training.facts.paths import data_dir
    from tarsier_fpga.training.score.clip_scores import clip_sets
    from tarsier_fpga.training.score.raw_scores import SET
    from tarsier_fpga.training.studies.scales import try_scales

    if json:
        check_folder(json)
    with resumable():
        plan, source, _ = _opened(config, SET, data)
        sets = clip_sets(data_dir(data), most)
        trials = try_scales(plan, source, sets, out)
    names = [clips.name for clips in sets]
    print(f"PSNR in dB after {plan.schedule.iterations} steps each; flicker in % of white")
    print(f"  {'scales':8}" + "".join(f"{name:>9}" for name in [*names, "mean", "flicker"]))
    for trial in trials:
        values = [*(trial.psnr_db[name] for name in names), trial.mean_db]
        line = "".join(f"{value:9.2f}" for value in values)
        print(f"  {trial.statistics:8}{line}{trial.flicker:9.3f}")
    if json:
        facts = {
            trial.statistics: {
                **{name: round(value, 4) for name, value in trial.psnr_db.items()},
                "flicker": round(trial.flicker, 4),
            }
            for trial in trials
        }
        whole = {"steps": plan.schedule.iterations, "scenes": most, "psnr_db": facts}
        write_together({json: json_bytes(whole)})


@study.command("step-time")
def step_time(
    net: Annotated[str, typer.Argument(help="a config with a parent")] = "bbcu-rgb-64x18",
    steps: Annotated[int, typer.Option(help="of each in every round", min=1)] = 3,
    compiled: Annotated[bool, typer.Option("--compiled", help="compile for a CPU, too")] = False,
    json: Annotated[Path | None, typer.Option(help="write the times here too")] = None,
) -> None:
    """Time a training step of a net beside its parent's, in turns."""
    import torch

    from tarsier_fpga.training.loop.launch import find_accelerator, set_up_torch
    from tarsier_fpga.training.studies.step_time import time_steps

    if json:
        check_folder(json)
    device = find_accelerator()
    set_up_torch(device)
    times = time_steps(net, steps, device, compiled)
    how = "compiled" if compiled else "not compiled"
    cuda = device is Accelerator.CUDA
    where = torch.cuda.get_device_name() if cuda else f"one CPU thread, {how}"
    print(
        f"{net}: {times.net:.1f} ms a step, its parent {times.parent:.1f} ms: "
        f"{times.ratio:.2f} times ({where})"
    )
    if json:
        facts = {"net": net, "device": where, "net_ms": times.net}
        facts |= {"parent_ms": times.parent, "ratio": times.ratio}
        write_together({json: json_bytes(facts)})


def _opened(config: str, image_set: str, data: Path | None) -> "tuple[Recipe, Sequence[Any], Path]":
    """The recipe of a trial on the CPU, what it trains on, and the folder that it is scored on."""
    from tarsier_fpga.camera.read import camera_frame
    from tarsier_fpga.training.data.images import find_set
    from tarsier_fpga.training.facts import recipe
    from tarsier_fpga.training.facts.paths import config_file, data_dir
    from tarsier_fpga.training.loop.launch import set_up_torch
    from tarsier_fpga.training.loop.train import open_source

    set_up_torch(Accelerator.CPU)
    plan = recipe.read(config_file(config))
    place = find_set(image_set, data_dir(data))
    return plan, open_source(plan, data, camera_frame), place
