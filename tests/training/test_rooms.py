# SPDX-License-Identifier: MIT
"""Training's rooms stand on each other: no import runs back, computed from the code."""

import ast
from graphlib import TopologicalSorter

from tests.test_layers import ROOT, imported

HOME = ROOT / "training"
INSIDE = "tarsier_fpga.training."


def arrows():
    """The rooms that each room imports from."""
    found = {}
    for path in HOME.rglob("*.py"):
        room, *rest = path.relative_to(HOME).parts
        if not rest:
            continue
        names = imported(ast.parse(path.read_text()))
        others = {name.removeprefix(INSIDE).split(".")[0] for name in names if INSIDE in name}
        found.setdefault(room, set()).update(others - {room})
    return found


def test_at_most_eight_rooms_on_six_floors_and_no_way_back():
    rooms = arrows()
    order = list(TopologicalSorter(rooms).static_order())  # raises on a way back
    floors = {}
    for room in order:
        floors[room] = 1 + max((floors[other] for other in rooms[room]), default=0)
    assert len(rooms) <= 8
    assert max(floors.values()) <= 6
    assert floors["facts"] == 1 and floors["studies"] == max(floors.values())
