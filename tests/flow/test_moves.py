# SPDX-License-Identifier: MIT
"""Nodes that move values become the same kernels, in whichever way exporters write them."""

import io
import warnings

import numpy as np
import onnx
import pytest
import torch
import torch.nn.functional as F
from qonnx.core.modelwrapper import ModelWrapper
from torch import Tensor

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.arrangement import arranged
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.sim.execute import run_ports
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.reach import Reach, reach_of
from tarsier_fpga.hls.base.errors import FlowError
from tests.flow.nets import Net, kinds, lowered

HEIGHT, WIDTH = 12, 16
AWAY = [(4, 0), (-2, 3), (0, -5), (0, 0)]  # dy and dx of each channel


def channel_shuffle(x: Tensor) -> Tensor:
    n, c, h, w = x.shape
    return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, -1, h, w)


def pixel_shuffle(x: Tensor) -> Tensor:
    n, c, h, w = x.shape
    parts = x.view(n, c // 4, 2, 2, h, w).permute(0, 1, 4, 2, 5, 3)
    return parts.reshape(n, c // 4, 2 * h, 2 * w)


def pixel_unshuffle(x: Tensor) -> Tensor:
    n, c, h, w = x.shape
    parts = x.view(n, c, h // 2, 2, w // 2, 2).permute(0, 1, 3, 5, 2, 4)
    return parts.reshape(n, 4 * c, h // 2, w // 2)


def slices_of_pixels(x: Tensor) -> Tensor:
    corners = [x[..., i::2, j::2] for j in range(2) for i in range(2)]
    return torch.cat(corners, 1)


def every_other_pixel(x: Tensor) -> Tensor:
    return x[:, :, ::2, 1::2]


def repeated_by_expand(x: Tensor) -> Tensor:
    n, c, h, w = x.shape
    return x[:, :, :, None, :, None].expand(n, c, h, 2, w, 2).reshape(n, c, 2 * h, 2 * w)


def interleaved(x: Tensor) -> Tensor:
    return x.repeat_interleave(2, 1)


def tiled(x: Tensor) -> Tensor:
    return x.repeat(1, 3, 1, 1)


def rolled(x: Tensor) -> Tensor:
    return torch.roll(x, 2, 1)


def shift_by_pad_and_slices(x: Tensor) -> Tensor:
    (h, w), padded = x.shape[2:], F.pad(x, (5, 5, 5, 5))
    parts = [
        padded[:, n : n + 1, 5 + dy : 5 + dy + h, 5 + dx : 5 + dx + w]
        for n, (dy, dx) in enumerate(AWAY)
    ]
    return torch.cat(parts, 1)


def shift_by_assignment(x: Tensor) -> Tensor:
    y = torch.zeros_like(x)
    y[:, 0:2, :-4, :] = x[:, 0:2, 4:, :]
    y[:, 2:4, :, 4:] = x[:, 2:4, :, :-4]
    return y


def shift_by_slice_and_pad(x: Tensor) -> Tensor:
    return F.pad(x[:, :, 1:, :-2], (2, 0, 0, 1))


FORMS = {
    channel_shuffle: ["ChannelShuffle"],
    pixel_shuffle: ["PixelShuffle"],
    pixel_unshuffle: ["PixelUnshuffle"],
    F.pixel_unshuffle: ["PixelUnshuffle"],
    slices_of_pixels: ["PixelUnshuffle", "ChannelShuffle"],
    every_other_pixel: ["PixelUnshuffle", "ChannelShuffle"],
    repeated_by_expand: ["UpsampleNearest"],
    interleaved: ["ChannelShuffle"],
    tiled: ["ChannelShuffle"],
    rolled: ["ChannelShuffle"],
    shift_by_pad_and_slices: ["SpatialShift"],
    shift_by_assignment: ["SpatialShift"],
    shift_by_slice_and_pad: ["SpatialShift"],
}


def exported(form, opset: int, free: bool = False, dynamo: bool = False) -> ModelWrapper:
    """`form` on frames of four channels of 6-bit codes, as PyTorch exports it."""

    class Form(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return form(x, 2) if form is F.pixel_unshuffle else form(x)

    x = torch.zeros(1, 4, HEIGHT, WIDTH)
    axes = {"input_names": ["x"], "dynamic_axes": {"x": {0: "n", 2: "h", 3: "w"}}} if free else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if dynamo:
            made = torch.onnx.export(Form(), (x,), dynamo=True, opset_version=opset, verbose=False)
            model = made.model_proto
        else:
            file = io.BytesIO()
            torch.onnx.export(Form(), (x,), file, opset_version=opset, dynamo=False, **axes)
            model = onnx.load_from_string(file.getvalue())
    model.graph.metadata_props.add(key="tarsier.bits", value="6")
    return ModelWrapper(model)


@pytest.mark.parametrize("opset", [11, 13, 17, 20])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_as_it_is_written_for_one_size(form, opset):
    assert kinds(lowered(exported(form, opset))) == FORMS[form]


@pytest.mark.slow
@pytest.mark.parametrize("opset", [11, 17])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_as_it_is_written_for_any_size(form, opset):
    assert kinds(lowered(exported(form, opset, free=True))) == FORMS[form]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_as_the_newer_exporter_writes_it(form):
    assert kinds(lowered(exported(form, 20, dynamo=True))) == FORMS[form]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_frames_of_another_size(form, rng):
    """The hardware has no size written into it, though the file has."""
    graph = set_frame(lower(ingest(exported(form, 17))), 2 * HEIGHT, 3 * WIDTH)
    frame = rng.integers(0, 64, (2 * HEIGHT, 3 * WIDTH, 4))
    (got,) = run_ports(graph, {"x": frame}).values()
    x = torch.from_numpy(frame.transpose(2, 0, 1)[None])
    wanted = form(x, 2) if form is F.pixel_unshuffle else form(x)
    assert np.array_equal(got, wanted[0].numpy().transpose(1, 2, 0))


def test_a_batch_is_written_into_views():
    net = Net(channels=4, side=12)
    t = net.node("Reshape", net.x, np.array([3, 2, 2, 12, 12]))
    t = net.node("Transpose", t, perm=[0, 2, 1, 3, 4])
    model = net.network(net.node("Reshape", t, np.array([3, 4, 12, 12])))
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 3
    del model.graph.value_info[:]
    assert kinds(lowered(model)) == ["ChannelShuffle"]


def test_a_free_frame_and_a_view_of_one_size_do_not_meet():
    model = exported(channel_shuffle, 17)
    for side, name in zip(model.graph.input[0].type.tensor_type.shape.dim[2:], "hw", strict=True):
        side.dim_param = name
    sentence = r"^Reshape \S+: what it is made of does not take frames of 32x32 pixels: .* sides w"
    with pytest.raises(FlowError, match=sentence):
        ingest(model)


def test_a_shift_sees_as_far_as_it_moves():
    graph = lowered(exported(shift_by_pad_and_slices, 17))
    assert reach_of(graph) == Reach(above=2, below=4, left=5, right=3, align=1)


def test_scales_move_with_their_channels():
    net = Net(channels=4)
    t = net.node("Mul", net.x, net.constant_of([1, 2, 4, 8]))
    t = net.node("Reshape", t, np.array([1, 2, 2, 12, 12]))
    t = net.node("Transpose", t, perm=[0, 2, 1, 3, 4])
    t = net.node("Reshape", t, np.array([0, 4, 12, 12]))
    graph = lowered(net.network(net.quant(net.conv(t, 4, 2), 8.0)))
    assert kinds(graph) == ["ChannelShuffle", "Window", "IntDot", "Requant"]


def test_what_stands_outside_is_what_the_file_says():
    """A pad of 3 where codes stand for their half less 2: 10."""
    net = Net(channels=1)
    t = net.node("Sub", net.node("Mul", net.x, np.float32(0.5)), np.float32(2))
    t = net.node("Pad", t, np.array([0, 0, 2, 0, 0, 0, 0, 0]), np.float32(3), mode="constant")
    t = net.node("Slice", t, np.array([0]), np.array([12]), np.array([2]))
    graph = lowered(net.network(net.quant(t, 0.5)))
    shift = graph.get_nodes_by_op_type("TarsierSpatialShift")[0]
    assert graph.get_initializer(shift.input[1]).tolist() == [10]


def test_two_moves_that_are_one_of_neither_kind_are_two():
    """A shuffle, and a shift of its pixels."""
    net = Net(channels=4)
    t = net.node("DepthToSpace", net.x, blocksize=2, mode="CRD")
    t = net.node("Slice", t, np.array([3]), np.array([24]), np.array([3]))
    t = net.node("Pad", t, np.array([0, 0, 0, 0, 0, 0, 0, 3]), mode="constant")
    assert kinds(lowered(net.network(t))) == ["PixelShuffle", "SpatialShift"]


def test_a_pad_behind_a_shift_is_the_border_of_its_convolution():
    net = Net(channels=2)
    t = net.node("Slice", net.x, np.array([1]), np.array([12]), np.array([2]))
    t = net.node("Pad", t, np.array([0, 0, 0, 0, 0, 0, 1, 0]), mode="constant")
    t = net.node("Pad", t, np.array([0, 0, 1, 1, 0, 0, 1, 1]), mode="constant")
    graph = lowered(net.network(net.quant(net.conv(t, 2, 2), 8.0)))
    assert kinds(graph) == ["SpatialShift", "Window", "IntDot", "Requant"]


def rolled_rows(net: Net) -> str:
    ends = [np.array([each]) for each in (1, 12, 2)]
    parts = [net.node("Slice", net.x, *ends), net.node("Slice", net.x, ends[0] * 0, *ends[::2])]
    return net.node("Concat", *parts, axis=2)


REFUSED = {
    "transposed": (
        lambda net: net.node("Transpose", net.x, perm=[0, 1, 3, 2]),
        r"^Transpose \S+: no kernel moves values so; what can be built are choices of channels, ",
    ),
    "flat": (
        lambda net: net.node("Reshape", net.x, np.array([1, 4, 144, 1])),
        r"^Reshape \S+: no kernel moves values so; what can be built are choices of channels, ",
    ),
    "rows round in a circle": (
        rolled_rows,
        r"^Slice \S+: axis 2 must be 1, the channels; frames are not cut$",
    ),
    "a constant in between": (
        lambda net: net.node(
            "Concat",
            net.node("Slice", net.x, *map(np.array, ([0], [11], [2]))),
            np.zeros((1, 4, 1, 12), np.float32) + np.arange(12, dtype=np.float32),
            axis=2,
        ),
        r"^Slice \S+: axis 2 must be 1, the channels; frames are not cut$",
    ),
}


@pytest.mark.parametrize(("make", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_no_kernel_moves_is_refused(make, sentence):
    net = Net()
    with pytest.raises(FlowError, match=sentence):
        lowered(net.network(net.quant(make(net), 1.0)))


def test_a_bit_has_no_zero_to_shift_in():
    net = Net()
    t = net.node("BipolarQuant", net.node("Sub", net.x, np.float32(31.5)), np.float32(1))
    t = net.node("Pad", t, np.array([0, 0, 1, 0, 0, 0, 0, 0]), mode="constant")
    t = net.node("Slice", t, np.array([0]), np.array([12]), np.array([2]))
    with pytest.raises(FlowError, match=r"^Slice \S+: outside the frame stands 0, which"):
        lowered(net.network(t))


def test_a_constant_channel_is_no_choice_of_channels():
    numbers = np.array([[[0, 1]], [[-1, -1]]])
    assert arranged(numbers, np.zeros((2, 1, 2)), (1, 1, 2)) is None
