# SPDX-License-Identifier: MIT
"""An entry of pictures.json, from what `tarsier build`, `run` and `synth` left of a design."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.design.design_facts import read_design
from tarsier_fpga.flow.synth.synth_facts import read_synthesis
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.cost.resources import COUNTED
from tarsier_fpga.jobs.run_facts import PictureFacts
from tarsier_fpga.picture.degrade import said
from tests.flagship.flagship_facts import Amount, Origin
from tests.flagship.picture_facts import AskedPicture, Built, PictureEntry, Weights

__all__ = ["Sources", "describe_picture", "task_of"]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the commands of an entry left; of `whole` there need be nothing."""

    folder: Path
    whole: Path
    run: Path
    commands: list[str]


def task_of(net: str) -> tuple[FrameKind, int]:
    """What pictures `net`, a shipped name or an .onnx, takes, and how many times it enlarges them.

    Raises:
        HostError: it takes no pictures.
    """
    from tarsier_fpga.flow.lower.ingest import read_qonnx
    from tarsier_fpga.flow.lower.net import net_of
    from tarsier_fpga.hls.base.progress import silent
    from tarsier_fpga.jobs.designs import qonnx_file

    model = read_qonnx(qonnx_file(net, silent))
    found = net_of(model)
    if found.inputs[0].kind not in (FrameKind.RGB, FrameKind.LUMA):
        raise HostError(
            f"{net} takes {found.inputs[0].kind} frames: whole pictures are RGB or luma"
        )
    return found.inputs[0].kind, int(model.get_metadata_prop("tarsier.scale") or 1)


def describe_picture(
    asked: AskedPicture, weights: Weights, sources: Sources, build_seconds: float | None
) -> PictureEntry:
    """The entry of the design in `sources`."""
    from tarsier_fpga.bench.machine import this_machine

    design = read_design(sources.folder)
    run = PictureFacts.model_validate(json.loads(sources.run.read_text()))
    cycles, ideal = run.cycles_per_frame, run.ideal_cycles
    if cycles is None or ideal is None or run.latency_cycles is None or run.bit_exact is None:
        raise HostError(f"{sources.run}: the picture went through no RTL")
    width, height = (int(side) for side in asked.frame.split("x"))
    # A picture's rows are shorter than a frame's, its pixels take as long.
    per_pixel = cycles / (design.width * design.height)
    frame = sources.whole if (sources.whole / "design.json").is_file() else None
    means = weights is not Weights.UNTRAINED
    kind, times = design.x.kind, round(run.scale)
    return PictureEntry(
        net=design.net,
        weights=weights,
        board=design.board,
        clock_mhz=design.clock_mhz,
        key=design.key,
        picture=asked.picture,
        degraded=said(kind, times),
        scale=run.scale,
        cycles_per_frame=cycles,
        ideal_cycles=ideal,
        latency_cycles=run.latency_cycles,
        bit_exact=run.bit_exact,
        fps=round(design.clock_mhz * 1e6 / (per_pixel * width * height), 2),
        psnr_before_db=run.psnr_noisy_db if means else None,
        psnr_db=run.psnr_db if means else None,
        build_seconds=build_seconds,
        sim_cycles_per_second=run.sim_cycles_per_second,
        seconds=run.seconds,
        picture_design=_built(sources.folder),
        frame_design=_built(frame) if frame else None,
        origin=Origin(
            commands=tuple(sources.commands),
            machine=this_machine(),
            tools={"Python": sys.version.split()[0]},
        ),
    )


def _built(folder: Path) -> Built:
    design = read_design(folder)
    found = read_synthesis(folder, design.board)
    counted = None
    if found:
        counted = {
            name: Amount(used=getattr(found, name), share=round(share, 4))
            for name, share in found.utilisation.items()
            if name in COUNTED
        }
    return Built(
        width=design.width,
        height=design.height,
        estimate=design.estimate,
        share=round(design.estimate.shares(load_board(design.board).resources)["lut"], 4),
        counted=counted,
        fifo_bits=design.fifo_sizing.bits,
    )
