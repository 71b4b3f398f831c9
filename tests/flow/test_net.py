# SPDX-License-Identifier: MIT
"""What a network says of its frames, and what is made of it where it says nothing."""

import numpy as np
import pytest

from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.hls.base.coding import BYTE, RAW, Coding, FrameKind
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.nets import Net, lowered


def test_facts_survive_a_file(random_net, tmp_path):
    path = tmp_path / "net.onnx"
    random_net(units=3).save(str(path))
    net = net_of(read_qonnx(path))
    assert (net.name, net.x.kind, net.x.coding) == ("random", FrameKind.BAYER, RAW)
    assert (net.x.name, net.x.tensor, net.x.signed, net.x.step) == ("x", "x", False, (1, 1))


def test_a_network_says_what_its_frames_are(random_net):
    told = random_net(colours=3, coding=BYTE, told={"kind": "rgb", "bits": 8})
    assert (net_of(told).x.kind, net_of(told).x.coding) == (FrameKind.RGB, BYTE)
    assert net_of(ingest(told)).inputs == net_of(told).inputs
    graph = lowered(told)
    assert graph.get_tensor_datatype(graph.graph.input[0].name) == "UINT8"


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
def test_frames_are_known_by_their_channels_where_nothing_is_said(random_net, channels):
    kinds = {1: FrameKind.LUMA, 3: FrameKind.RGB, 4: FrameKind.BAYER}
    port = net_of(random_net(colours=channels)).x
    assert (port.kind, port.channels) == (kinds.get(channels, FrameKind.PLANES), channels)


@pytest.mark.parametrize(
    ("twist", "sentence"),
    [
        (
            {"told": {"kind": "cmyk"}},
            r"^metadata tarsier\.kind is 'cmyk', .* 4 channels; kinds of frames are bayer of 4",
        ),
        ({"told": {"kind": "rgb"}}, r"tarsier\.kind is 'rgb', and the network's frames have 4 ch"),
        ({"told": {"bits": "ten"}}, r"metadata tarsier\.bits is 'ten'; it must be a whole number"),
        (
            {"told": {"bits": 9}},
            r"bits 9, black 128 and white 896: codes have 1 to 16 bits, and bl",
        ),
        ({"told": {"bits": 17}}, r"bits 17, black 128 and white 896: codes have 1 to 16 bits"),
        ({"coding": Coding(128, 100, 10)}, r"black 128 and white 100: .* black is below white"),
    ],
    ids=str,
)
def test_frames_that_cannot_be_are_refused(random_net, twist, sentence):
    with pytest.raises(FlowError, match=sentence):
        ingest(random_net(**twist))


def test_a_network_that_says_nothing_is_asked(random_net):
    model = random_net()
    del model.graph.metadata_props[:]
    with pytest.raises(FlowError, match=r"how its input x is coded: no quantizer .*; give --bits$"):
        net_of(model)


@pytest.mark.parametrize(
    ("scale", "bits", "signed", "zero"), [(1.0, 7, 0, 0.0), (1 / 255, 8, 0, 0.0), (0.5, 6, 1, 3.0)]
)
def test_codes_are_those_of_the_quantizer_that_reads_the_input(scale, bits, signed, zero):
    net = Net()
    t = net.quant(net.x, scale, bits, signed, zero)
    network = net.network(net.quant(net.conv(t, 4, 4), scale * 4))
    del network.graph.metadata_props[:]
    port = net_of(ingest(network)).x
    assert (port.bits, port.signed) == (bits, bool(signed))
    assert port.scale == np.float32(scale)
    assert port.offset == -zero * np.float32(scale)
    if not zero:  # the border of a convolution is a number that the codes have
        lowered(network)


def test_levels_of_the_output_stand_for_the_values_of_those_of_the_input():
    """Codes that stand for two each: black, 128, leaves as 64."""
    net = Net(bits=8)
    network = net.network(net.quant(net.x, 2.0, 7, 0))
    for key, value in {"black": "128", "white": "200"}.items():
        network.set_metadata_prop(f"tarsier.{key}", value)
    x, y = net_of(lowered(network)).x, net_of(lowered(network)).outputs[0]
    assert x.coding == Coding(128, 200, 8)
    assert y.coding == Coding(64, 100, 7)


def test_a_port_may_be_told_alone():
    net = Net(bits=8)
    other = net.input([1, 4, 12, 12])
    t = net.node("Add", net.x, other)
    told = {"x1.bits": 5, "y.black": 3, "y.white": 90, "y.kind": "planes"}
    net_facts = net_of(lowered(net.network(net.quant(t, 4.0, 7, 0), **told)))
    assert [port.bits for port in net_facts.inputs] == [8, 5]
    assert [port.name for port in net_facts.inputs] == ["x0", "x1"]
    [y] = net_facts.outputs
    assert (y.black, y.white, y.kind) == (3, 90, FrameKind.PLANES)


def test_ports_have_their_own_channels_bits_and_steps():
    """Twice as many pixels, of half as many channels."""
    net = Net(channels=4, side=8)
    wide = net.quant(net.conv(net.x, 4, 8, pads=[1] * 4), 2.0)
    large = net.node("DepthToSpace", wide, blocksize=2, mode="CRD")
    net_facts = net_of(lowered(net.network(wide, large)))
    small, big = net_facts.outputs
    assert [port.name for port in net_facts.outputs] == ["y0", "y1"]
    assert (small.channels, small.step, big.channels, big.step) == (8, (1, 1), 2, (1, 2))
    assert big.shape(30, 40) == (60, 80, 2)
    assert (big.bits, big.signed, big.scale) == (8, True, 2.0)


@pytest.mark.parametrize(
    ("scale", "bits", "sentence"),
    [
        (1.0, 17, r"^the network's output y is 17 bits wide; frames have at most 16, so end with"),
        (
            [1.0, 1.0, 2.7, 1.0],
            8,
            r"^the network's output y: its channels have scales 1, 2\.7 and offsets 0; they mus",
        ),
    ],
)
def test_an_output_that_is_no_frame_is_refused(scale, bits, sentence):
    net = Net(bits=10)
    y = net.quant(net.conv(net.x, 4, 4, pads=[1] * 4, scale=16.0), scale, bits)
    with pytest.raises(FlowError, match=sentence):
        lowered(net.network(y))
