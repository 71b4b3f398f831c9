# SPDX-License-Identifier: MIT
"""What the ops say of the frames that they resize, gather or move is what their kernels do.

All of them side by side in one model, on frame after frame: odd and even ones, of lanes with a sign
and without, and of bits.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from math import prod

import numpy as np
import pytest
from qonnx.core.datatype import DataType
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.ops.base import TarsierOp
from tarsier_fpga.flow.ops.stitch import kernel_of
from tarsier_fpga.hls.netlist.beats import pack
from tests.flow.one_op import OneOp
from tests.hls.grid import Case, agrees, run, seeded

FRAMES = 3
SIZES = [(4, 6), (5, 7), (4, 5), (5, 4)]
TYPES = ["INT3", "UINT2", "BINARY"]


@dataclass(frozen=True)
class Params:
    """An op at one size of frames."""

    op: str
    channels: int
    size: tuple[int, int]
    datatype: str
    attributes: dict = field(default_factory=dict)

    def frames(self) -> np.ndarray:
        ends = [int(end) for end in (DataType[self.datatype].min(), DataType[self.datatype].max())]
        return seeded(self).integers(*ends, (FRAMES, *self.size, self.channels), endpoint=True)

    def constants(self) -> tuple[np.ndarray, ...]:
        pixel = self.frames()[0, 0, 0]
        match self.op:
            case "TarsierWindow":
                return (pixel,)
            case "TarsierPad":
                return (pixel,) if self.size[0] % 2 else ()
            case "TarsierSpatialShift":
                return (pixel,)
            case _:
                return ()


OPS = [
    ("TarsierAvgPool", 2, {}),
    ("TarsierMaxPool", 2, {}),
    ("TarsierPad", 2, {"border": [1, 0, 2, 1]}),
    ("TarsierPixelShuffle", 8, {"factor": 2}),
    ("TarsierSpatialShift", 3, {"shifts": [-2, 1, 0, 2, 2, -1]}),
    ("TarsierUpsampleBilinear", 2, {}),
    ("TarsierUpsampleNearest", 2, {"factor": 2}),
    ("TarsierWindow", 2, {"stride": 2}),
    ("TarsierWindow", 2, {"stride": 2, "padding": 0}),
    ("TarsierWindow", 2, {"kernel": 2, "stride": 2, "padding": 0}),
    ("TarsierWindow", 1, {"kernel": 5, "stride": 2, "padding": 2}),
    ("TarsierWindow", 1, {"kernel": 1, "stride": 2, "padding": 0}),
    ("TarsierWindow", 1, {"dilation": 2, "padding": 1}),
    ("TarsierWindow", 2, {"padding": 0}),
    ("TarsierWindow", 1, {"kernel": 2, "padding": 1}),
]
UNSHUFFLED = [(1, (4, 6), 2, 0), (3, (4, 6), 2, 12), (1, (6, 9), 3, 0), (2, (4, 8), 4, 8)]


def sets() -> Iterator[Params]:
    """Every op at every size, with each type in turn."""
    for n, (op, channels, attributes) in enumerate(OPS):
        for m, size in enumerate(SIZES):
            yield Params(op, channels, size, TYPES[(n + m) % 3], attributes)
    for n, (channels, size, factor, pe) in enumerate(UNSHUFFLED):
        facts = {"factor": factor, "PE": pe}
        yield Params("TarsierPixelUnshuffle", channels, size, TYPES[n % 3], facts)


@cache
def cases() -> list[tuple[TarsierOp, Case]]:
    return [_case(p) for p in sets()]


def _case(p: Params) -> tuple[TarsierOp, Case]:
    frames, constants = p.frames(), p.constants()
    model = OneOp(p.op, (frames[0],), (p.datatype,), constants, p.attributes).model()
    op = getCustomOp(model.graph.node[0])
    y = np.stack([op.compute([frame], list(constants))[0] for frame in frames])
    x_lanes, y_lanes = op.get_folded_input_shape()[-1], op.get_folded_output_shape()[-1]
    inputs = {"x": pack(frames.reshape(-1, x_lanes), op.get_input_datatype().bitwidth())}
    expected = {"y": pack(y.reshape(-1, y_lanes), op.get_output_datatype().bitwidth())}
    return op, Case(p, kernel_of(model.graph.node[0], model), inputs, expected)


@pytest.mark.parametrize("way", ["rtl-stall0%", "rtl-stall30%", "rtl-stall70%", "hls"])
def test_frame_after_frame(way):
    agrees([case for _, case in cases()], way)


def test_outputs_have_the_shapes_and_the_range_that_are_said():
    for op, case in cases():
        beats = case.expected["y"]
        assert len(beats) == FRAMES * prod(op.get_folded_output_shape()[:-1]), case.params
        assert op.get_instream_width() == case.instance.inputs[0].width, case.params
        assert op.get_outstream_width() == case.instance.outputs[0].width, case.params
        frame = case.params.frames()[0]
        (y,) = op.compute([frame], list(case.params.constants()))
        assert op.get_normal_output_shape() == (1, *y.shape), case.params
        assert op.get_output_datatype().allowed(y.min()), case.params
        assert op.get_output_datatype().allowed(y.max()), case.params


def test_sums_of_bits_are_unsigned():
    types = {
        (case.params.op, op.get_output_datatype().name)
        for op, case in cases()
        if case.params.datatype == "BINARY"
    }
    assert ("TarsierAvgPool", "UINT3") in types and ("TarsierUpsampleBilinear", "UINT5") in types


def test_a_frame_takes_the_cycles_that_are_said():
    pairs = cases()
    for (op, case), ran in zip(pairs, run([case for _, case in pairs]), strict=True):
        ends = ran.out_cycles["y"].reshape(FRAMES, -1)[:, -1]
        assert ends[2] - ends[1] == op.get_exp_cycles(), case.params
