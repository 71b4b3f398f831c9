# SPDX-License-Identifier: MIT
"""The random networks themselves: legal, exact in float32, of every kind; failures are small."""

import numpy as np
import pytest
from onnx import TensorProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes

from tests.networks import layers
from tests.networks.choose import chosen, holds
from tests.networks.features import features
from tests.networks.layers import (
    Add,
    Concat,
    Conv,
    Input,
    Network,
    Padding,
    Pool,
    Quantiser,
    Resize,
    Sign,
    Transposed,
    Weights,
    reads,
)
from tests.networks.levels import by_qonnx, drawn
from tests.networks.show import show
from tests.networks.strategy import KINDS, networks
from tests.networks.tensor import Illegal
from tests.networks.write import Written, write

COUNT = 24


@pytest.fixture(scope="module")
def some() -> list[Network]:
    return chosen(networks(), COUNT)


def values(written: Written, seed: int) -> dict[str, np.ndarray]:
    """Every tensor of the file, by qonnx, for a frame of noise."""
    frames = drawn(written, 2, np.random.default_rng(seed))
    feed = {
        name: codes[seed % 2].transpose(2, 0, 1)[None].astype(np.float32)
        for name, codes in frames.items()
    }
    return execute_onnx(ModelWrapper(written.model).transform(InferShapes()), feed, True)


def test_every_value_is_where_it_is_said_to_be(some):
    """So none has more than 24 bits, and float32 is exact."""
    for seed, network in enumerate(some):
        written = write(network)
        found = values(written, seed)
        for stream in written.streams:
            if stream.name not in found:
                continue  # renamed, since it is an output
            (planes,) = found[stream.name]
            assert planes.shape == (stream.channels, stream.height, stream.width)
            low, high, step = (
                part[:, None, None] for part in (stream.low, stream.high, np.exp2(stream.exponent))
            )
            assert np.array_equal(planes, np.rint(planes / step) * step), show(network)
            assert (low <= planes).all() and (planes <= high).all(), show(network)


def test_codes_that_leave_are_of_their_port(some):
    for network in some:
        written = write(network)
        frames = by_qonnx(written, drawn(written, 2, np.random.default_rng(1)))
        for port in written.outputs:
            low = -(1 << port.bits - 1) if port.signed else 0
            codes = frames[port.name]
            assert codes.shape == (2, port.height, port.width, port.channels)
            assert low <= codes.min() and codes.max() < low + (1 << port.bits)


def test_streams_carry_something(some):
    """Scales follow the values, or most streams would be all zeros or all the same."""
    dull = total = 0
    for seed, network in enumerate(some):
        written = write(network)
        found = values(written, 2 * seed)
        for stream in written.streams:
            if stream.name in found:
                total += 1
                dull += len(np.unique(found[stream.name])) == 1
    assert dull < total / 5


def test_all_there_is_comes_about(some):
    words = set().union(*map(features, some))
    kinds = {type(layer) for network in some for layer in network.layers}
    assert kinds == set(KINDS)
    wanted = {
        *(f"{bits}-bit weights" for bits in range(1, 9)),
        *("ternary weights", "scale per channel", "bias", "groups", "depthwise", "dilation"),
        *(f"uint{bits}" for bits in range(1, 11)),
        *(f"int{bits}" for bits in range(2, 11)),
        *("Conv 1x1", "Conv 3x3", "Conv 5x5", "Conv 7x7", "Conv stride 2", "Conv of bits"),
        *("Conv pads", "Conv Pad", "Conv edge Pad", "Conv no pad", "Conv SAME_UPPER"),
        *("Relu", "LeakyRelu", "PRelu", "Sub, PRelu, Add", "Clip"),
        *("Mul and Add", "BatchNorm", "BatchNorm of any numbers"),
        *("Add of unequal scales", "Concat of unequal scales", "Conv of several scales"),
        *("nearest half_pixel", "nearest asymmetric floor", "bilinear half_pixel"),
        *("MaxPool", "AveragePool", "fork", "outputs", "smaller input", "odd frame", "opset 11"),
    }
    assert wanted - words == set()


def test_two_sizes_of_every_network(some):
    for network in some:
        small, large = write(network), write(network.larger(1, 2))
        for a, b in zip(small.streams, large.streams, strict=True):
            assert (b.height, b.width) > (a.height, a.width)
        constants = [
            [each for each in size.model.graph.initializer if each.data_type == TensorProto.FLOAT]
            for size in (small, large)
        ]
        assert constants[0] == constants[1]  # shapes aside


def test_a_failure_becomes_small(some):
    """Whatever adds streams of unequal scales is wrong, say."""

    def check(network: Network) -> None:
        checked.append(network)
        assert "Add of unequal scales" not in features(network)

    checked: list[Network] = []
    wrong = [network for network in some if "Add of unequal scales" in features(network)]
    for network in wrong:
        with pytest.raises(AssertionError, match="Add of unequal scales"):
            holds(check, network)
        smallest = checked[-1]
        assert len(smallest.layers) <= 5 and isinstance(smallest.layers[-1], Add)
        assert eval(repr(smallest), vars(layers)) == smallest
    assert wrong and len(checked) < 60 * len(wrong)


U_NET = Network(
    16,
    20,
    (
        Input(4, 10),
        Conv(0, 8, (3, 3)),
        Pool(1),
        Sign(2, pad=1),
        Conv(3, 8, (3, 3), padding=Padding.NONE, weights=Weights(1), out=Quantiser(6)),
        Resize(4),
        Concat((5, 1)),
        Conv(6, 4, (1, 1), out=Quantiser(10, False)),
        Transposed(2, 4),
        Add((7, 8)),
    ),
)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ((*U_NET.layers[:4], Conv(3, 4, (3, 3))), "a zero is no bit"),
        ((*U_NET.layers[:3], Concat((1, 2))), "of different size"),
        ((Input(1), Conv(0, 3, groups=2)), "groups do not divide"),
        ((Input(16, 10), Conv(0, 1, (5, 5), weights=Weights(8)), Conv(1, 1)), "float32|pixels"),
    ],
)
def test_what_cannot_stand_is_refused(made, sentence):
    with pytest.raises(Illegal, match=sentence):
        write(Network(16, 20, made))


def test_it_is_shown():
    lines = show(U_NET).splitlines()
    assert lines[0] == "16 x 20 pixels, opset 18"
    assert lines[5].startswith(" 4  Conv(3, channels=8, kernel=(3, 3), padding=no pad, weights=1b,")
    assert lines[-1] == "out: 9"
    assert {x for layer in U_NET.layers for x in reads(layer)} == set(range(9))
