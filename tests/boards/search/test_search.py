# SPDX-License-Identifier: MIT
"""The search itself, with made costs and scores: what is drawn, kept, thinned out, resumed."""

from dataclasses import replace

import pytest

from tarsier_fpga.cli.search_results import search_page, write_results
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.search.draw import draw
from tarsier_fpga.search.finalists import agreement, best, evenly
from tarsier_fpga.search.point_cost import point_cost
from tarsier_fpga.search.record import Fate, Needed, Record, pareto
from tarsier_fpga.search.search import Search, search
from tarsier_fpga.search.store import Store
from tarsier_fpga.search.thin import thin
from tarsier_fpga.search.training_task import Scored
from tests.boards.search.made import tiny_plan

WIDE = "units = { low = 1, high = 12 }\n"


def made(work, tasks):
    """A Run that knows costs and scores: channels cost LUTs and give dB, units memory; in turn."""
    for index, task in enumerate(tasks):
        if work is point_cost:
            yield index, cost_of(task[1])
        else:
            _, params, _, steps, *_ = task
            yield index, score_of(params, steps)


def cost_of(params):
    share = params["net.units"] / 10
    bram = float(params["net.units"])
    return Needed(Resources(lut=100 * params["net.channels"], bram36=bram), share, 1000)


def score_of(params, steps):
    if params["net.units"] == 3:
        return Scored(failed="loss is nan")
    return Scored(20 + steps / 100 + params["net.units"] + params["net.sign_window"], 1.0)


@pytest.fixture
def job(tmp_path):
    plan = replace(tiny_plan(tmp_path, extra=WIDE), trials=12, generation=4)
    store = Store(str(tmp_path / "out/store.db"), plan)
    return Search(plan, store, made, tmp_path / "out", tmp_path / "data", lambda *_: None)


def told(records):
    """What of records must not depend on when a search was stopped."""
    return [replace(one, seconds={}) for one in records]


def test_a_search_trains_as_many_as_it_is_asked_to_and_none_that_does_not_fit(job):
    records = search(job)
    assert sum(one.fate is not Fate.INFEASIBLE for one in records) == 12
    for one in records:
        fits = one.needed.share <= job.plan.within
        assert (one.fate is Fate.INFEASIBLE) == (not fits)
        assert bool(one.psnr_db) == (fits and one.params["net.units"] != 3)
        if not fits:
            assert one.why.endswith("is more than 85 % of zcu104")
    points = [tuple(one.params.items()) for one in records]
    assert len(set(points)) == len(points)


def test_stopped_anywhere_it_ends_the_same(job, tmp_path):
    straight = search(job)
    store = Store(str(tmp_path / "stopped/store.db"), job.plan)
    calls = 0
    for most in range(3, 60, 4):  # results until the next stop

        def stopping(work, tasks, most=most):
            nonlocal calls
            for result in made(work, tasks):
                calls += 1
                if calls > most:
                    raise KeyboardInterrupt
                yield result

        calls = 0
        try:
            found = search(replace(job, store=store, run=stopping))
            break
        except KeyboardInterrupt:
            store = Store(str(tmp_path / "stopped/store.db"), job.plan)
    else:
        pytest.fail("it never ended")
    assert told(found) == told(straight)


def test_the_order_of_results_does_not_matter(job, tmp_path):
    def backwards(work, tasks):
        yield from reversed(list(made(work, tasks)))

    store = Store(str(tmp_path / "back/store.db"), job.plan)
    assert told(search(replace(job, store=store, run=backwards))) == told(search(job))


def test_another_seed_draws_other_points(job):
    again = replace(job.plan, seed=4)
    ours, theirs = (draw(plan, [], 0, []) for plan in (job.plan, again))
    assert ours == draw(job.plan, [], 0, []) != theirs


def test_a_space_that_is_exhausted_ends_the_search(tmp_path):
    plan = tiny_plan(tmp_path)
    plan = replace(plan, space={"net": {"channels": [4, 8], "units": [1, 2]}}, trials=50)

    def flat(work, tasks):
        for index, task in enumerate(tasks):
            if work is point_cost:
                yield index, cost_of(task[1])
            else:
                yield index, Scored(20.0, 1.0)

    store = Store(str(tmp_path / "store.db"), plan)
    job = Search(plan, store, flat, tmp_path, tmp_path / "data", lambda *_: None)
    assert len(search(job)) == 4


def test_a_board_that_holds_nothing_is_said(job):
    def huge(work, tasks):
        for index, _ in enumerate(tasks):
            yield index, Needed(Resources(lut=460_800), 2.0, 1000)

    with pytest.raises(
        HostError, match=r"none of \d+ points fits zcu104 at 64x48 and 1000 .*200 %"
    ):
        search(replace(job, run=huge))


