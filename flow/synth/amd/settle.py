# SPDX-License-Identifier: MIT
"""From the folder that FINN built in, to one that can be moved to another machine.

What the stand-ins of the tools left is removed, folders lose the random part of their names, a
source that many kernels share is kept once, and every path of this machine becomes one under a
variable that run.sh sets.
"""

import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Step", "read_calls", "settle"]

_LEFTOVERS = ("kernel_partitions", "vitis_floorplan_*", "vitis_link_configs_*", "*/*.sh", "*/*.txt")
_KEPT = ("run_link.sh", "config.txt")


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a tool, on a script of the folder FINN built in."""

    kind: str  # hls, stitch, xo, zynq or alveo
    name: str
    folder: str
    file: str

    @property
    def label(self) -> str:
        return f"{self.kind}-{self.name}"


def settle(build: Path, calls: list[dict], places: dict[str, str]) -> list[Step]:
    """Make the folder `build` movable; returns what is to be run in it, in order.

    `places` are folders that scripts name, by the variables to name them by.
    """
    for call in calls:
        for made in map(Path, call["made"]):
            shutil.rmtree(made) if made.is_dir() else made.unlink(missing_ok=True)
    for pattern in _LEFTOVERS:
        for path in build.glob(pattern):
            if path.name not in _KEPT:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    moved = {str(old): str(new) for old, new in [*_renamed(build), *_shared(build)]}
    scripts = [Path(_replaced(call["script"], moved)) for call in calls]
    scripts += sorted(build.glob("*/run_link.sh"))
    for path in build.rglob("*"):
        if path.suffix in (".tcl", ".sh"):
            path.write_text(_portable(path, moved, places))
    return [_step(script, build) for script in scripts]


def _renamed(build: Path) -> list[tuple[Path, Path]]:
    """Folders that FINN made by mkdtemp, and their names without its eight characters."""
    pairs = []
    for old in sorted(build.glob("*_????????")):
        new = old.with_name(old.name[:-8].rstrip("_"))
        pairs.append((old, old.rename(new)))
    return pairs


def _shared(build: Path) -> list[tuple[Path, Path]]:
    """Sources that are the same in several folders, and the one file that stands for them.

    Vivado would warn of every module that is defined once more.
    """
    same: dict[tuple[str, bytes], list[Path]] = defaultdict(list)
    for path in sorted(build.glob("code_gen_ipgen_*_rtl_*/*")):
        if path.suffix in (".v", ".sv"):
            same[path.name, path.read_bytes()].append(path)
    folder = build / "shared"
    folder.mkdir()
    pairs = []
    for (name, content), paths in same.items():
        if len(paths) > 1 and not (folder / name).exists():
            (folder / name).write_bytes(content)
            for path in paths:
                path.unlink()
                pairs.append((path, folder / name))
    return pairs


def _portable(path: Path, moved: dict[str, str], places: dict[str, str]) -> str:
    text = _replaced(path.read_text(), moved)
    variable = "$::env({})" if path.suffix == ".tcl" else "${}"
    for name, place in places.items():
        text = text.replace(f"{place}/", f"{variable.format(name)}/")
    text = re.sub(r"-jobs \d+", f"-jobs {variable.format('NUM_DEFAULT_WORKERS')}", text)
    return "".join(f"{line}\n" for line in _added_once(text.splitlines()))


def _added_once(lines: list[str]) -> Iterator[str]:
    """`lines` without those that add a file once more."""
    seen: set[str] = set()
    for line in lines:
        if not (line.startswith("add_files ") and line in seen):
            yield line
        seen.add(line)


def _replaced(text: str, moved: dict[str, str]) -> str:
    """`text` with every old path in it replaced, in the order the paths were changed."""
    for old, new in moved.items():
        text = text.replace(old, new)
    return text


def _step(script: Path, build: Path) -> Step:
    kind, what = {
        "make_project.tcl": ("stitch", r'create_bd_design "(\w+)"'),
        "gen_xo.tcl": ("xo", r"-kernel_name (\w+)"),
        "ip_config.tcl": ("zynq", r'create_bd_design "(\w+)"'),
        "run_link.sh": ("alveo", r"--(link) "),
    }.get(script.name, ("hls", r'config_toplevelfxn "(\w+)"'))
    name = re.findall(what, script.read_text())[0]
    return Step(kind, name, str(script.parent.relative_to(build)), script.name)


def read_calls(path: Path) -> list[dict]:
    """What the stand-ins noted in the file `path`."""
    return [json.loads(line) for line in path.read_text().splitlines()]
