# SPDX-License-Identifier: MIT
"""The same frames through a network's file, its hardware graph, the HLS twins, and the RTL.

Frames are integers (N, H, W, C) by the names of the file's ports; a value of the file is its
integer times the power of two of its port.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx
from qonnx.transformation.infer_shapes import InferShapes

from tarsier_fpga.flow.cpu.execute import CpuGraph
from tarsier_fpga.flow.lower.net import net_of
from tarsier_fpga.flow.sim.execute import run_ports
from tarsier_fpga.hls.netlist.beats import pack, unpack
from tarsier_fpga.hls.netlist.netlist import Netlist
from tarsier_fpga.hls.sim import run_csim, verilate
from tests.networks.write import Port, Written

__all__ = ["Frames", "Ran", "by_c", "by_engine", "by_graph", "by_qonnx", "by_rtl", "drawn"]

Frames = Mapping[str, np.ndarray]
_BLOCK = 4  # pixels of equal codes, so that sums of equal signs come about


@dataclass(frozen=True)
class Ran:
    """What came out, and how many cycles passed from the end of one frame to that of the next."""

    frames: Frames
    cycles: int


def drawn(written: Written, count: int, rng: np.random.Generator) -> Frames:
    """`count` frames for each input: noise, and blocks of the lowest and highest codes, in turn."""

    def frame(port: Port, blocks: bool) -> np.ndarray:
        top, shape = (1 << port.bits) - 1, (port.height, port.width, port.channels)
        if not blocks:
            return rng.integers(0, top, shape, endpoint=True)
        coarse = [-(-side // _BLOCK) for side in shape[:2]]
        extreme = rng.choice([0, top], [*coarse, port.channels])
        return extreme.repeat(_BLOCK, 0).repeat(_BLOCK, 1)[: port.height, : port.width]

    return {
        port.name: np.stack([frame(port, n % 2 == 1) for n in range(count)])
        for port in written.inputs
    }


def by_qonnx(written: Written, frames: Frames) -> Frames:
    """As the file says."""
    model = ModelWrapper(written.model).transform(InferShapes())
    made: dict[str, list[np.ndarray]] = {port.name: [] for port in written.outputs}
    for n in range(len(next(iter(frames.values())))):
        feed = {
            port.name: frames[port.name][n].transpose(2, 0, 1)[None].astype(np.float32)
            for port in written.inputs
        }
        values = execute_onnx(model, feed)
        for port in written.outputs:
            codes = values[port.name][0].transpose(1, 2, 0) / np.float32(2.0**port.exponent)
            assert np.array_equal(codes, np.rint(codes)), f"{port.name} is off its grid"
            made[port.name].append(codes.astype(np.int64))
    return {name: np.stack(codes) for name, codes in made.items()}


def by_graph(model: ModelWrapper, written: Written, frames: Frames) -> Frames:
    """As the hardware graph says."""
    net = net_of(model)
    count = len(next(iter(frames.values())))
    made = [
        run_ports(model, {port.name: frames[port.tensor][n] for port in net.inputs})
        for n in range(count)
    ]
    return {
        port.tensor: np.stack([each[port.name] for each in made]).astype(np.int64)
        for port in net.outputs
    }


def by_engine(engine: CpuGraph, written: Written, frames: Frames) -> Frames:
    """As the graph compiled for this processor says, with rows split among three threads."""
    net = engine.net
    count = len(next(iter(frames.values())))
    made = [
        engine.ports({port.name: frames[port.tensor][n] for port in net.inputs}, 3)
        for n in range(count)
    ]
    return {
        port.tensor: np.stack([each[port.name] for each in made]).astype(np.int64)
        for port in net.outputs
    }


def by_c(model: ModelWrapper, netlist: Netlist, written: Written, frames: Frames) -> Frames:
    """As the HLS twins do under g++, compiled in a hurry."""
    beats = _beats(model, netlist, written, frames)
    with tempfile.TemporaryDirectory(prefix="tarsier-networks-") as name:
        folder = Path(name)
        for file, text in run_csim.sources(netlist).items():
            (folder / file).write_text(text)
        program = folder / "csim"
        run_csim.compile_program(folder / run_csim.PROGRAM, program, ("-O0",))
        return _frames(model, netlist, written, run_csim.execute(program, netlist, beats))


def by_rtl(
    model: ModelWrapper, netlist: Netlist, written: Written, frames: Frames, stall: float
) -> Ran:
    """As the stitched SystemVerilog does in Verilator, with frames back to back."""
    beats = _beats(model, netlist, written, frames)
    count = len(next(iter(frames.values())))
    each = {
        stream.name: _bits(model, n, "output") * port.values // stream.width
        for n, (port, stream) in enumerate(zip(written.outputs, netlist.outputs, strict=True))
    }
    asked = {name: count * beats for name, beats in each.items()}
    run = verilate.build(netlist).run(beats, asked, stall=stall, seed=1)
    ends = [run.out_cycles[name][beats - 1 :: beats] for name, beats in each.items()]
    cycles = max(int(end[-1] - end[-2]) for end in ends)
    return Ran(_frames(model, netlist, written, run.outputs), cycles)


def _beats(
    model: ModelWrapper, netlist: Netlist, written: Written, frames: Frames
) -> dict[str, np.ndarray]:
    beats = {}
    for n, (port, stream) in enumerate(zip(written.inputs, netlist.inputs, strict=True)):
        bits = _bits(model, n, "input")
        beats[stream.name] = pack(frames[port.name].reshape(-1, stream.width // bits), bits)
    return beats


def _frames(
    model: ModelWrapper, netlist: Netlist, written: Written, beats: Mapping[str, np.ndarray]
) -> Frames:
    frames = {}
    for n, (port, stream) in enumerate(zip(written.outputs, netlist.outputs, strict=True)):
        bits = _bits(model, n, "output")
        lanes = unpack(beats[stream.name], stream.width // bits, bits, port.signed)
        frames[port.name] = lanes.reshape(-1, port.height, port.width, port.channels)
    return frames


def _bits(model: ModelWrapper, n: int, way: str) -> int:
    """Of a lane of the n-th port, by the hardware graph."""
    return model.get_tensor_datatype(getattr(model.graph, way)[n].name).bitwidth()
