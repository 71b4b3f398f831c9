# SPDX-License-Identifier: MIT
"""The shipped network as the host gets it."""

import pytest

from tarsier_fpga.flow.sim.built_design import HardwareGraph
from tarsier_fpga.hls.base.progress import silent
from tarsier_fpga.jobs.accelerators import lowered_net


@pytest.fixture(scope="session")
def lowered() -> HardwareGraph:
    """The hardware graph of the shipped network, which works on any frame size."""
    return lowered_net("bbcu-raw-16x8", silent)
