# SPDX-License-Identifier: MIT
"""make whole-pictures: one picture of a research set through the RTL of each network on pictures.

Each design of pictures.toml is built for the size of its picture, at the pace that whole frames
need, and `tarsier run` restores the picture with it, every bit compared with the hardware graph.
`--frame` also builds the design for whole frames, whose line buffers are longer; `--yosys` counts
what was built. Leaves the designs in build/pictures, pictures.json in boards/results, and its table
in the README beside it. What was finished is not done again. Nets that do not ship are taken from
the folder `--nets`, NET.onnx, else as they are before training.

Commands: python -m tests.flagship.whole_pictures [--nets FOLDER] [--frame] [--yosys] [NET ...]
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tarsier_fpga.bench.records import PICTURES, RESULTS
from tarsier_fpga.cli.guard import INTERRUPTED, NOT_EXACT, guarded
from tarsier_fpga.cli.options import parse_size
from tarsier_fpga.hls.base.errors import HostError, Interrupted
from tarsier_fpga.hls.base.facts import read_facts
from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.training.facts.paths import NETS
from tests.flagship.commands import Commands, Failed
from tests.flagship.flagship_facts import read_asked
from tests.flagship.picture_facts import AskedPicture, PictureEntry, Pictures, Weights

__all__ = ["PicturePlaces", "read_pictures", "whole_pictures"]


@dataclass(frozen=True, slots=True)
class PicturePlaces:
    """Where things are; the defaults are those of a checkout, seen from its root."""

    data: Path
    asked: Path = RESULTS / "pictures.toml"
    results: Path = PICTURES
    readme: Path = Path("boards/results/README.md")
    work: Path = Path("build/pictures")
    nets: Path | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a design is done beside its picture."""

    frame: bool = False
    yosys: bool = False


def whole_pictures(names: Sequence[str], places: PicturePlaces, extent: Extent) -> int:
    """Do the designs called `names`, or all; returns the exit code.

    Raises:
        HostError: there is no such design, or no such picture.
    """
    asked = read_asked(places.asked, AskedPicture)
    for name in names:
        if name not in asked:
            raise HostError(f"no design {name!r} in {places.asked}: it has {', '.join(asked)}")
    for name in names or asked:
        if not (picture := places.data / asked[name].picture).is_file():
            raise HostError(f"{picture}: {name} has no such picture; TARSIER_DATA has the sets")
    places.work.mkdir(parents=True, exist_ok=True)
    exact = True
    try:
        for name in names or asked:
            entry = _entry(name, asked[name], places, extent)
            exact &= entry.bit_exact
            _keep(entry, [Path(name).stem for name in asked], places)
    except (Failed, KeyboardInterrupt) as stop:
        code = stop.code if isinstance(stop, Failed) else INTERRUPTED
        if code == INTERRUPTED:
            sentence = "interrupted; what was finished is kept, and not done again"
            raise Interrupted(sentence) from None
        return code
    return 0 if exact else NOT_EXACT


def read_pictures(path: Path) -> Pictures:
    """What is recorded in `path`; nothing if it is not there.

    Raises:
        FlowError: the file is damaged or of another version.
    """
    return read_facts(path, Pictures, "delete it") if path.is_file() else Pictures(designs=())


