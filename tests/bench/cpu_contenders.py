# SPDX-License-Identifier: MIT
"""Networks that the CPU bench times, and what it sets beside each."""

import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from onnx import ModelProto, save
from qonnx.core.modelwrapper import ModelWrapper
from torch import Tensor, nn

from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.lower.ingest import read_qonnx
from tarsier_fpga.flow.sim.integer_net import IntegerNet
from tarsier_fpga.hls.base.progress import silent
from tarsier_fpga.jobs.accelerators import lowered_net
from tarsier_fpga.training.deploy.export import export_untrained
from tarsier_fpga.training.deploy.standard import to_standard
from tarsier_fpga.training.facts import recipe
from tarsier_fpga.training.facts.paths import NETS, config_file
from tarsier_fpga.training.networks.network import build
from tests.bench.float_unet import FloatUnet
from tests.networks.unet import unet

__all__ = ["CASES", "Case", "Contest", "onnx_runtime"]

_AT_ONCE = 300_000  # pixels that PyTorch and ONNX Runtime get at once, to stay near the cache


@dataclass(frozen=True)
class Case:
    """A network: its file, made in a folder, its full-precision parent, channels, top code.

    `shrinking`: pixels of a frame, along a side, for one of the network's.
    """

    name: str
    file: Callable[[Path], Path]
    parent: Callable[[], nn.Module]
    channels: int
    top: int
    shrinking: int


def _config(name: str) -> nn.Module:
    torch.manual_seed(0)
    spec = recipe.read(config_file(name)).net
    return spec.family.run(build(spec).eval().requires_grad_(False))


def _untrained(name: str) -> Callable[[Path], Path]:
    return lambda folder: export_untrained(name, folder / f"{name}.onnx")


def _unet(folder: Path) -> Path:
    save(unet(_SCALES), str(folder / "unet.onnx"))
    return folder / "unet.onnx"


_SCALES = (16, 32, 64)
_RAW = ("bbcu-raw-16x8", "bbcu-raw-32x18")
_SR = "bbcu-sr-32x16-x2"
CASES = {
    **{
        net: Case(
            net,
            lambda folder, net=net: NETS / f"{net}.onnx",
            lambda net=net: _config(f"{net}-parent"),
            4,
            1023,
            2,
        )
        for net in _RAW
    },
    _SR: Case(_SR, _untrained(_SR), lambda: _config(f"{_SR}-parent"), 3, 255, 1),
    "unet": Case(
        "unet", _unet, lambda: FloatUnet(_SCALES).eval().requires_grad_(False), 4, 1023, 2
    ),
}


class Contest:
    """A network's engine and those beside it, on frames of (height, width)."""

    def __init__(self, case: Case, size: tuple[int, int]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            file = case.file(Path(folder))
            graph: ModelWrapper = lowered_net(str(file), silent).model
            standard = to_standard(read_qonnx(file))
        height, width = (side // case.shrinking for side in size)
        shape = (height, width, case.channels)
        self.frame = np.random.default_rng(0).integers(0, case.top + 1, shape).astype(np.uint16)
        codes = torch.from_numpy(self.frame.astype(np.int16))[None]
        floats = codes.float().permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)
        rows = _rows(height, width)
        self.engine = CpuGraph(graph)
        parent, integers = case.parent(), IntegerNet(graph)
        compiled = torch.compile(parent, dynamic=False)
        parts, pieces = floats.split(rows, dim=2), codes.split(rows, dim=1)
        arrays = [part.contiguous().numpy() for part in parts]
        in_ort, bits_in_ort = onnx_runtime(exported(parent, parts[0])), onnx_runtime(standard)
        self.works: dict[str, Callable[[], object]] = {
            "engine": lambda: self.engine(self.frame),
            "one_thread": lambda: self.engine(self.frame, 1),
            "integers_pytorch": lambda: [integers(piece) for piece in pieces],
            "integers_onnxruntime": lambda: [bits_in_ort(array) for array in arrays],
            "parent_pytorch": lambda: [parent(part) for part in parts],
            "parent_compiled": lambda: [compiled(part) for part in parts],
            "parent_onnxruntime": lambda: [in_ort(array) for array in arrays],
        }


def exported(module: nn.Module, x: Tensor) -> ModelProto:
    """`module` as ONNX for frames like `x`."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the exporter, about itself
        torch.onnx.export(module, (x,), file.name, input_names=["x"], dynamo=False)
        return ModelProto.FromString(Path(file.name).read_bytes())


def onnx_runtime(model: ModelProto, threads: int = 0) -> Callable[[np.ndarray], object]:
    """`model` in ONNX Runtime, by so many threads, 0 for all."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    return lambda x: session.run(None, {name: x})


def _rows(height: int, width: int) -> int:
    """Of pieces of one size, which a U-Net can halve twice: of at most `_AT_ONCE` pixels, or the
    least there is."""
    fitting = [rows for rows in range(4, height + 1, 4) if not height % rows] or [height]
    return max((rows for rows in fitting if rows * width <= _AT_ONCE), default=fitting[0])
