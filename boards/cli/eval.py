# SPDX-License-Identifier: MIT
"""tarsier eval: a network scored by the papers' protocols, with the papers' numbers beside."""

from pathlib import Path
from typing import Annotated

import typer

from tarsier_fpga.hls.base.files import check_folder, json_bytes, write_together

__all__ = ["evaluate"]


def evaluate(
    net: Annotated[str, typer.Argument(help="a trained net, or `input`: what it would be given")],
    sets: Annotated[str, typer.Option("--set", help="image sets, by name or folder: A,B")] = "",
    sigma: Annotated[str, typer.Option(help="noise of denoising: 15,25,50")] = "",
    quality: Annotated[str, typer.Option(help="JPEG quality of deblocking: 10,20,30,40")] = "",
    scale: Annotated[str, typer.Option(help="factor of super-resolution: 2 or 4")] = "",
    data: Annotated[Path | None, typer.Option(help="folder of sets; or $TARSIER_DATA")] = None,
    json: Annotated[Path | None, typer.Option(help="write the scores here too")] = None,
) -> int:
    """Score a trained network on image sets."""
    from tarsier_fpga.hls.base.errors import TrainingError
    from tarsier_fpga.training.facts.spec import Task
    from tarsier_fpga.training.score.evaluate import main as evaluate_raw
    from tarsier_fpga.training.score.questions import Question, ask

    if json:
        check_folder(json)
    question = Question.of(net, {"sigma": sigma, "quality": quality, "scale": scale})
    if question.spec.task is Task.RAW:
        if sets or sigma or quality or scale:
            raise TrainingError(
                f"{net} takes raw frames: it is scored at the exposures of its own protocol, "
                "without --set, --sigma, --quality or --scale"
            )
        options = (("--data", data), ("--json", json))
        given = [f"{name}={value}" for name, value in options if value]
        return evaluate_raw([net, *given], program="tarsier")
    results = []
    print(f"{question.name}: PSNR in dB, SSIM; (paper)")
    for result, row in ask(question, [name for name in sets.split(",") if name], data):
        results.append(result.facts())
        paper = ""
        if row:
            similarity = f" {row.ssim:.4f}" if row.ssim is not None else ""
            paper = f"   ({row.psnr:.2f}{similarity})"
        print(
            f"  {result.set:12} {question.key} {result.setting:<3} {result.psnr_db:7.2f} "
            f"{result.ssim:.4f}{paper}   {result.images} images"
        )
    if json:
        write_together({json: json_bytes({"net": question.name, "results": results})})
    return 0
