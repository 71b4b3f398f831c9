# SPDX-License-Identifier: MIT
"""A search as plain facts, read from a TOML file: what is varied, for which board and budget."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from tarsier_fpga.flow.board import Board, load_board
from tarsier_fpga.hls.base.errors import BoardError, HostError, TrainingError
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.paths import config_file
from tarsier_fpga.training.facts.recipe import Recipe
from tarsier_fpga.training.facts.spec import KNOWN_ONLY, Flag, Int, Real
from tarsier_fpga.training.facts.toml_facts import sentence_of

__all__ = ["SEARCHES", "Range", "Rungs", "SearchPlan", "board_at", "read_plan", "recipe_at"]

SEARCHES = Path(recipe.__file__).parents[1] / "searches"
CLOCK = "board.clock_mhz"  # the one fact of a board that is varied

Value = bool | int | float | str
Point = Mapping[str, Value]  # a value for each axis, by its name such as net.channels


@dataclass(frozen=True, config=KNOWN_ONLY)
class Range:
    """Numbers from `low` to `high`, both included; whole ones in steps, real ones on a scale."""

    low: Int | Real
    high: Int | Real
    step: Int | None = None
    log: Flag = False

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise TrainingError(f"low = {self.low} must be below high = {self.high}")
        if self.step is not None and (self.log or self.step < 1 or not self.whole):
            raise TrainingError(f"step = {self.step} must be at least 1, of whole numbers, not log")
        if self.log and not self.low > 0:
            raise TrainingError(f"low = {self.low} must be above 0 on a logarithmic scale")

    @property
    def whole(self) -> bool:
        """Whether its numbers are."""
        return isinstance(self.low, int) and isinstance(self.high, int)


Axis = Range | list[Any]


@dataclass(frozen=True, config=KNOWN_ONLY)
class Rungs:
    """Short trainings in stages: after each but the last, the share `keep` of a generation goes on.

    All are of one schedule, that of the last stage's `steps`.
    """

    steps: tuple[Annotated[Int, Field(ge=1)], ...]
    keep: Annotated[Real, Field(gt=0, lt=1)] = 0.5

    def __post_init__(self) -> None:
        if not self.steps or list(self.steps) != sorted(set(self.steps)):
            raise TrainingError(f"rungs.steps = {list(self.steps)} must climb")


@dataclass(frozen=True, config=KNOWN_ONLY)
class SearchPlan:
    """Everything that decides a search's result.

    Attributes:
        config: the recipe that every trial is a change of, by name or as a file beside this one
        board, size, fps: what each design is for; size WIDTHxHEIGHT
        rungs: the short trainings
        space: by table and name of a recipe's fact, or board.clock_mhz, a range or a list of values
        trials: points that fit the board and are trained
        generation: points that are drawn, trained and thinned out together
        within: share of each of the board's resources that a design may take, FIFOs aside
        held_back: photographs that no trial trains on, but all are scored on
        seed: of the points; trainings have their recipe's
    """

    config: str
    board: str
    size: Annotated[str, Field(pattern=r"^[1-9]\d*x[1-9]\d*$")]
    fps: Annotated[Real | Int, Field(gt=0)]
    rungs: Rungs
    space: dict[str, dict[str, Axis]]
    trials: Annotated[Int, Field(ge=1)] = 64
    generation: Annotated[Int, Field(ge=2)] = 8
    within: Annotated[Real, Field(gt=0, le=1)] = 0.85
    held_back: Annotated[Int, Field(ge=1)] = 12
    seed: Int = 0

    @property
    def axes(self) -> dict[str, Axis]:
        """What is varied, by names such as net.channels."""
        return {
            f"{table}.{name}": axis
            for table, axes in self.space.items()
            for name, axis in axes.items()
        }

    @property
    def distributions(self) -> dict[str, BaseDistribution]:
        """The axes as Optuna has them."""
        return {name: _distribution(axis) for name, axis in self.axes.items()}

    @property
    def extent(self) -> tuple[int, int]:
        """Width and height of a frame."""
        width, height = map(int, self.size.split("x"))
        return width, height

    @property
    def base(self) -> Recipe:
        """The recipe that trials are changes of."""
        return recipe.read(config_file(self.config))

    def text(self) -> str:
        """All that a store is of: the number of trials may grow."""
        facts = {key: asdict(self)[key] for key in asdict(self) if key not in ("config", "trials")}
        return json.dumps({**facts, "base": asdict(self.base)}, sort_keys=True)


def read_plan(path: Path) -> SearchPlan:
    """The search in `path`.

    Raises:
        TrainingError: there is no such file, or it is no TOML, or an entry is unknown or wrong.
        BoardError: there is no such board.
    """
    try:
        entries = tomllib.loads(path.read_text())
    except FileNotFoundError:
        known = ", ".join(sorted(one.stem for one in SEARCHES.glob("*.toml")))
        raise TrainingError(
            f"no search {str(path)!r}: give a .toml file or one of {known}"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise TrainingError(f"{path} is no TOML: {error}") from None
    try:
        beside = path.parent / str(entries.get("config"))
        if beside.suffix == ".toml" and beside.is_file():
            entries["config"] = str(beside)
        plan = TypeAdapter(SearchPlan).validate_python(entries)
        _check_axes(plan)
        load_board(plan.board)
    except ValidationError as error:
        raise TrainingError(f"{path}: {sentence_of(error, SearchPlan)}") from None
    except TrainingError as error:
        raise TrainingError(f"{path}: {error}") from None
    except BoardError as error:
        raise BoardError(f"{path}: {error}") from None
    return plan


def recipe_at(plan: SearchPlan, point: Point, name: str, steps: int | None = None) -> Recipe:
    """The recipe of `point`, called `name`; trained for `steps`, else as long as the base is.

    Raises:
        TrainingError: its facts do not go together.
    """
    facts = asdict(plan.base) | {"name": name, "parent": ""}
    for axis, value in point.items():
        table, fact = axis.split(".")
        if axis != CLOCK:
            facts[table] = {**facts[table], fact: _decoded(value)}
    if steps is not None:
        facts["schedule"] = {**facts["schedule"], "iterations": steps}
    try:
        return TypeAdapter(Recipe).validate_python(facts)
    except ValidationError as error:
        raise TrainingError(sentence_of(error, Recipe)) from None


def board_at(plan: SearchPlan, point: Point) -> Board:
    """The board, with the clock of `point` if that is varied."""
    board = load_board(plan.board)
    return board.model_copy(update={"clock_mhz": float(point[CLOCK])}) if CLOCK in point else board


def _check_axes(plan: SearchPlan) -> None:
    if not plan.axes:
        raise TrainingError("space has no axis, such as [space.net] channels = [16, 32]")
    tables = {
        one.name: [fact.name for fact in fields(getattr(plan.base, one.name))]
        for one in fields(Recipe)
        if is_dataclass(getattr(plan.base, one.name))
    } | {"board": [CLOCK.split(".")[1]]}
    for name, axis in plan.axes.items():
        table, fact = name.split(".", 1)
        if table not in tables:
            raise TrainingError(f"space.{table} is unknown; known tables: {', '.join(tables)}")
        if fact not in tables[table]:
            known = ", ".join(tables[table])
            raise TrainingError(f"space.{name} is unknown; known entries: {known}")
        if axis == []:
            raise TrainingError(f"space.{name} = [] must have a value, or be low and high")
    if plan.axes.keys() & {"schedule.iterations"}:
        raise TrainingError("space.schedule.iterations is what rungs.steps says")


def _distribution(axis: Axis) -> BaseDistribution:
    match axis:
        case Range(low=int(low), high=int(high), step=step, log=log):
            return IntDistribution(low, high, log, step or 1)
        case Range(low=low, high=high, log=log):
            return FloatDistribution(low, high, log)
        case list():
            return CategoricalDistribution([_encoded(value) for value in axis])
    raise HostError(f"an axis is a range or a list, not {axis!r}")


def _encoded(value: Any) -> Value:
    """A list as a store can hold it."""
    return json.dumps(value) if isinstance(value, list) else value


def _decoded(value: Value) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith("[") else value
