# SPDX-License-Identifier: MIT
"""Fixtures every test folder uses."""

import os
import signal
import zlib
from pathlib import Path

import numpy as np
import pytest

SHARED_DATA = Path(__file__).parent.parent / "../shared/data"


def pytest_addoption(parser) -> None:
    parser.addoption(
        "--every-row",
        action="store_true",
        help="map every recorded size of a kernel",
    )


def pytest_configure() -> None:
    # Commands take image sets from the environment alone.
    if SHARED_DATA.is_dir():
        os.environ.setdefault("TARSIER_DATA", str(SHARED_DATA.resolve()))
    # A shell's background job ignores Ctrl-C, and so would every command the tests interrupt.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def rng(request) -> np.random.Generator:
    """Random numbers that depend on the test's name and parameters, and on nothing else."""
    seed = zlib.crc32(request.node.nodeid.encode())
    print(f"seed {seed}")  # pytest shows it when the test fails
    return np.random.default_rng(seed)


@pytest.fixture
def data() -> Path:
    """Folder of the research data; the test is skipped, visibly, where it is missing."""
    folder = Path(os.environ.get("TARSIER_DATA", SHARED_DATA)).resolve()
    if not folder.is_dir():
        pytest.skip(f"no research data: set TARSIER_DATA, {folder} is missing")
    return folder


# What compiles kernels, many seconds each: a refused one, a grid of them, or an op's.
COMPILES = {"GRID", "agrees", "assert_folded_cycles", "refused", "run", "run_chain", "works"}


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        module = dir(getattr(item, "module", None))
        names = {*getattr(item, "fixturenames", ())} | ({"works"} & {*module})
        if "GRID" in module:
            names |= {*item.function.__code__.co_names}
        if names & COMPILES:
            item.add_marker(pytest.mark.slow)