def _entry(name: str, asked: AskedPicture, places: PicturePlaces, extent: Extent) -> PictureEntry:
    from tarsier_fpga.picture.degrade import degraded
    from tarsier_fpga.picture.png import photo_png
    from tarsier_fpga.picture.read import read_photo
    from tests.flagship.describe_picture import Sources, describe_picture, task_of

    commands, stem = Commands(), Path(name).stem
    weights, net = _network(name, places, commands)
    kind, times = task_of(net)
    given, clean = degraded(read_photo(places.data / asked.picture), kind, times)
    before, truth = (places.work / f"{stem}-{what}.png" for what in ("given", "clean"))
    made = {before: photo_png(given), truth: photo_png(clean)}
    if any(not path.is_file() or path.read_bytes() != png for path, png in made.items()):
        write_together(made)

    width, height = parse_size(asked.frame)
    folder, whole = places.work / stem, places.work / f"{stem}-{width}x{height}"
    rate = asked.fps * width * height / (given.width * given.height)
    new, begin = not (folder / "design.json").is_file(), time.monotonic()
    size = f"{given.width}x{given.height}"
    _build(net, asked.board, size, rate, folder, commands)
    seconds = round(time.monotonic() - begin, 1) if new else None
    out = places.work / f"{stem}-restored.png"
    commands.run(
        *("tarsier", "run", before, "--design", folder, "--reference", truth, "-o", out),
        done=lambda: _is_newer(out.with_suffix(".json"), folder / "design.json", before),
        may=(0, NOT_EXACT),
    )
    if extent.frame:
        _build(net, asked.board, asked.frame, asked.fps, whole, commands)
    for each in (folder, whole) if extent.yosys else ():
        if (each / "design.json").is_file():
            _count(each, asked.board, commands)
    sources = Sources(folder, whole, out.with_suffix(".json"), commands.said)
    return describe_picture(asked, weights, sources, seconds)


def _network(name: str, places: PicturePlaces, commands: Commands) -> tuple[Weights, str]:
    """Whose weights it has, and what `tarsier build` is to be given."""
    stem = Path(name).stem
    if (NETS / f"{stem}.onnx").is_file():
        return Weights.SHIPPED, stem
    if places.nets and (given := places.nets / f"{stem}.onnx").is_file():
        return Weights.GIVEN, str(given)
    onnx = places.work / f"{stem}.onnx"
    commands.run(
        *("tarsier", "export", name, "--untrained", "-o", onnx), done=lambda: onnx.is_file()
    )
    return Weights.UNTRAINED, str(onnx)


def _build(net: str, board: str, size: str, fps: float, folder: Path, commands: Commands) -> None:
    # A hair below the rate, so that rounding does not ask for one cycle less.
    commands.run(
        *("tarsier", "build", net, "--board", board, "--size", size),
        *("--fps", f"{0.9999 * fps:.6g}", "-o", folder),
    )


def _count(folder: Path, board: str, commands: Commands) -> None:
    from tarsier_fpga.flow.synth.synth_facts import read_synthesis

    commands.run(
        *("tarsier", "synth", folder, "--with", "yosys"),
        done=lambda: read_synthesis(folder, board) is not None,
    )


def _is_newer(file: Path, *others: Path) -> bool:
    """Whether `file` is there and was written after the `others`."""
    return file.is_file() and all(file.stat().st_mtime > o.stat().st_mtime for o in others)


def _keep(entry: PictureEntry, order: list[str], places: PicturePlaces) -> None:
    """Put `entry` into pictures.json and into the table."""
    from tests.flagship.flagship_table import replaced
    from tests.flagship.picture_table import MARKS, picture_table

    known = {design.net: design for design in read_pictures(places.results).designs}
    if entry.build_seconds is None and entry.net in known:
        before = known[entry.net]
        if before.key == entry.key:
            entry = entry.model_copy(update={"build_seconds": before.build_seconds})
    known[entry.net] = entry
    found = Pictures(designs=tuple(known[net] for net in order if net in known))
    write_together(
        {
            places.results: (found.model_dump_json(indent=1) + "\n").encode(),
            places.readme: replaced(
                places.readme.read_text(), MARKS, picture_table(found)
            ).encode(),
        }
    )
    print(f"{entry.net}: {places.results}, {places.readme}")


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NET")
    parser.add_argument("--nets", type=Path, help="folder of NET.onnx of nets that do not ship")
    parser.add_argument("--frame", action="store_true", help="also build for whole frames")
    parser.add_argument("--yosys", action="store_true", help="count what was built")
    asked = parser.parse_args(words)
    data = Path(os.environ.get("TARSIER_DATA", ""))
    if "TARSIER_DATA" not in os.environ or not data.is_dir():
        print("whole-pictures: skipped, since TARSIER_DATA names no folder of research data")
        return 0
    places = PicturePlaces(data, nets=asked.nets)
    return whole_pictures(asked.names, places, Extent(asked.frame, asked.yosys))


if __name__ == "__main__":
    sys.exit(guarded(lambda: main(sys.argv[1:])))
