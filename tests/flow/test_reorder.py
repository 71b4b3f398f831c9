# SPDX-License-Identifier: MIT
"""Channels chosen, cut and shuffled; frames made larger and smaller."""

import numpy as np
import pytest

from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.nets import Net, kinds, lowered

TWICE = np.array([1, 1, 2, 2], np.float32)
REPEATED = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric"}
REPEATED |= {"nearest_mode": "floor"}


def end(net: Net, t: str, inputs: int) -> str:
    """A quantized convolution, so that no output is an input."""
    return net.quant(net.conv(t, inputs, 2), 2.0)


@pytest.mark.parametrize(
    ("indices", "kernel"),
    [
        ([0, 1, 2, 3, 4, 5], None),
        ([2, 3, 4], "ChannelSlice"),
        ([5, 0, 0, 3, -2], "ChannelShuffle"),
        ([[1, 0], [3, 2]], "ChannelShuffle"),
    ],
)
def test_gathers(indices, kernel):
    net = Net(channels=6)
    flat = np.array(indices).ravel()
    t = net.node("Gather", net.x, flat, axis=1)
    graph = lowered(net.network(end(net, t, flat.size)))
    assert kinds(graph) == [*([kernel] if kernel else []), "Window", "IntDot", "Requant"]


@pytest.mark.parametrize(
    ("starts", "ends", "steps", "kernel"),
    [(1, 4, 1, "ChannelSlice"), (0, 1 << 62, 2, "ChannelShuffle"), (-1, -7, -1, "ChannelShuffle")],
)
def test_slices(starts, ends, steps, kernel):
    net = Net(channels=6)
    numbers = [np.array([each]) for each in (starts, ends, 1, steps)]
    t = net.node("Slice", net.x, *numbers)
    count = len(range(6)[slice(starts, min(ends, 6), steps)])
    assert kinds(lowered(net.network(end(net, t, count))))[0] == kernel


@pytest.mark.parametrize("sizes", [[2, 4], [1, 2, 3], None])
def test_splits(sizes):
    net = Net(channels=6)
    others = [np.array(sizes)] if sizes else []
    count = len(sizes) if sizes else 2
    extra = {} if sizes else {"num_outputs": 2}
    parts = net.nodes("Split", count, net.x, *others, axis=1, **extra)
    widths = sizes or [3, 3]
    ends = [end(net, part, width) for part, width in zip(parts, widths, strict=True)]
    assert kinds(lowered(net.network(*ends))).count("ChannelSlice") == count


@pytest.mark.parametrize("mode", ["CRD", "DCR"])
def test_channels_become_pixels(mode):
    net = Net(channels=8)
    graph = lowered(
        net.network(end(net, net.node("DepthToSpace", net.x, blocksize=2, mode=mode), 2))
    )
    assert ("ChannelShuffle" in kinds(graph)) == (mode == "DCR")
    assert "PixelShuffle" in kinds(graph)


def test_pixels_become_channels_and_pixels_again():
    net = Net(channels=3)
    t = net.node("SpaceToDepth", net.x, blocksize=2)
    graph = lowered(net.network(end(net, net.node("DepthToSpace", t, blocksize=2), 3)))
    assert kinds(graph)[:2] == ["PixelUnshuffle", "ChannelShuffle"]


@pytest.mark.parametrize("factor", [2, 3, 4])
def test_pixels_repeated(factor):
    net = Net(side=6)
    scales = np.array([1, 1, factor, factor], np.float32)
    graph = lowered(net.network(end(net, net.node("Resize", net.x, "", scales, **REPEATED), 4)))
    assert kinds(graph)[0] == "UpsampleNearest"


@pytest.mark.parametrize(
    ("place", "rounding"),
    [
        ("asymmetric", "floor"),
        ("half_pixel", "round_prefer_floor"),
        ("half_pixel", "round_prefer_ceil"),
    ],
)
def test_every_way_to_say_that_pixels_are_repeated(place, rounding):
    net = Net(side=6)
    told = {"mode": "nearest", "coordinate_transformation_mode": place, "nearest_mode": rounding}
    lowered(net.network(end(net, net.node("Resize", net.x, "", TWICE, **told), 4)))


def test_sizes_instead_of_scales():
    net = Net(side=6)
    t = net.node("Resize", net.x, "", "", np.array([1, 4, 12, 12]), **REPEATED)
    lowered(net.network(end(net, t, 4)))


@pytest.mark.parametrize("place", ["half_pixel", "pytorch_half_pixel"])
def test_bilinear_is_sixteen_times_its_values(place):
    net = Net(side=6)
    t = net.node("Resize", net.x, "", TWICE, mode="linear", coordinate_transformation_mode=place)
    graph = lowered(net.network(net.quant(t, 1.0, 6, 0)))
    assert kinds(graph)[0] == "UpsampleBilinear"
    assert graph.get_tensor_datatype(graph.graph.node[0].output[0]).name == "UINT10"


