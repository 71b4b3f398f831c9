# SPDX-License-Identifier: MIT
"""make gallery: research pictures and raw frames through every network that ships, on one page.

A network on raw frames restores a real dark scene at three shutter times, the built-in frame, real
daylight, and a dark film; one on pictures what it was trained for. Beside it is its full-precision
parent, where that ships. Without $TARSIER_DATA nothing is made, and that is said.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from tarsier_fpga.camera.exposure import check_gain
from tarsier_fpga.camera.raw import Raw, mosaic_of
from tarsier_fpga.camera.read import read_raw
from tarsier_fpga.camera.sample import write_sample
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.cli.progress import progress
from tarsier_fpga.flow.board import load_board
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.hls.base.progress import Show
from tarsier_fpga.jobs.accelerators import open_accelerator
from tarsier_fpga.jobs.choices import DEFAULT_BOARD, Accel
from tarsier_fpga.jobs.job import Job
from tarsier_fpga.jobs.restore import Restoring
from tarsier_fpga.jobs.restored import Restored, Shot, View
from tarsier_fpga.picture.degrade import degraded, said
from tarsier_fpga.picture.movie import beside
from tarsier_fpga.picture.read import read_photo
from tarsier_fpga.report.gallery import Exhibit, Reel, Room, render_gallery
from tarsier_fpga.training.facts.paths import NETS
from tarsier_fpga.training.networks.network import load
from tests.bench.exposures import DETAIL, FRAMES, LIT, LONG, SHUTTERS, SIDECAR
from tests.bench.exposures import LINEAR as BRIGHTEST

PAGE = Path("build/gallery.html")
FILM, FILM_LIGHT = 20, 40  # frames, and electrons at white in the dark film


@dataclass(frozen=True, eq=False)
class Net:
    """A shipped network, ready for frames, and its parent, where that ships."""

    name: str
    restoring: Restoring
    parent: torch.nn.Module | None

    @property
    def kind(self) -> FrameKind:
        return self.restoring.accelerator.restorer.kind

    @property
    def times(self) -> int:
        return int(self.restoring.accelerator.restorer.cutting.scale)

    def exhibit(self, title: str, shot: Shot, command: str, gain: float = 1.0) -> Exhibit:
        """`shot` through the network and its parent."""
        self.restoring.job = replace(self.restoring.job, gain=gain)
        done = self.restoring.one(shot)
        views, numbers = done.views, {}
        for name, score in (("before", done.score_before), ("after", done.score_after)):
            if score:
                similar = "" if score.ssim is None else f", SSIM {score.ssim:.3f}"
                numbers[name] = f"{score.psnr:.2f} dB{similar}"
        if self.parent is not None:
            theirs = replace(done, codes=self._by_parent(done))
            views["parent"] = theirs.picture()
            if theirs.score_after:
                numbers["parent"] = f"{theirs.score_after.psnr:.2f} dB"
        order = ("before", "after", "parent", "reference")
        shown = {name: views[name] for name in order if name in views}
        return Exhibit(
            title, f"tarsier run {command} --net {self.name} --accel cpu", shown, numbers
        )

    @torch.inference_mode()
    def _by_parent(self, done: Restored) -> np.ndarray:
        codes = done.encoded.before.transpose(2, 0, 1)[None].astype(np.float32)
        found = self.parent(torch.from_numpy(codes))[0].round().clamp(0, done.scale.top)
        return found.numpy().transpose(1, 2, 0).astype(np.uint16)


def opened(name: str, show: Show) -> Net:
    board = load_board(DEFAULT_BOARD)
    job = Job(raw=Path(name), net=name, board=board, accel=Accel.CPU, check=False)
    parent = f"{name}-parent"
    ships = (NETS / f"{parent}.safetensors").is_file()
    accelerator = open_accelerator(job, (0, 0), show)
    return Net(name, Restoring(job, accelerator), load(parent) if ships else None)


def raw_exhibits(net: Net, data: Path) -> Iterator[Exhibit]:
    with tempfile.TemporaryDirectory() as folder:
        noisy, clean = (read_raw(path) for path in write_sample(Path(folder)))
    gain = net.restoring.job.gain_of(noisy)
    shot = Shot("sample", noisy, clean)
    command = "sample.dng --reference reference.dng -o restored.png"
    yield net.exhibit("A photograph as a sensor at night reads it", shot, command, gain)
    long = data / FRAMES.format(LONG)
    reference = part(read_raw(long, SIDECAR), *DETAIL)
    for shutter in SHUTTERS:
        ratio = LONG / shutter
        path = data / FRAMES.format(shutter)
        gain = check_gain(LIT * reference.white / BRIGHTEST * ratio)
        shot = Shot(path.stem, part(read_raw(path, SIDECAR), *DETAIL), reference, ratio)
        title = f"The dark part of a real scene, at 1/{ratio:.0f} of the reference's exposure"
        command = (
            f"{path.name} --sidecar mcr_lowlight.toml --gain {gain:g} --reference {long.name}"
            f" --reference-exposure {ratio:.4g} -o dark.png"
        )
        yield net.exhibit(title, shot, command, gain)
    path = data / "raw_gopro/GOPR0024.DNG"
    day = part(read_raw(path), slice(1000, 1768), slice(1400, 2424))
    title = "Daylight, which should stay as it is (a part of 4000 x 3000)"
    yield net.exhibit(title, Shot("day", day), f"{path.name} --gain 1 -o day.png")


def part(raw: Raw, rows: slice, columns: slice) -> Raw:
    """Even rows and columns of `raw`."""
    return replace(raw, mosaic=np.ascontiguousarray(raw.mosaic[rows, columns]))


def dark_film(net: Net, data: Path) -> Reel:
    files = sorted((data / "video_davis_tennis").glob("*.*"))[:FILM]
    rng = np.random.default_rng(0)
    pictures, balance = [], None
    net.restoring.job = replace(net.restoring.job, gain=16.0)
    for file in files:
        light = mosaic_of((read_photo(file).pixels / 255) ** 2.2)
        electrons = rng.poisson(light * FILM_LIGHT) + rng.normal(0, 1.2, light.shape)
        codes = np.clip(np.rint(64 + 959 * electrons / (16 * FILM_LIGHT)), 0, 1023)
        raw = Raw(file.name, codes.astype(np.uint16), (64,) * 4, 1023, balance or (1, 1, 1))
        done = net.restoring.one(Shot(file.stem, raw))
        before = done.encoded.look(done, View.BEFORE)
        pictures.append(beside(before.shown, done.picture()))
    title = f"A dark film: {FILM_LIGHT} electrons where the scene is white; before and after"
    command = f"tarsier run FOLDER --gain 16 --net {net.name} --accel cpu -o OUT --film film.mp4"
    return Reel(title, command, pictures, 12)


def picture_exhibits(net: Net, data: Path) -> Iterator[Exhibit]:
    match net.kind, net.times:
        case FrameKind.RGB, 1:
            places = "Kodak24", "CBSD68"
        case FrameKind.LUMA, 1:
            places = "LIVE1", "Set14"
        case _:
            places = "Set5", "Set14"
    title = said(net.kind, net.times)
    for place in places:
        files = sorted(file for file in (data / place).iterdir() if file.suffix == ".png")
        for file in files[1 : len(files) : max(1, len(files) // 2)][:2]:
            clean = read_photo(file)
            colour = clean if not clean.grey else replace(clean, pixels=clean.shown)
            given, clean = degraded(colour, net.kind, net.times)
            command = "degraded.png --reference clean.png -o restored.png"
            yield net.exhibit(f"{place}, {file.stem}: {title}", Shot("p", given, clean), command)


def room(name: str, data: Path, show: Show) -> Room:
    """All that the network `name` restored."""
    show(f"{name}: compiling", 0.0)
    net = opened(name, show)
    reels = []
    if net.kind is FrameKind.BAYER:
        lead = "Raw frames of a Bayer sensor; PSNR is of their light, before it is developed."
        made = raw_exhibits(net, data)
    else:
        lead = "Pictures; PSNR and SSIM of RGB, or of luma where it restores luma or enlarges."
        made = picture_exhibits(net, data)
    exhibits = []
    for exhibit in made:
        exhibits.append(exhibit)
        show(f"{name}: {exhibit.title}", 0.5)
    if net.kind is FrameKind.BAYER:
        reels.append(dark_film(net, data))
    return Room(Path(name).stem, lead, exhibits, reels)


def gallery() -> int:
    data = Path(os.environ.get("TARSIER_DATA", ""))
    if "TARSIER_DATA" not in os.environ or not data.is_dir():
        print("gallery: skipped, since TARSIER_DATA names no folder of research data")
        return 0
    names = [path.stem for path in sorted(NETS.glob("*.onnx"))]
    with progress() as show:
        rooms = [room(name, data, show) for name in names]
        show("writing", 1.0)
        PAGE.parent.mkdir(exist_ok=True)
        note = "The pictures are those of research sets, which are not ours to give away."
        write_together({PAGE: render_gallery(rooms, note).encode()})
    print(f"{PAGE}: {sum(len(one.exhibits) + len(one.reels) for one in rooms)} scenes")
    return 0


if __name__ == "__main__":
    sys.exit(guarded(gallery))
