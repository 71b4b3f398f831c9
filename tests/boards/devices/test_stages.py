# SPDX-License-Identifier: MIT
import threading
import time
from contextlib import closing

import pytest

from tarsier_fpga.devices.stages import Stage, Stopped, run_stages


def same(item):
    return item


def test_results_in_order_and_time_counted():
    stages = [Stage("add", lambda x: x + 1), Stage("nap", lambda x: (time.sleep(0.001), x)[1])]
    assert list(run_stages(range(50), stages)) == list(range(1, 51))
    assert stages[1].busy > 0.05


def test_stages_overlap():
    """Item 2 in the first stage meets item 1 in the second and item 0 in the third."""
    meet = threading.Barrier(3)

    def stage(place):
        return Stage(str(place), lambda x: (x + place == 2 and meet.wait(10), x)[1])

    assert list(run_stages(range(6), [stage(place) for place in range(3)])) == list(range(6))


def test_a_slow_stage_holds_back_the_fast_ones():
    taken = []

    def items():
        for item in range(40):
            taken.append(item)
            yield item

    with closing(run_stages(items(), [Stage("a", same), Stage("b", same)])) as results:
        assert next(results) == 0
        time.sleep(0.2)
        assert len(taken) < 12  # the queues are full, so nothing more was taken


@pytest.mark.parametrize("place", range(3))
def test_an_error_in_any_stage_ends_all_with_its_cause(place):
    def fail(item):
        if item == 5:
            raise OSError("disk full")
        return item

    stages = [Stage(str(index), fail if index == place else same) for index in range(3)]
    before, seen, stopped = threading.active_count(), [], []
    with pytest.raises(OSError, match="disk full"):
        seen.extend(run_stages(range(1000), stages, lambda: stopped.append(1)))
    assert seen == list(range(len(seen)))
    assert len(seen) <= 5
    assert threading.active_count() == before
    assert stopped == [1]


def test_an_error_in_the_source_is_raised_too():
    def items():
        yield 1
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        list(run_stages(items(), [Stage("a", same)]))


def test_leaving_early_ends_work_that_is_under_way():
    halt = threading.Event()

    def long(item):
        if item and halt.wait(10):
            raise Stopped
        return item

    begin, before = time.monotonic(), threading.active_count()
    with closing(run_stages(range(9), [Stage("long", long)], halt.set)) as results:
        assert next(results) == 0
    assert time.monotonic() - begin < 5
    assert threading.active_count() == before
