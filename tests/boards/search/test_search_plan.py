# SPDX-License-Identifier: MIT
"""Searches as configs: what is varied, what is refused, what a point means."""

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from tarsier_fpga.cli.app import app
from tarsier_fpga.cli.guard import guarded
from tarsier_fpga.hls.base.errors import TarsierError
from tarsier_fpga.search.points import recipe_toml
from tarsier_fpga.search.search_plan import SEARCHES, board_at, read_plan, recipe_at
from tarsier_fpga.training.facts import recipe
from tests.boards.search.made import tiny_plan, tiny_search


def test_axes_are_optunas(tmp_path):
    units = "units = { low = 1, high = 7, step = 2 }\n"
    extra = units + "[space.schedule]\nrate = {low = 1e-4, high = 1e-2, log = true}\n"
    assert tiny_plan(tmp_path, extra=extra).distributions == {
        "net.channels": CategoricalDistribution([4, 8]),
        "net.sign_window": FloatDistribution(0.5, 2.0),
        "net.units": IntDistribution(1, 7, step=2),
        "schedule.rate": FloatDistribution(1e-4, 1e-2, log=True),
    }


def test_a_point_changes_its_recipe_and_its_board(tmp_path):
    plan = tiny_plan(tmp_path, extra="[space.board]\nclock_mhz = [100.0, 200.0]\n")
    point = {"net.channels": 8, "net.sign_window": 1.5, "board.clock_mhz": 100.0}
    short, full = recipe_at(plan, point, "a", 4), recipe_at(plan, point, "a")
    assert (short.net.channels, short.net.sign_window, short.net.units) == (8, 1.5, 1)
    assert (short.schedule.iterations, full.schedule.iterations) == (4, 8)
    assert board_at(plan, point).clock_mhz == 100


def test_a_point_as_a_config_is_its_recipe(tmp_path):
    plan = tiny_plan(tmp_path)
    wanted = recipe_at(plan, {"net.channels": 8, "net.sign_window": 1.5}, "trial-0003")
    (tmp_path / "trial-0003.toml").write_text(recipe_toml(wanted))
    assert recipe.read(tmp_path / "trial-0003.toml") == wanted


@pytest.mark.parametrize(
    ("entry", "instead", "message"),
    [
        (
            "channels = [4, 8]",
            "channel_s = [4]",
            "space.net.channel_s is unknown; known entries: kind,",
        ),
        ("channels = [4, 8]", "channels = []", "space.net.channels = [] must have a value"),
        ("[space.net]", "[space.nets]", "space.nets is unknown; known tables: "),
        ("low = 0.5", "low = 3.5", "low = 3.5 must be below high = 2.0"),
        ("steps = [2, 4]", "steps = [4, 2]", "rungs.steps = [4, 2] must climb"),
        ("trials = 4", "trails = 4", "trails is unknown; known entries: config, board,"),
        ("fps = 1000", "fps = 0", "fps = 0 must be above 0"),
        ('"zcu104"', '"zcu1044"', "zcu1044"),
        ("seed = 3", "seed =", "is no TOML"),
    ],
)
def test_mistakes_are_named(tmp_path, entry, instead, message):
    config = tiny_search(tmp_path)
    config.write_text(config.read_text().replace(entry, instead))
    with pytest.raises(TarsierError) as caught:
        read_plan(config)
    assert message in str(caught.value)


@pytest.mark.parametrize("config", SEARCHES.glob("*.toml"), ids=lambda path: path.stem)
def test_searches_that_ship_can_be_read_and_are_of_60_trials(config):
    plan = read_plan(config)
    assert plan.trials >= 60
    for axis in plan.distributions.values():
        assert not axis.single()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing"], "no search 'nothing': give a .toml file or one of raw-"),
        (["nothing", "--fps", "3"], "--fps go with --folding-only"),
        (["nothing", "--synth", "yosys"], "--synth yosys goes with --best"),
        (["bbcu-raw-16x8", "--folding-only"], "needs --board, --size, --fps"),
    ],
)
def test_mistakes_are_one_sentence(arguments, message, capsys):
    code = guarded(lambda: app(["search", *arguments], standalone_mode=False))
    error = capsys.readouterr().err
    assert code == 2 and message in error and error.count("\n") == 1
