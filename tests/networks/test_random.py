# SPDX-License-Identifier: MIT
"""Random networks through all levels: a dozen that have most of what there is."""

import pytest

from tests.networks.check import check
from tests.networks.choose import chosen, holds
from tests.networks.layers import Act, Conv, Input, Network, Padding, Quantiser, Weights
from tests.networks.strategy import networks

PARTS, EACH = 4, 3  # so that several cores share them
SAME = {"kernel": (3, 3), "padding": Padding.NODE, "weights": Weights(8)}
CHAIN = Network(
    12,
    10,
    (
        Input(4, 10, told=False),
        Conv(0, 8, **SAME, act=Act.RELU, out=Quantiser(8, False), seed=5),
        Conv(1, 4, **SAME, out=Quantiser(10, False), seed=3),
    ),
)


@pytest.mark.slow
def test_a_chain_of_two_convolutions_at_full_rate():
    check(CHAIN, told={"net": "chain", "black": 128, "white": 896, "radius": 2}, whole=False)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_networks_come_through_unchanged(part):
    for network in chosen(networks(), EACH, part):
        holds(lambda network: check(network, 1 << part % 3, whole=False), network)


@pytest.mark.slow
def test_a_slow_network_comes_through_unchanged():
    (network,) = chosen(networks(), 1, PARTS)
    holds(lambda network: check(network, 40, whole=False), network)
