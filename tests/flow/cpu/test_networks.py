# SPDX-License-Identifier: MIT
"""Random networks, with several inputs and outputs and all that changes a frame's size."""

import numpy as np
import pytest
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tests.networks.choose import chosen, holds
from tests.networks.layers import Network
from tests.networks.levels import by_engine, by_graph, drawn
from tests.networks.strategy import networks
from tests.networks.write import write


def same(network: Network) -> None:
    """Assert that the engine makes what NumPy makes, of frames of two sizes."""
    graph = lower(ingest(ModelWrapper(write(network).model)))
    engine = CpuGraph(graph)
    assert engine.by_golden == ()
    for size in (network, network.larger(3, 2)):
        written = write(size)
        frames = drawn(written, 2, np.random.default_rng(1))
        wanted, made = by_graph(graph, written, frames), by_engine(engine, written, frames)
        assert made.keys() == wanted.keys()
        for name, values in wanted.items():
            assert np.array_equal(made[name], values), name


def test_three_networks():
    for network in chosen(networks(), 3, start=7):
        holds(same, network)


@pytest.mark.slow
def test_more_networks():
    for network in chosen(networks(), 4, start=20):
        holds(same, network)
