# SPDX-License-Identifier: MIT
"""tarsier run: raw frames, pictures or videos in, restored pictures out."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperArgument, TyperCommand

from tarsier_fpga.cli.guard import NOT_EXACT
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import check_folder, write_together
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.choices import DEFAULT_BOARD, DEFAULT_NET, Accel, Bad

if TYPE_CHECKING:
    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter

    from tarsier_fpga.jobs.picture_job import PictureJob
    from tarsier_fpga.jobs.run_facts import PictureFacts, RunFacts

__all__ = ["RunCommand", "run", "summary"]


def run(
    raw: Annotated[
        Path,
        typer.Argument(help="raw frame or picture, or a folder of them"),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="OUT.png, or a folder for a video")],
    net: Annotated[str, typer.Option(help="a shipped net, a checkpoint or an .onnx")] = DEFAULT_NET,
    accel: Annotated[
        Accel, typer.Option("--accel", "--accelerator", help="where to run it")
    ] = Accel.SIM,
    board: Annotated[
        str, typer.Option(help="board to build for: a name or a TOML")
    ] = DEFAULT_BOARD,
    design: Annotated[Path | None, typer.Option(help="design to use, tiling the frame")] = None,
    deploy: Annotated[
        Path | None, typer.Option(help="pynq, xrt: bitstream and settings, if not in DESIGN")
    ] = None,
    fps: Annotated[float | None, typer.Option(help="rate to build for, else the most")] = None,
    gain: Annotated[str, typer.Option(help="auto, red, or a factor on the light")] = "auto",
    sidecar: Annotated[Path | None, typer.Option(help="describes bare numbers in RAW")] = None,
    binned: Annotated[
        bool, typer.Option("--bin", help="quad Bayer: add up the pixels of a colour")
    ] = False,
    reference: Annotated[
        Path | None, typer.Option(help="clean frame or picture, for PSNR and SSIM")
    ] = None,
    reference_exposure: Annotated[
        float, typer.Option(min=1 / 1024, max=1024, help="times as much light as in RAW")
    ] = 1.0,
    check: Annotated[
        bool | None,
        typer.Option(
            "--check/--no-check",
            help="compare all bits (one frame, no board; of cpu and gpu parts of it if not said)",
        ),
    ] = None,
    film: Annotated[
        Path | None, typer.Option(help="video: before and after, FILM.mp4 or FILM.gif")
    ] = None,
    film_rate: Annotated[
        float | None,
        typer.Option(min=1, max=240, help="pictures per second; as read, or else 24"),
    ] = None,
    previous_gain: Annotated[
        bool, typer.Option("--previous-gain", help="video: gain of the frame before, as on chip")
    ] = False,
    bad: Annotated[
        Bad | None,
        typer.Option(help="video: at a frame that cannot be read; stop, or skip if NET remembers"),
    ] = None,
    reset_every: Annotated[
        int, typer.Option(min=0, help="video: frames after which a NET that remembers forgets")
    ] = 0,
    report: Annotated[
        Path | None, typer.Option(help="one frame: a page with all there is to see, REPORT.html")
    ] = None,
) -> int:
    """Restore raw frames or pictures; writes OUT.png and OUT.json, or OUT/*.png."""
    with progress() as show:
        show("looking at the frame", 0.0)
        for path in filter(None, (raw, reference)):
            if not path.exists():
                raise HostError(f"{path}: there is no such file")
        from tarsier_fpga.jobs.kinds import check_kind, net_kind

        kind = net_kind(net, design)
        check_kind(raw, kind, _named(net, design), sidecar, out)
        if kind is FrameKind.BAYER:
            from tarsier_fpga.camera.video import is_video

            video = is_video(raw, sidecar)
        else:
            from tarsier_fpga.picture.read import is_footage

            _check_no_raw_options(gain, sidecar, binned, reference_exposure, previous_gain)
            video = is_footage(raw)
        if video:
            _check_video_outputs(out, film, film_rate, reference, report)
        else:
            _check_picture_options(out, film, previous_gain, bad, reset_every, report)
        from tarsier_fpga.flow.board import load_board
        from tarsier_fpga.jobs.accelerators import recurrent_net
        from tarsier_fpga.jobs.job import Job, parse_gain
        from tarsier_fpga.jobs.picture_job import PictureJob
        from tarsier_fpga.jobs.run_facts import run_json
        from tarsier_fpga.jobs.video_job import VideoJob, perform_video

        recurrent = design is None and recurrent_net(net, show) is not None
        if check and recurrent:
            raise HostError(
                f"--check: {net} remembers from frame to frame, and the comparison is of frames"
                " alone; leave it out"
            )
        drawn = check is None and accel in (Accel.CPU, Accel.GPU)
        if check is None:  # a board need not have what the comparison takes
            check = not (video or recurrent or accel in (Accel.PYNQ, Accel.XRT))
        job = Job(
            raw=raw,
            net=net,
            board=load_board(board),
            accel=accel,
            design=design,
            fps=fps,
            gain=parse_gain(gain),
            sidecar=sidecar,
            binned=binned,
            deploy=deploy,
            check=check,
            kind=kind,
            drawn=drawn,
            reset_every=reset_every,
        )
        facts: RunFacts
        if video:
            facts = perform_video(VideoJob(job, out, bad, previous_gain, film, film_rate), show)
            write_together({out / "run.json": run_json(facts)})
        else:
            facts = _one(PictureJob(job, reference, reference_exposure), out, report, show)
    print(summary(facts))
    return NOT_EXACT if facts.bit_exact is False else 0


class RunCommand(TyperCommand):
    """Its help names the formats that there are, those of other packages too."""

    def format_help(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        from tarsier_fpga.camera.read import readers
        from tarsier_fpga.picture.read import photo_readers

        titles = ", ".join([each.title for each in readers()] + [e.title for e in photo_readers()])
        for parameter in self.params:
            if parameter.name == "raw" and isinstance(parameter, TyperArgument):
                parameter.help = f"{parameter.help}: {titles}"
        super().format_help(ctx, formatter)


def _named(net: str, design: Path | None) -> str:
    return str(design or net)


def _check_no_raw_options(
    gain: str, sidecar: Path | None, binned: bool, exposure: float, previous_gain: bool
) -> None:
    """Options on the light of a sensor say nothing of pictures."""
    given = {
        f"--gain {gain}": gain != "auto",
        f"--sidecar {sidecar}": sidecar is not None,
        "--bin": binned,
        f"--reference-exposure {exposure:g}": exposure != 1,
        "--previous-gain": previous_gain,
    }
    for option in (option for option, is_given in given.items() if is_given):
        raise HostError(f"{option} is for raw frames: a picture is developed already")


def _one(asked: "PictureJob", out: Path, report: Path | None, show: Show) -> "PictureFacts":
    from tarsier_fpga.jobs.picture_job import perform_picture
    from tarsier_fpga.jobs.run_facts import run_json
    from tarsier_fpga.picture.png import photo_png

    done = perform_picture(asked, show)
    show("developing the picture", 0.0)
    picture = photo_png(done.restored.photo)
    files = {out: picture, out.with_suffix(".json"): run_json(done.facts)}
    if report:
        show("writing the report", 0.0)
        from tarsier_fpga.report.run_files import run_report

        files[report] = run_report(done, command=shlex.join(["tarsier", *sys.argv[1:]]))
    write_together(files)
    return done.facts


def _check_picture_options(
    out: Path,
    film: Path | None,
    previous_gain: bool,
    bad: Bad | None,
    reset_every: int,
    report: Path | None,
) -> None:
    if out.suffix.lower() != ".png":
        raise HostError(f"{out}: the picture is a PNG, name it OUT.png")
    if report and report.suffix.lower() not in (".html", ".htm"):
        raise HostError(f"{report}: the report is a page, name it REPORT.html")
    for path in (out, out.with_suffix(".json"), *filter(None, [report])):
        check_folder(path)
    if film:
        raise HostError(f"{film}: a single frame makes no film; name a folder of frames")
    if previous_gain:
        raise HostError("--previous-gain is for a video: before a single frame there is none")
    if reset_every:
        raise HostError(
            f"--reset-every {reset_every} is for a video: a single frame is a sequence of one"
        )
    if bad is Bad.SKIP:
        raise HostError(f"--bad {bad} is for a video: a single frame is restored or refused")


def _check_video_outputs(
    out: Path,
    film: Path | None,
    film_rate: float | None,
    reference: Path | None,
    report: Path | None,
) -> None:
    if report:
        raise HostError(f"{report}: a report is of a single frame; a video has its film, --film")
    if out.suffix.lower() == ".png" or out.is_file():
        raise HostError(f"{out}: a video becomes a folder of pictures, name a folder")
    if not out.parent.is_dir():
        raise HostError(f"{out}: the folder {out.parent} does not exist")
    if reference:
        raise HostError(f"{reference}: a reference is for a single frame, not for a video")
    if film:
        from tarsier_fpga.picture.movie import FORMATS, GIF_MOST

        if film.suffix.lower() not in FORMATS:
            raise HostError(f"{film}: a film is named {' or '.join(f'FILM{e}' for e in FORMATS)}")
        if film.suffix.lower() == ".gif" and (film_rate or 0) > GIF_MOST:
            raise HostError(
                f"{film}: a GIF shows at most {GIF_MOST} pictures per second, not {film_rate}"
            )
        if film.parent != out or out.is_dir():  # OUT itself is made
            check_folder(film)


def summary(facts: "RunFacts") -> str:
    """What a person reads: what came out, how fast, and whether it is right."""
    from tarsier_fpga.jobs.run_facts import PictureFacts, VideoFacts

    count, what = 1, facts.raw
    pace: list[str] = []
    match facts:
        case VideoFacts():
            count = len(facts.frames)
            what = f"{count} frames of {facts.raw}"
            pace.append(f"{facts.host_fps} fps with reading and writing")
            pace += [f"skipped: {problem}" for problem in facts.skipped]
        case PictureFacts():
            what = f"{facts.width} x {facts.height}"
            if facts.scale != 1:
                what += f", {facts.scale:g} times as large"
            if facts.psnr_db is not None:
                what += f", PSNR {facts.psnr_noisy_db} -> {facts.psnr_db} dB"
            if facts.ssim is not None:
                what += f", SSIM {facts.ssim_noisy:.4f} -> {facts.ssim:.4f}"
    lines = [f"{facts.net} on {facts.accel}: {what}"]
    if facts.cycles_per_frame is not None:
        lines.append(
            f"{facts.cycles_per_frame} cycles per frame (ideal {facts.ideal_cycles}), "
            f"{facts.fps} fps at {facts.clock_mhz:g} MHz, a clock assumed for {facts.board}"
        )
    elif facts.accel_seconds:  # where the accelerator can tell
        seconds = facts.accel_seconds / count
        lines.append(f"{seconds:.3g} s per frame in the network itself, {1 / seconds:.3g} fps")
    if facts.state is not None:
        lines.append(f"state: {facts.state}")
    return "\n".join([*lines, *pace, f"{_exactness(facts)}, {facts.seconds} s"])


def _exactness(facts: "RunFacts") -> str:
    if facts.bit_exact is None:
        return "not compared with the hardware graph (--check)"
    where, rest = "", ""
    if facts.compared and facts.compared[0] < facts.compared[1]:
        some, every = facts.compared
        where = f" in {some:,} of {every:,} parts, drawn by the frame's content,"
        rest = " (--check for all)"
    word = "bit-exact" if facts.bit_exact else "NOT bit-exact"
    return f"{word}{where} against the hardware graph in Python{rest}"