def test_pools():
    net = Net(side=8)
    mean = net.node("AveragePool", net.x, kernel_shape=[2, 2], strides=[2, 2])
    most = net.node("MaxPool", net.x, kernel_shape=[2, 2], strides=[2, 2])
    graph = lowered(net.network(net.quant(mean, 1.0, 6, 0), end(net, most, 4)))
    assert {"AvgPool", "MaxPool"} <= {*kinds(graph)}


def pooled(net: Net, t: str, op: str = "AveragePool", **attributes) -> str:
    return net.node(op, t, **({"kernel_shape": [2, 2], "strides": [2, 2]} | attributes))


def resized(net: Net, scales: list[float], **attributes) -> str:
    return net.node("Resize", net.x, "", np.array(scales, np.float32), **attributes)


REFUSED = {
    "gather of rows": (
        lambda net: net.node("Gather", net.x, np.array([0, 1]), axis=2),
        r"^Gather \S+: axis 2 must be 1, the channels; frames are not cut$",
    ),
    "gather of none": (
        lambda net: net.node("Gather", net.x, np.array([0, 7]), axis=1),
        r"^Gather \S+: channels 0 to 7 are not all among 4$",
    ),
    "gather by a frame": (
        lambda net: net.node("Gather", net.x, net.node("Identity", net.x), axis=1),
        r"^Gather \S+: \S+ must be a constant$",
    ),
    "slice of rows": (
        lambda net: net.node("Slice", net.x, np.array([0]), np.array([4]), np.array([3])),
        r"^Slice \S+: axis 3 must be 1, the channels; frames are not cut$",
    ),
    "slice of nothing": (
        lambda net: net.node("Slice", net.x, np.array([3]), np.array([2]), np.array([1])),
        r"^Slice \S+: nothing is left of 4 channels$",
    ),
    "split of rows": (
        lambda net: net.nodes("Split", 2, net.x, axis=2, num_outputs=2)[0],
        r"^Split \S+: axis 2 must be 1, the channels; frames are not cut$",
    ),
    "shuffle of too few": (
        lambda net: net.node("DepthToSpace", net.x, blocksize=3),
        r"^DepthToSpace \S+: 4 channels are no multiple of 9$",
    ),
    "unshuffle of an odd frame": (
        lambda net: net.node("SpaceToDepth", net.conv(net.x, 4, 4, (2, 2)), blocksize=2),
        r"^SpaceToDepth \S+: a frame of 11x11 is no multiple of 2$",
    ),
    "shuffle of several scales": (
        lambda net: net.node(
            "DepthToSpace", net.node("Mul", net.x, net.constant_of([1, 2, 1, 1])), blocksize=2
        ),
        r"^DepthToSpace \S+: the channels that become one have scales 1, 2; a Quant of one scale",
    ),
    "smaller": (
        lambda net: net.node(
            "Resize", net.x, "", np.array([1, 1, 0.5, 0.5], np.float32), **REPEATED
        ),
        r"^Resize \S+: scales \[1\.0, 1\.0, 0\.5, 0\.5\] must enlarge rows and columns by one whol",
    ),
    "wider": (
        lambda net: resized(net, [1, 1, 1, 2], **REPEATED),
        r"^Resize \S+: scales \[1\.0, 1\.0, 1\.0, 2\.0\] must enlarge rows and columns by one who",
    ),
    "cubic": (
        lambda net: net.node("Resize", net.x, "", TWICE, mode="cubic"),
        r"^Resize \S+: cubic by 2, half_pixel: it must be nearest, which repeats pixels, or linear",
    ),
    "aligned": (
        lambda net: net.node(
            "Resize", net.x, "", TWICE, mode="linear", coordinate_transformation_mode="asymmetric"
        ),
        r"^Resize \S+: linear by 2, asymmetric: it must be nearest, which repeats pixels, or linea",
    ),
    "bilinear by four": (
        lambda net: net.node(
            "Resize", net.x, "", np.array([1, 1, 4, 4], np.float32), mode="linear"
        ),
        r"^Resize \S+: linear by 4, half_pixel: .* enlarge by 4 in two steps$",
    ),
    "pool of three": (
        lambda net: pooled(net, net.x, kernel_shape=[3, 3]),
        r"^AveragePool \S+: kernel \[3, 3\], strides \[2, 2\], pads \[0, 0, 0, 0\]; it must be \[2",
    ),
    "pool of each": (
        lambda net: pooled(net, net.x, "MaxPool", strides=[1, 1]),
        r"^MaxPool \S+: kernel \[2, 2\], strides \[1, 1\], pads \[0, 0, 0, 0\]; it must be \[2",
    ),
    "greatest of what falls": (
        lambda net: pooled(net, net.node("Neg", net.x), "MaxPool"),
        r"^MaxPool \S+: a channel of its input falls where its integers rise; a Quant must stand",
    ),
}


@pytest.mark.parametrize(("make", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_what_would_do(make, sentence):
    net = Net()
    with pytest.raises(FlowError, match=sentence):
        lowered(net.network(net.quant(make(net), 1.0)))
