# SPDX-License-Identifier: MIT
"""make scores: what `tarsier eval` found of our nets on pictures, beside the papers' tables.

RUNS names a folder of training runs: of each that is finished, RUNS/NAME/scores.json is taken into
training/nets/NAME.json. The tables are written into training/README.md from what lies there; a net
without scores has no row.

Commands: python -m tests.readme.scores [RUNS]
"""

import json
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.files import json_bytes, write_together
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.paths import CONFIGS, NETS, config_file
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.score.paper_rows import paper_row
from tarsier_fpga.training.score.picture_scores import protocol

__all__ = ["MARKS", "Scored", "score_tables", "scored", "taken"]

README = Path(__file__).parents[2] / "training" / "README.md"
MARKS = "<!-- by make scores -->\n", "<!-- end of scores -->\n"
PUBLISHED = Path(recipe.__file__).parents[1] / "score" / "published.toml"
PAPER_DATA = "DIV2K"


@dataclass(frozen=True, slots=True)
class Kind:
    """A table: a task at a scale, and the sets and settings that are its columns."""

    title: str
    task: Task
    scale: int
    sets: tuple[str, ...]
    settings: tuple[int, ...]


KINDS = (
    Kind("Super-resolution x2", Task.SR, 2, ("Set5", "Set14"), (2,)),
    Kind("Super-resolution x4", Task.SR, 4, ("Set5", "Set14"), (4,)),
    Kind("Denoising of RGB, sigma", Task.RGB, 1, ("CBSD68", "Kodak24"), (15, 25, 50)),
    Kind("Deblocking of luma, JPEG quality", Task.JPEG, 1, ("LIVE1", "Classic5"), (10, 20, 30, 40)),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """A net that is finished: PSNR in dB by set and setting."""

    name: str
    psnr: Mapping[tuple[str, int], float]


def taken(runs: Path) -> dict[Path, bytes]:
    """The files that take the scores of finished runs in `runs` into the repository.

    Raises:
        HostError: there is no such folder, or no finished run in it.
    """
    if not runs.is_dir():
        raise HostError(f"{runs}: there is no such folder of training runs")
    found = {path.parent.name: path for path in sorted(runs.glob("*/scores.json"))}
    if not found:
        raise HostError(f"{runs}: no run in it is finished, none has a scores.json")
    return {NETS / f"{name}.json": json_bytes(_facts(path)) for name, path in found.items()}


def scored(files: Iterable[Path]) -> list[Scored]:
    """The nets on pictures whose scores `files` hold; those on raw frames are left out.

    Raises:
        HostError: one holds no scores.
    """
    found = []
    for path in files:
        facts = _facts(path)
        if "exposures" in facts:
            continue
        keys = [how.key for task in Task if (how := protocol(task))]
        found.append(
            Scored(
                facts["net"],
                {
                    (row["set"], row[key]): row["psnr_db"]
                    for row in facts["results"]
                    for key in keys
                    if key in row
                },
            )
        )
    return found


def score_tables(nets: Iterable[Scored]) -> str:
    """A table for each kind: our nets that are finished, then the papers'."""
    nets = list(nets)
    return "\n\n".join(_table(kind, nets) for kind in KINDS)


def _table(kind: Kind, nets: list[Scored]) -> str:
    columns = [(name, value) for name in kind.sets for value in kind.settings]
    titles = [name if len(kind.settings) == 1 else f"{name}, {value}" for name, value in columns]
    lines = [
        _line([kind.title, "channels x units", "trained on", "steps", *titles]),
        f"|---|---|---|--:|{len(columns) * '--:|'}",
    ]
    for net in nets:
        plan = recipe.read(config_file(net.name))
        if (plan.net.task, plan.net.scale) != (kind.task, kind.scale):
            continue
        psnrs = [net.psnr.get(column) for column in columns]
        what = (plan.photographs, f"{plan.schedule.iterations:,}")
        lines.append(_line([f"`{net.name}`", _shape(plan), *what, *map(_number, psnrs)]))
    how = protocol(kind.task)
    assert how is not None, "these are of pictures"
    for name, method in _papers():
        plan = recipe.read(CONFIGS / f"{name}.toml")
        if (plan.net.task, plan.net.scale) != (kind.task, kind.scale):
            continue
        rows = [paper_row(name, how.key, *column) for column in columns]
        psnrs = [row and row.psnr for row in rows]
        what = (PAPER_DATA, f"{plan.schedule.iterations:,}")
        lines.append(_line([f"{method}, published", _shape(plan), *what, *map(_number, psnrs)]))
    return "\n".join(lines)


def _papers() -> list[tuple[str, str]]:
    """Networks that papers print, by config and by name, in the order of published.toml."""
    published = tomllib.loads(PUBLISHED.read_text())
    return [
        (name, facts["method"])
        for name, facts in published.items()
        if (CONFIGS / f"{name}.toml").is_file()
    ]


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text())
        if "net" in facts and ("exposures" in facts or facts["results"]):
            return facts
    except (json.JSONDecodeError, KeyError, TypeError):
        pass
    raise HostError(f"{path} holds no scores: `tarsier eval NET --set SETS --json` writes some")


def _shape(plan: recipe.Recipe) -> str:
    return f"{plan.net.channels} x {plan.net.units}"


def _number(psnr: float | None) -> str:
    return "" if psnr is None else f"{psnr:.2f}"


def _line(cells: Iterable[str]) -> str:
    return f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in cells)}|"


def readme_with(text: str, tables: str) -> str:
    """`text` with `tables` between its marks."""
    begin, end = MARKS
    before, rest = text.split(begin)
    return f"{before}{begin}\n{tables}\n\n{end}{rest.split(end)[1]}"


def scores(words: list[str]) -> None:
    if words:
        write_together(taken(Path(words[0])))
    nets = scored(sorted(NETS.glob("*.json")))
    write_together({README: readme_with(README.read_text(), score_tables(nets)).encode()})
    print(f"{README}: {', '.join(net.name for net in nets) or 'no net on pictures is finished'}")


if __name__ == "__main__":
    sys.exit(guarded(lambda: scores(sys.argv[1:])))
