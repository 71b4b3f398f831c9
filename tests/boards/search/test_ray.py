# SPDX-License-Identifier: MIT
"""Searches on Ray: what is killed loses nothing, and the store says the same in the end."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest

from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.search.record import Fate
from tarsier_fpga.search.search import Search, search
from tarsier_fpga.search.search_plan import read_plan
from tarsier_fpga.search.store import Store
from tarsier_fpga.search.workers import in_turn, ray_workers
from tests.boards.search.made import tiny_search

pytestmark = pytest.mark.slow

MAIN = "from tarsier_fpga.cli import main; main()"
LAST = 150


@pytest.fixture
def start():
    """Starts searches, which end with the test."""
    started = []

    def starting(config, out):
        arguments = [config, "-o", out, "--data", config.parent / "data", "--workers", 2]
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", MAIN, "search", *map(str, arguments)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return started[-1]

    yield starting
    for process in started:
        process.kill()
        process.communicate()


def wait_for(process, told):
    for line in process.stderr:
        if told in line:
            return
    pytest.fail(f"the search ended before it said {told!r}")


def kill_a_worker(driver):
    until = time.monotonic() + 300
    while time.monotonic() < until:
        for child in psutil.Process(driver.pid).children(recursive=True):
            try:
                busy = child.cmdline()[:1] == ["ray::train_and_score"]
            except psutil.NoSuchProcess:
                continue
            if busy:
                child.kill()
                return
        time.sleep(0.05)
    pytest.fail("no worker trained")


def told(records):
    return [replace(one, seconds={}) for one in records]


def test_killed_workers_and_drivers_lose_no_finished_trial(tmp_path, start):
    config = tiny_search(tmp_path, last=LAST)
    plan, out = read_plan(config), tmp_path / "killed"
    store = Store(str(tmp_path / "straight/store.db"), plan)
    data = tmp_path / "data"
    straight = search(Search(plan, store, in_turn, tmp_path / "straight", data, lambda *_: None))

    driver = start(config, out)
    wait_for(driver, "after 2 steps")
    kill_a_worker(driver)
    wait_for(driver, f"after {LAST} steps")
    driver.kill()
    driver.wait()
    scored = {one.number: dict(one.psnr_db) for one in Store(str(out / "store.db"), plan).records()}
    assert any(LAST in scores for scores in scored.values())

    again = start(config, out)
    wait_for(again, "generation 1")
    again.send_signal(signal.SIGINT)
    _, error = again.communicate(timeout=600)
    assert again.returncode == 130, error
    assert error.splitlines()[-1] == "tarsier: interrupted; the same command resumes"

    last = start(config, out)
    _, error = last.communicate(timeout=600)
    assert last.returncode == 0, error
    found = Store(str(out / "store.db"), plan).records()
    assert told(found) == told(straight)
    assert all(
        found[number].psnr_db[steps] == value
        for number, scores in scored.items()
        for steps, value in scores.items()
    )
    assert {one.fate for one in found} == {Fate.FINISHED, Fate.PRUNED}
    assert (out / "search.html").is_file()


def node(seconds):
    import ray

    time.sleep(seconds)
    return ray.get_runtime_context().get_node_id(), os.getpid()


def test_two_nodes_share_the_work():
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    try:
        cluster.add_node(num_cpus=1)
        with ray_workers(cluster.address, None) as run:
            places = [place for _, (place, _) in run(node, [(2.0,)] * 4)]
        assert len(places) == 4 and len(set(places)) == 2
    finally:
        cluster.shutdown()


def test_an_address_without_a_cluster_is_said():
    nowhere = ray_workers("127.0.0.1:1", None)
    with pytest.raises(HostError, match=r"^Ray at 127.0.0.1:1 does not start: "), nowhere:
        pytest.fail("there is none")
