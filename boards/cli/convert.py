# SPDX-License-Identifier: MIT
"""tarsier convert: hardware's form of a net trained in the paper's, and what it costs."""

from pathlib import Path
from typing import Annotated

import typer

from tarsier_fpga.cli.training_options import parse_numbers, resumable
from tarsier_fpga.hls.base.files import check_folder, json_bytes, write_together

__all__ = ["convert"]


def convert(
    net: Annotated[str, typer.Argument(help="a net trained in the paper's form")],
    out: Annotated[Path, typer.Option("-o", "--out", help="folder for the nets")],
    bits: Annotated[str, typer.Option(help="of the residual, 2 to 12; several as A,B")] = "8",
    tune: Annotated[int, typer.Option(help="training steps after the conversion", min=0)] = 0,
    image_set: Annotated[
        str, typer.Option("--set", help="an image set to measure the cost on, by name or folder")
    ] = "",
    sigma: Annotated[
        int | None, typer.Option(help="noise to measure at; the task's own if left out", min=1)
    ] = None,
    config: Annotated[str, typer.Option(help="the net's config, if it has another name")] = "",
    data: Annotated[Path | None, typer.Option(help="folder of sets; or $TARSIER_DATA")] = None,
    json: Annotated[Path | None, typer.Option(help="write the costs here too")] = None,
) -> None:
    """Put a net that was trained in the paper's form into hardware's form."""
    from tarsier_fpga.camera.read import camera_frame
    from tarsier_fpga.training.data.images import find_set
    from tarsier_fpga.training.deploy.convert import convert as convert_net
    from tarsier_fpga.training.facts import recipe
    from tarsier_fpga.training.facts.checkpoint import read_net
    from tarsier_fpga.training.facts.paths import config_file, data_dir, net_file
    from tarsier_fpga.training.loop.launch import set_up_torch
    from tarsier_fpga.training.loop.train import open_source
    from tarsier_fpga.training.networks.network import rebuild
    from tarsier_fpga.training.score.mean_psnr import mean_psnr, own_settings

    if json:
        check_folder(json)
    saved = read_net(net_file(net))
    widths = parse_numbers("--bits", bits, 2, 12)
    set_up_torch()
    with resumable():
        plan = recipe.read(config_file(config or saved.name))
        source = open_source(plan, data, camera_frame)
        place = find_set(image_set, data_dir(data)) if image_set else None
        settings = (sigma,) if sigma else own_settings(saved.spec)
        before = 0.0
        if place:
            before = mean_psnr(rebuild(saved), saved.spec, place, settings)
            print(f"{saved.name} on {place.name}: {before:.2f} dB in the paper's form")
        costs = []
        for width in widths:
            made = convert_net(saved, width, tune, source, plan, out)
            line = f"{made.file}: {width}-bit residual in steps of 2^{made.spec.residual_exponent}"
            if place:
                psnr = mean_psnr(made.net, made.spec, place, settings)
                line += f", {psnr:.2f} dB, costs {before - psnr:.2f} dB"
                cost = {"psnr_db": round(psnr, 4), "float_db": round(before, 4)}
                costs.append({"bits": width, **cost})
            print(line)
    if json:
        facts = {"net": saved.name, "set": image_set or None, "tuned": tune, "costs": costs}
        write_together({json: json_bytes(facts)})
