# SPDX-License-Identifier: MIT
"""A point of a search as files and commands, to train and build it without the search."""

import json
import re
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from tarsier_fpga.hls.base.files import write_together
from tarsier_fpga.search.record import Record
from tarsier_fpga.search.search_plan import CLOCK, SearchPlan, board_at, recipe_at
from tarsier_fpga.training.facts.recipe import Recipe

__all__ = ["commands", "recipe_toml", "write_point"]


def commands(plan: SearchPlan, record: Record, folder: Path) -> str:
    """What trains `record` to the end and builds it, from the files of `write_point`."""
    where, board = folder / "points", plan.board
    if CLOCK in record.params:
        board = str(_board_file(plan, record, where))
    return (
        f"tarsier train {where / record.name}.toml --out {folder / 'full'}\n"
        f"tarsier build {folder / 'full' / record.name}.safetensors --board {board}"
        f" --size {plan.size} --fps {plan.fps:g} -o {folder / 'designs' / record.name}"
    )


def write_point(
    plan: SearchPlan, record: Record, folder: Path, held_back: tuple[str, ...] = ()
) -> None:
    """The config of `record` in `folder`/points, and its board if the clock is varied.

    `held_back` are photographs that the search scored on, which are not trained on either.
    """
    where = folder / "points"
    where.mkdir(parents=True, exist_ok=True)
    recipe = recipe_at(plan, record.params, record.name)
    recipe = replace(recipe, leave_out=tuple(sorted({*recipe.leave_out, *held_back})))
    written = {where / f"{record.name}.toml": recipe_toml(recipe).encode()}
    if CLOCK in record.params:
        given = Path(plan.board)
        known = given if given.is_file() else files("tarsier_fpga") / f"{given.name.lower()}.toml"
        clock = board_at(plan, record.params).clock_mhz
        text = re.sub(r"(?m)^clock_mhz *=.*$", f"clock_mhz = {clock:g}", known.read_text())
        written[_board_file(plan, record, where)] = text.encode()
    write_together(written)


def recipe_toml(recipe: Recipe) -> str:
    """`recipe` as its config, all entries written out."""
    facts = {key: value for key, value in asdict(recipe).items() if key != "name"}
    plain = {key: value for key, value in facts.items() if not isinstance(value, dict)}
    lines = ["# SPDX-License-Identifier: MIT", *(f"{key} = {_text(plain[key])}" for key in plain)]
    for table in (key for key in facts if key not in plain):
        lines += ["", f"[{table}]"]
        lines += [f"{key} = {_text(value)}" for key, value in facts[table].items()]
    return "\n".join(lines) + "\n"


def _board_file(plan: SearchPlan, record: Record, where: Path) -> Path:
    clock = board_at(plan, record.params).clock_mhz
    return where / f"{Path(plan.board).stem}-{clock:g}mhz.toml"


def _text(value: Any) -> str:
    match value:
        case tuple() | list():
            return f"[{', '.join(map(_text, value))}]"
        case bool() | str():
            return json.dumps(value, ensure_ascii=False)
    return repr(value)