def test_a_store_of_another_search_is_refused(job, tmp_path):
    place = str(tmp_path / "out/store.db")
    with pytest.raises(HostError, match="is the store of another search"):
        Store(place, replace(job.plan, seed=9))
    Store(place, replace(job.plan, trials=99))  # more of the same
    (tmp_path / "junk.db").write_text("no data base, but long enough to be taken for one" * 40)
    with pytest.raises(HostError, match=r"junk.db cannot be opened as a store: "):
        Store(str(tmp_path / "junk.db"), job.plan)
    with pytest.raises(HostError, match="there is no store of this search yet"):
        Store(str(tmp_path / "none.db"), job.plan, new=False)


def of(number, db, lut, memory=1.0, fate=Fate.RUNNING):
    needed = Needed(Resources(lut=lut, bram36=memory), 0.1, 1)
    return Record(number, {}, 0, 0, needed, fate, {5: db})


def test_what_costs_more_and_gives_less_is_dropped_first():
    alive = [of(0, 30.0, 100), of(1, 29.0, 200), of(2, 30.5, 300), of(3, 31.0, 300)]
    kept, dropped = thin(alive, [], 5, 0.5)
    assert [one.number for one in kept] == [0, 3]
    assert [each.record.number for each in dropped] == [2, 1]
    assert dropped[1].why == (
        "29.00 dB after 5 steps, 1.00 dB below trial 0, which takes no more; 2 of 4 went on"
    )


def test_earlier_generations_count():
    kept, dropped = thin([of(5, 30.0, 100), of(6, 29.0, 90)], [of(1, 31.0, 100)], 5, 0.5)
    assert [one.number for one in kept] == [6]
    assert "below trial 1" in dropped[0].why


def test_the_front_is_what_none_beats():
    done = Fate.FINISHED
    records = [of(0, 30, 100, 2, done), of(1, 31, 100, 2, done), of(2, 29, 100, 1, done)]
    records += [of(3, 40, 50, 1), of(4, 31, 100, 2, done)]
    assert [one.number for one in pareto(records)] == [1, 2, 4]


def test_finalists_are_the_front_and_correlations_need_eight(job):
    records = search(job)
    front = pareto(records)
    [first] = best(records, 1)
    assert first.best_db == max(one.best_db for one in front)
    with pytest.raises(HostError, match=f"--best 99: the front has {len(front)} points"):
        best(records, 99)
    with pytest.raises(HostError, match=r"0 points are fully trained, .* needs 8: --full 8"):
        agreement(records)
    done = [one for one in records if one.fate is Fate.FINISHED]
    ends = evenly(records, 2)
    assert [one.best_db for one in ends] == [f(one.best_db for one in done) for f in (min, max)]


def test_a_correlation_is_of_ranks():
    records = [replace(of(n, 20.0 + n, 1, 1, Fate.FINISHED), full_db=30.0 + n**3) for n in range(8)]
    found = agreement(records)
    assert (found.count, found.steps) == (8, 5)
    assert (round(found.spearman, 9), round(found.kendall, 9)) == (1, 1)
    turned = [replace(one, full_db=-one.full_db) for one in records]
    assert round(agreement(turned).kendall, 9) == -1


def test_full_scores_are_kept(job):
    records = search(job)
    job.store.trained(records[0], 33.25)
    assert job.store.records()[0].full_db == 33.25


def test_the_page_says_what_became_of_every_point(job, tmp_path):
    search(job)
    written = write_results(job.plan, job.store, job.folder)
    page = (job.folder / "search.html").read_text()
    records = job.store.records()
    for one in records:
        assert f'<tr id="trial-{one.number}"' in page
        assert not one.why or one.why in page
    shown = search_page(job.plan, records, job.folder)
    assert [point.number for point in shown.front] == [one.number for one in pareto(records)]
    for point in shown.front:
        assert f"tarsier train {job.folder}/points/trial-{point.number:04d}.toml" in page
        assert (job.folder / f"points/trial-{point.number:04d}.toml").is_file()
    assert page.count("<svg") == 2 and "http" not in page.replace("http://www.w3.org", "").replace(
        "http://purl.org", ""
    ).replace("http://creativecommons.org", "").replace("https://matplotlib.org", "")
    assert str(job.folder / "search.html") in written
    for name in ("front", "axes"):
        assert (job.folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (job.folder / f"{name}.svg").read_bytes().startswith(b"<svg")
