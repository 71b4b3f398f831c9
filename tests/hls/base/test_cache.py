# SPDX-License-Identifier: MIT
"""The cache: made once, whole or not at all."""

import subprocess
import sys

import pytest

from tarsier_fpga.hls.base.cache import cache_dir, content_key, cost_of, made_once


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("TARSIER_CACHE", str(tmp_path))


def test_second_use_does_not_make_again():
    calls = []

    def fill(folder):
        calls.append(folder)
        (folder / "a").write_text("1")

    first = made_once("kind", "key", fill)
    second = made_once("kind", "key", fill)
    assert first == second
    assert (second / "a").read_text() == "1"
    assert len(calls) == 1


def test_what_it_cost_is_known_later():
    def fill(folder):
        subprocess.run([sys.executable, "-c", "bytearray(200_000_000)"], check=True)

    cost = cost_of(made_once("kind", "key", fill))
    assert cost.seconds > 0
    assert cost.gigabytes >= 0.2
    assert cost_of(made_once("kind", "key", None)) == cost
    assert cost_of(cache_dir() / "kind/older") is None


def test_an_interrupted_make_leaves_nothing():
    def interrupted(folder):
        (folder / "half").write_text("1")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made_once("kind", "key", interrupted)
    folder = made_once("kind", "key", lambda work: (work / "whole").write_text("2"))
    assert [path.name for path in folder.iterdir()] == ["whole"]


def test_key_sees_content_and_borders():
    assert content_key(["ab", "c"]) != content_key(["a", "bc"])
    assert content_key(["ab"]) == content_key([b"ab"])
