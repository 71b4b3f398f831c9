# SPDX-License-Identifier: MIT
"""One network of Brevitas, exported for every opset, size and batch: always the same hardware."""

import warnings

import pytest

from tarsier_fpga.flow.lower import lower
from tarsier_fpga.flow.lower.ingest import ingest, read_qonnx
from tarsier_fpga.flow.sim.agree import check_agreement
from tests.flow.nets import kinds

SIDE = 32  # what is chosen where a file leaves it free
FREE = {"input_names": ["x"], "dynamic_axes": {"x": {0: "n", 2: "h", 3: "w"}}}


@pytest.fixture(scope="module")
def network():
    """A skip, a stride, channels shuffled by views, pixels repeated and shuffled."""
    import brevitas.nn as qnn
    import torch
    from brevitas.quant import Uint8ActPerTensorFloat

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            bits = {"weight_bit_width": 4, "bias": False, "padding": 1}
            self.codes = qnn.QuantIdentity(act_quant=Uint8ActPerTensorFloat, bit_width=8)
            self.head = qnn.QuantConv2d(3, 8, 3, **bits)
            self.norm = torch.nn.BatchNorm2d(8)
            self.act = qnn.QuantReLU(bit_width=4)
            self.down = qnn.QuantConv2d(8, 16, 3, stride=2, **bits)
            self.up = torch.nn.Upsample(scale_factor=2)
            self.tail = qnn.QuantConv2d(24, 12, 3, **bits)
            self.out = qnn.QuantReLU(bit_width=8)

        def forward(self, x):
            head = self.act(self.norm(self.head(self.codes(x))))
            down = self.act(self.down(head))
            n, c, h, w = down.shape
            down = down.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
            y = self.tail(torch.cat([head, self.up(down)], 1))
            return torch.nn.functional.pixel_shuffle(self.out(y), 2)

    torch.manual_seed(0)
    net = Network()
    net(torch.rand(4, 3, SIDE, SIDE))  # scales are those of what it has seen
    return net.eval()


def exported(network, path, batch: int, **options):
    import torch
    from brevitas.export import export_qonnx

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        export_qonnx(network, torch.rand(batch, 3, SIDE, SIDE), str(path), **options)
    prepared = ingest(read_qonnx(path))
    graph = lower(prepared)
    check_agreement(prepared, graph)
    return graph


@pytest.mark.slow
def test_every_opset_batch_and_size(network, tmp_path):
    path = tmp_path / "net.onnx"
    graphs = [
        exported(network, path, batch, opset_version=opset, dynamo=False, **free)
        for opset, batch, free in [
            *((opset, 1, {}) for opset in range(11, 21)),
            *((opset, 3, {}) for opset in (11, 16, 20)),
            *((opset, 2, FREE) for opset in (11, 13, 17, 20)),
        ]
    ]
    graphs += [
        exported(network, path, batch, opset_version=opset, dynamo=True)
        for opset, batch in ((18, 1), (20, 1), (21, 2))
    ]
    assert {"ChannelShuffle", "UpsampleNearest", "Concat", "PixelShuffle"} <= {*kinds(graphs[0])}
    for graph in graphs[1:]:
        assert sorted(kinds(graph)) == sorted(kinds(graphs[0]))
