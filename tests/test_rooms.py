# SPDX-License-Identifier: MIT
"""The house has floors: rooms import downwards only, and few rooms stand on few floors.

A room is a folder directly in one of ours, or a file there; a floor above another imports from it.
"""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.test_layers import FOLDERS, OURS, ROOT, imported, place, within

# The most rooms, and the most floors of them.
BARS = {"flow": (13, 5), "training": (8, 6), "hls": (10, 6), "boards": (8, 6)}
# The simulator is made from netlists, whose kernels simulate themselves by asking it.
Rooms = dict[str, set[str]]


def room_of(path: Path) -> str | None:
    """`flow.size` for what is in that folder, `flow.board` for flow/board.py."""
    home, name, *rest = path.relative_to(ROOT).parts
    if not rest and name == "__init__.py":
        return None  # the front door of a folder is no room
    return f"{home}.{name if rest else Path(name).stem}"


def rooms(home: str) -> Rooms:
    """Every room of the folder `home`, with those of the same folder that it imports."""
    sources = sorted((ROOT / home).rglob("*.py"))
    found: Rooms = {room: set() for path in sources if (room := room_of(path))}
    for path in sources:
        if room := room_of(path):
            names = {
                place(name) for name in imported(ast.parse(path.read_text())) if within(name, OURS)
            }
            others = {".".join(name.split(".")[:2]) for name in names}
            found[room] |= (others & found.keys()) - {room}
    return found


def floors(arrows: Rooms) -> dict[str, int]:
    """The floor of each room, the ground is 1: one above the highest that it imports."""
    level: dict[str, int] = {}
    for room in TopologicalSorter(arrows).static_order():
        level[room] = 1 + max((level[below] for below in arrows[room]), default=0)
    return level


@pytest.mark.parametrize("home", FOLDERS)
def test_no_room_imports_one_that_imports_it(home):
    arrows = rooms(home)
    try:
        level = floors(arrows)
    except CycleError as error:
        pytest.fail(f"rooms in a circle: {' <- '.join(error.args[1])}")
    most_rooms, most_floors = BARS[home]
    plan = ", ".join(f"{room} {level[room]}" for room in sorted(level, key=level.__getitem__))
    assert len(level) <= most_rooms, plan
    assert max(level.values()) <= most_floors, plan
