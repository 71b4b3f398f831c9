# SPDX-License-Identifier: MIT
"""Random networks in tiles and whole: how far a network sees is what its graph says."""

from fractions import Fraction

import numpy as np
import pytest
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.devices.tiles import Cutting, cut, join
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.sim.execute import run_ports
from tarsier_fpga.flow.size.reach import Reach, reach_of
from tests.networks.choose import chosen, holds
from tests.networks.layers import Input, Network
from tests.networks.strategy import networks
from tests.networks.write import write

EACH, PARTS, LEAST = 8, 2, 6


@pytest.mark.parametrize("part", range(PARTS))
def test_tiled_is_whole(part):
    some = [each for each in chosen(networks(), EACH, part) if _has_one_input(each)]
    compared = []
    for network in some:
        holds(lambda network: compared.append(_compare(network)), network)
    assert sum(compared) >= LEAST, "too few outputs are as large as their frames say"


def _has_one_input(network: Network) -> bool:
    return sum(isinstance(layer, Input) for layer in network.layers) == 1


def _compare(network: Network) -> int:
    """Compare every output in tiles and whole; how many there are."""
    graph = lower(ingest(ModelWrapper(write(network).model)))
    [x], reach, compared = net_of(graph).inputs, reach_of(graph), 0
    sides = [_length(reach, before, after) for before, after in _reaches(reach)]
    tile = (sides[0][0], sides[1][0])
    frame = np.random.default_rng(0).integers(
        0, 1 << x.bits, (sides[0][1], sides[1][1], x.channels)
    )
    wanted = run_ports(graph, {"x": frame})
    for port in net_of(graph).outputs:
        cutting = Cutting(
            reach.above,
            reach.below,
            reach.left,
            reach.right,
            reach.align,
            1 / Fraction(*port.step),
        )
        if wanted[port.name].shape[:2] != cutting.result(frame.shape):
            continue  # a border makes it larger, or the lack of one smaller
        parts = np.stack(
            [run_ports(graph, {"x": part})[port.name] for part in cut(frame, tile, cutting)]
        )
        got = join(parts, frame.shape[:2], tile, cutting)
        assert np.array_equal(got, wanted[port.name])
        compared += 1
    return compared


def _reaches(reach: Reach) -> tuple[tuple[int, int], tuple[int, int]]:
    return (reach.above, reach.below), (reach.left, reach.right)


def _length(reach: Reach, before: int, after: int) -> tuple[int, int]:
    """A tile and a frame that is cut into some of them, along one side."""
    seen = -(-before // reach.align) - (-after // reach.align)
    tile = (seen + 3) * reach.align
    return tile, 2 * tile + reach.align
