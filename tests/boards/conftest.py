# SPDX-License-Identifier: MIT
"""The shipped network as the host gets it."""

from pathlib import Path

import pytest

from tarsier_fpga.jobs.accelerators import lowered_net


@pytest.fixture(scope="session")
def lowered() -> Path:
    """A folder with the hardware graph of the shipped network, which works on any frame size."""
    return lowered_net("bbcu-raw-16x8", lambda step, fraction, note="": None)
