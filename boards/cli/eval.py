# SPDX-License-Identifier: MIT
"""tarsier eval: a network scored by its protocol, with the papers' numbers beside.

What trained is scored in PyTorch, or with --accel the integers that hardware computes.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tarsier_fpga.cli.progress import progress
from tarsier_fpga.cli.training_options import parse_numbers, split_names
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import check_folder, json_bytes, write_together
from tarsier_fpga.jobs.choices import DEFAULT_BOARD, Accel

if TYPE_CHECKING:
    from tarsier_fpga.training.score.clip_scores import ClipScore
    from tarsier_fpga.training.score.paper_rows import Row
    from tarsier_fpga.training.score.picture_scores import Result
    from tarsier_fpga.training.score.raw_scores import Score
    from tarsier_fpga.training.score.score_request import PictureRequest, RawRequest

__all__ = ["evaluate"]


def evaluate(
    net: Annotated[str, typer.Argument(help="a trained net, or `input`: what it would be given")],
    sets: Annotated[str, typer.Option("--set", help="image sets, by name or folder: A,B")] = "",
    sigma: Annotated[str, typer.Option(help="noise of denoising: 15,25,50")] = "",
    quality: Annotated[str, typer.Option(help="JPEG quality of deblocking: 10,20,30,40")] = "",
    scale: Annotated[str, typer.Option(help="factor of super-resolution: 2 or 4")] = "",
    light: Annotated[str, typer.Option(help="electrons of dark frames: 10,30,100")] = "",
    clips: Annotated[
        bool, typer.Option("--clips", help="raw: on the clips of nets that remember")
    ] = False,
    data: Annotated[Path | None, typer.Option(help="folder of sets; or $TARSIER_DATA")] = None,
    json: Annotated[Path | None, typer.Option(help="write the scores here too")] = None,
    accel: Annotated[
        Accel | None,
        typer.Option("--accel", "--accelerator", help="score the integers of the 1-bit net on it"),
    ] = None,
    design: Annotated[
        Path | None, typer.Option(help="sim, pynq, xrt: the design, smaller than the images")
    ] = None,
) -> None:
    """Score a trained network on image sets; of an .onnx, its integers on the CPU."""
    from tarsier_fpga.training.loop.launch import set_up_torch
    from tarsier_fpga.training.score import clip_scores, raw_scores
    from tarsier_fpga.training.score.score_request import ClipRequest, RawRequest, request_of

    if json:
        check_folder(json)
    names = split_names(sets)
    settings = _settings(sigma=sigma, quality=quality, scale=scale, light=light)
    if accel is None and Path(net).suffix == ".onnx":
        accel = Accel.CPU
    if clips and accel is not None:
        raise HostError(f"--clips are scored in PyTorch, not on accelerator {accel}")
    request = (
        request_of(net, settings, names, clips)
        if accel is None
        else _on_accelerator(net, accel, design, settings, names)
    )
    set_up_torch()
    if isinstance(request, RawRequest):
        name, scores = request.name, request.answer(data)
        _print_raw(name, raw_scores.SET, scores)
        facts = raw_scores.to_facts(name, scores)
    elif isinstance(request, ClipRequest):
        print(f"{request.name}: electrons at white, PSNR noisy, restored (dB), of the first and")
        print("the last frame; flicker at rest, before and after (% of white)")
        found = []
        for one in request.answer(data):
            found.append(one)
            _print_clips(one)
        facts = clip_scores.to_facts(request.name, found)
    else:
        print(f"{request.name}: PSNR in dB, SSIM; (paper)")
        results = []
        for result, row in request.answer(names, data):
            results.append(result.facts())
            _print_result(result, row)
        facts = {"net": request.name, "results": results}
    if accel is not None:
        facts["accel"] = str(accel)
    if json:
        write_together({json: json_bytes(facts)})


def _on_accelerator(
    net: str,
    accel: Accel,
    design: Path | None,
    settings: dict[str, tuple[int, ...]],
    sets: list[str],
) -> "RawRequest | PictureRequest":
    """What scoring the integers of `net` on `accel` means."""
    if accel not in (Accel.CPU, Accel.GPU) and design is None:
        raise HostError(
            f"accelerator {accel}: name with --design what it runs; images of all sizes are scored"
            " in its tiles"
        )
    with progress() as show:
        show("loading the network", 0.0)
        from tarsier_fpga.flow.board import load_board
        from tarsier_fpga.jobs.accelerators import open_accelerator
        from tarsier_fpga.jobs.integer_form import integer_request
        from tarsier_fpga.jobs.job import Job

        job = Job(raw=Path(), net=net, board=load_board(DEFAULT_BOARD), accel=accel, design=design)
        return integer_request(open_accelerator(job, (0, 0), show), settings, sets)


def _settings(**given: str) -> dict[str, tuple[int, ...]]:
    from tarsier_fpga.training.facts.task import Task
    from tarsier_fpga.training.score.picture_scores import protocol

    highest = {how.key: how.highest for task in Task if (how := protocol(task))}
    return {
        key: parse_numbers(f"--{key}", text, 1, highest[key]) for key, text in given.items() if text
    }


def _print_raw(name: str, image_set: str, scores: "list[Score]") -> None:
    print(f"{name} on {image_set}: electrons at white, PSNR noisy, restored, gain (dB)")
    for score in scores:
        gain = score.after - score.before
        print(f"{score.exposure.light:6g} {score.before:8.2f} {score.after:8.2f} {gain:+8.2f}")


def _print_clips(score: "ClipScore") -> None:
    flicker = ""
    if score.flicker is not None and score.flicker_before is not None:
        flicker = f"{score.flicker_before:9.3f} {score.flicker:7.3f}"
    print(
        f"  {score.set:8}{score.exposure.light:5g} {score.before:8.2f} {score.after:8.2f}"
        f" {score.restored[0]:8.2f} {score.restored[-1]:8.2f}{flicker}"
    )


def _print_result(result: "Result", row: "Row | None") -> None:
    paper = ""
    if row:
        similarity = f" {row.ssim:.4f}" if row.ssim is not None else ""
        paper = f"   ({row.psnr:.2f}{similarity})"
    print(
        f"  {result.set:12} {result.key} {result.setting:<3} {result.psnr_db:7.2f} "
        f"{result.ssim:.4f}{paper}   {result.images} images"
    )
