# SPDX-License-Identifier: MIT
"""Networks of several scales in tiles and whole, in NumPy, PyTorch and on the CPU: equal bits."""

import numpy as np
import pytest
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.devices.accelerator import restore_frames
from tarsier_fpga.devices.cpu_engine import EngineAccelerator
from tarsier_fpga.devices.lowered import restorer_of
from tarsier_fpga.devices.pytorch import TorchAccelerator
from tarsier_fpga.devices.tiles import Cutting, cut, join, whole
from tarsier_fpga.flow.design.design_facts import GRAPH
from tarsier_fpga.flow.sim.built_design import HardwareGraph
from tarsier_fpga.jobs import compare
from tests.flow.nets import Net, lowered
from tests.networks.unet import unet


def enlarging() -> ModelWrapper:
    """Twice as many pixels each way: a convolution and channels that become pixels."""
    net = Net(bits=8, side=12)
    t = net.quant(net.conv(net.x, 4, 8, (5, 5), 2.0**-6, pads=[2] * 4), bits=6)
    t = net.quant(net.conv(t, 8, 16, scale=2.0**-3, pads=[1] * 4), bits=8, signed=0)
    return net.network(net.node("DepthToSpace", t, blocksize=2, mode="CRD"))


def shrinking() -> ModelWrapper:
    """Half as many pixels each way, and signed."""
    net = Net(bits=8, side=12)
    t = net.conv(net.x, 4, 4, scale=2.0**-4, pads=[1] * 4, strides=[2, 2])
    return net.network(net.quant(t, bits=8))


NETS = {"unet": lambda: unet((4, 6, 8), 1, 16), "enlarging": enlarging, "shrinking": shrinking}
# align, the reach to each side, and pixels of the result for one of the frame
GEOMETRY = {"unet": (4, 1), "enlarging": (1, 2), "shrinking": (2, 0.5)}


@pytest.fixture(params=NETS)
def graph(request, tmp_path) -> HardwareGraph:
    lowered(NETS[request.param]()).save(str(tmp_path / GRAPH))
    graph = HardwareGraph(tmp_path)
    cutting = restorer_of(graph).cutting
    assert (cutting.align, cutting.scale) == GEOMETRY[request.param]
    return graph


def drawn(rng, graph: HardwareGraph, height: int, width: int) -> np.ndarray:
    top = restorer_of(graph).x.coding.top
    return rng.integers(0, top, (height, width, 4), endpoint=True).astype(np.uint16)


def test_tiled_is_whole(rng, graph):
    cutting = restorer_of(graph).cutting
    frame = drawn(rng, graph, 93, 70)
    wanted = graph.reference(whole(frame, cutting.align))
    height, width = cutting.result(frame.shape)
    wanted = wanted[:height, :width]
    rows = cutting.above + cutting.below + 3 * cutting.align
    for tile in ((rows + -rows % cutting.align, 64), (64, 64), (92, 72 - 72 % cutting.align)):
        if tile[1] > 70 + -70 % cutting.align:
            continue
        made = np.stack([graph.reference(part) for part in cut(frame, tile, cutting)])
        assert np.array_equal(join(made, (93, 70), tile, cutting), wanted)


def test_tiles_without_overlap_would_show(rng, graph):
    cutting = restorer_of(graph).cutting
    frame = drawn(rng, graph, 64, 32)
    blind = Cutting(0, 0, 0, 0, cutting.align, cutting.scale)
    made = np.stack([graph.reference(part) for part in cut(frame, (16, 32), blind)])
    assert not np.array_equal(join(made, (64, 32), (16, 32), blind), graph.reference(frame))


def test_a_frame_is_compared_in_pieces(rng, graph, monkeypatch):
    monkeypatch.setattr(compare, "_PIECE", 16)
    cutting = restorer_of(graph).cutting
    frame = drawn(rng, graph, 77, 61)
    after = graph.reference(whole(frame, cutting.align))
    height, width = cutting.result(frame.shape)
    after = after[:height, :width].copy()
    seen: list[float] = []

    def show(step, fraction, note=""):
        seen.append(fraction)

    assert compare.matches(frame, after, graph.reference, cutting, show)
    assert len(seen) > 1
    after[height // 2, width - 1, 1] ^= 1
    assert not compare.matches(frame, after, graph.reference, cutting)


@pytest.mark.parametrize("accelerator", [EngineAccelerator, TorchAccelerator])
def test_same_bits_on_this_machine(rng, graph, accelerator):
    device = (graph, "cpu") if accelerator is TorchAccelerator else (graph,)
    runs = accelerator(*device)
    frames = np.stack([drawn(rng, graph, 24, 36) for _ in range(2)])
    restored = restore_frames(runs, frames).frames
    assert restored.dtype == (np.int16 if runs.restorer.y.signed else np.uint16)
    for frame, result in zip(frames, restored, strict=True):
        assert np.array_equal(result, graph.reference(frame))
