# SPDX-License-Identifier: MIT
"""Random networks in standard ONNX operators: the same values in ONNX Runtime as by qonnx."""

import numpy as np
import pytest
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.training.deploy.standard import run_standard, to_standard
from tests.networks.choose import chosen, holds
from tests.networks.layers import Network, Views
from tests.networks.levels import by_qonnx, drawn
from tests.networks.strategy import KINDS, networks
from tests.networks.write import write

COUNT = 20


@pytest.fixture(scope="module")
def some() -> list[Network]:
    # Views have the size of a frame written into them.
    return chosen(networks([kind for kind in KINDS if kind is not Views]), COUNT, 7)


def same(network: Network) -> None:
    """Of two frames, at once, of two sizes from one file."""
    standard = to_standard(ModelWrapper(write(network).model))
    for size in (network, network.larger(1, 2)):
        written = write(size)
        frames = drawn(written, 2, np.random.default_rng(0))
        feed = {
            name: codes.transpose(0, 3, 1, 2).astype(np.float32) for name, codes in frames.items()
        }
        made, wanted = run_standard(standard, feed), by_qonnx(written, frames)
        for port in written.outputs:
            codes = made[port.name].transpose(0, 2, 3, 1) / np.float32(2.0**port.exponent)
            assert np.array_equal(codes, wanted[port.name])


def test_values_are_the_same_at_any_batch_and_size(some):
    for network in some:
        holds(same, network)


def test_operators_are_standard(some):
    for network in some:
        standard = to_standard(ModelWrapper(write(network).model))
        assert {node.domain for node in standard.graph.node} == {""}
        assert [each.domain for each in standard.opset_import] == [""]
