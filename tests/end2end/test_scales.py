# SPDX-License-Identifier: MIT
"""A network of two scales, the same integers at every level, at its pace.

Down by a convolution of stride 2, up by repeated or interpolated pixels, a skip that is
concatenated with what comes up, and a convolution of one tap; on 8-bit pictures, to two channels
of signed codes. Double precision by ONNX' own operators, the hardware graph, the HLS twins in C
simulation, and the stitched RTL with stalls.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.board import load_board
from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.doubles import Doubles
from tarsier_fpga.flow.lower.ingest import ingest
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.ops.stitch import beats_of, stitch
from tarsier_fpga.flow.sim.execute import run_graph
from tarsier_fpga.flow.size.fifos import fifo_depths
from tarsier_fpga.flow.size.fold import fold
from tarsier_fpga.flow.size.frame_size import set_frame
from tarsier_fpga.flow.size.reach import Reach, reach_of
from tarsier_fpga.flow.size.widths import adapt_widths, insert_fifos, specialize
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.sim import run_csim, verilate
from tests.flow.nets import Net

pytestmark = pytest.mark.slow

BOARD = load_board("zcu104")
HEIGHT, WIDTH, FRAMES = 14, 20, 3
LATE = 1.02  # of the cycles that a frame may take


def network(up: str) -> ModelWrapper:
    """The network on frames of 16 x 16; `up` is nearest or linear."""
    net = Net(channels=3, bits=8, side=16)
    skip = net.quant(net.node("Relu", net.conv(net.x, 3, 4, pads=[1] * 4)), 8.0, 6, signed=0)
    low = net.conv(skip, 4, 6, pads=[1] * 4, strides=[2, 2])
    low = net.quant(net.node("LeakyRelu", low, alpha=0.25), 4.0, 6)
    told = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
    if up == "nearest":
        told = {"mode": up, "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    high = net.node("Resize", low, "", np.array([1, 1, 2, 2], np.float32), **told)
    high = net.quant(high, 4.0, 6) if up == "linear" else high
    both = net.node("Concat", skip, high, axis=1)
    y = net.quant(net.conv(both, 10, 2, (1, 1)), 16.0, 7)
    return net.network(y, kind="rgb")


@dataclass(frozen=True)
class Sized:
    """The graph with its FIFOs, what a frame may take, and what the network makes of frames."""

    graph: ModelWrapper
    pace: int
    frames: np.ndarray
    wanted: np.ndarray

    @property
    def ports(self) -> tuple[Port, Port]:
        net = net_of(self.graph)
        return net.x, net.outputs[0]


@pytest.fixture(
    scope="module",
    params=[(up, cycles) for up in ("nearest", "linear") for cycles in (1, 6)],
    ids=lambda param: f"{param[0]}, {param[1]} cycles a pixel",
)
def sized(request) -> Sized:
    up, cycles = request.param
    prepared = ingest(network(up))
    pace = cycles * HEIGHT * WIDTH
    graph = fold(set_frame(lower(prepared), HEIGHT, WIDTH), pace)
    graph = adapt_widths(specialize(graph, BOARD.part), BOARD.part)
    depths, found = fifo_depths(graph, reach_of(graph), BOARD.clock_mhz)
    assert found.cycles == found.cycles_unbounded
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 256, (FRAMES, HEIGHT, WIDTH, 3))
    hard = np.where(rng.random((HEIGHT, WIDTH, 3)) < 0.5, 0, 255)
    frames = np.concatenate([noise[:-1], hard[None]]).astype(np.uint8)
    return Sized(insert_fifos(graph, depths, BOARD.part), pace, frames, in_doubles(up, frames))


def in_doubles(up: str, frames: np.ndarray) -> np.ndarray:
    """(N, H, W, 2) codes by ONNX' own operators, whatever the size that the file has."""
    model = ingest(network(up))
    for tensor in (*model.graph.input, *model.graph.output):
        tensor.type.tensor_type.ClearField("shape")
    doubles, y = Doubles(model.model), net_of(lower(ingest(network(up)))).outputs[0]
    values = [
        next(iter(doubles.run({"x": frame.transpose(2, 0, 1)[None]}).values())) for frame in frames
    ]
    return np.rint((np.concatenate(values).transpose(0, 2, 3, 1) - y.offset) / y.scale)


def test_what_the_graph_says_of_its_frames(sized):
    x, y = sized.ports
    assert (x.channels, x.bits, x.signed, x.step) == (3, 8, False, (1, 1))
    assert (y.channels, y.bits, y.signed, y.step) == (2, 7, True, (1, 1))
    linear = "UpsampleBilinear" in "".join(node.op_type for node in sized.graph.graph.node)
    # Two 3x3 windows, the second on the first one's pixels, and the neighbours up comes from.
    near, far = (4, 3) if linear else (3, 2)
    assert reach_of(sized.graph) == Reach(near, far, near, far, align=2)


def test_no_kernel_takes_longer_than_the_frame_may(sized):
    cycles = [getCustomOp(node).get_exp_cycles() for node in sized.graph.graph.node]
    assert max(cycles) <= sized.pace


def test_the_hardware_graph_gives_what_doubles_give(sized):
    for frame, wanted in zip(sized.frames, sized.wanted, strict=True):
        assert np.array_equal(run_graph(sized.graph, frame), wanted)


def test_c_simulation_gives_what_doubles_give(sized):
    x, y = sized.ports
    beats = run_csim.run(stitch(sized.graph), {"x": pack(sized.frames.reshape(-1, 3), x.bits)})
    got = unpack(beats["y"], y.channels, y.bits, y.signed)
    assert np.array_equal(got.reshape(sized.wanted.shape), sized.wanted)


@pytest.mark.parametrize("stall", [0.0, 0.3, 0.7])
def test_rtl_gives_what_doubles_give_at_its_pace(sized, stall):
    x, y = sized.ports
    beats = beats_of(sized.graph)["y"]
    ran = verilate.build(stitch(sized.graph)).run(
        {"x": pack(sized.frames.reshape(-1, 3), x.bits)}, {"y": FRAMES * beats}, stall=stall, seed=1
    )
    got = unpack(ran.outputs["y"], y.channels, y.bits, y.signed)
    assert np.array_equal(got.reshape(sized.wanted.shape), sized.wanted)
    if not stall:
        ends = ran.out_cycles["y"][beats - 1 :: beats]
        assert ends[-1] - ends[-2] <= LATE * sized.pace
