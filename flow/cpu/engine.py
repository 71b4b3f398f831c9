# SPDX-License-Identifier: MIT
"""Kernels of a graph compiled for this machine's processor, kept by their content."""

import ctypes
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper

from tarsier_fpga.flow.cpu.plan import Plan
from tarsier_fpga.flow.cpu.source import ENGINE, FOR_ALL, HEADERS, sources
from tarsier_fpga.hls.base.cache import content_key, made_once
from tarsier_fpga.hls.base.code_key import code_of
from tarsier_fpga.hls.base.errors import SimError
from tarsier_fpga.hls.sim.toolchain import compile_objects, cxx, machine, run_tool

__all__ = ["NATIVE", "Compiled", "Stream", "compiled"]

NATIVE = ("-march=native",)  # else, for the flags of another processor, it may not run here
_HERE = Path(__file__).parent
_LIBRARY, _STREAMS = "engine.so", "streams.json"
# Attributes of how a kernel is built or for what size of frame, not of what it computes.
_OF_HARDWARE = frozenset({"frame", "PE", "SIMD", "constant", "cost", "levels", "pixels"})
_FLAGS = ["-std=c++17", "-fPIC", "-Wno-psabi", "-Wno-ignored-attributes", "-pthread"]
_TABLE, _WIRES = ["-O0"], ["-O2"]
_LOGIC = ["-O1", "-fno-tree-pta"]  # more takes twice as long and gains nothing on logic


@dataclass(frozen=True)
class Stream:
    """A tensor in or out: its channels, and 16-bit words for each."""

    name: str
    channels: int
    words: int
    least: int
    most: int

    @property
    def container(self) -> np.dtype:
        """The type of its elements in an array."""
        return np.dtype(f"{'<i' if self.least < 0 else '<u'}{2 * self.words}")


class Compiled:
    """Kernels as one function from arrays to arrays."""

    def __init__(self, folder: Path) -> None:
        facts = json.loads((folder / _STREAMS).read_text())
        self.inputs = [Stream(**stream) for stream in facts["inputs"]]
        self.outputs = [Stream(**stream) for stream in facts["outputs"]]
        self._sized_as: list[str] = facts["stored"]
        self._run = ctypes.CDLL(str(folder / _LIBRARY)).run
        self._run.argtypes = [*[ctypes.c_void_p] * 3, ctypes.c_int]

    def __call__(
        self, frames: Sequence[np.ndarray], sizes: Mapping[str, tuple[int, int]], threads: int
    ) -> list[np.ndarray]:
        """The (H, W, channels) outputs for the inputs, where tensors have frames of `sizes`.

        Raises:
            SimError: a value is outside the range of its tensor.
        """
        pairs = list(zip(frames, self.inputs, strict=True))
        fits = all(frame.dtype == s.container or _in_range(frame, s) for frame, s in pairs)
        given = [np.ascontiguousarray(frame, stream.container) for frame, stream in pairs]
        made = [np.empty((*sizes[s.name], s.channels), s.container) for s in self.outputs]
        each = np.array([sizes[name] for name in self._sized_as], np.int_)
        if not (fits and self._run(_addresses(given), _addresses(made), each.ctypes.data, threads)):
            height, width = frames[0].shape[:2]
            ranges = ", ".join(f"{s.name} {s.least}..{s.most}" for s in self.inputs)
            raise SimError(f"a frame of {height} x {width} holds values outside of: {ranges}")
        return made


def compiled(
    model: ModelWrapper,
    nodes: Sequence[NodeProto],
    inputs: Sequence[str],
    outputs: Sequence[str],
    target: Sequence[str] = NATIVE,
) -> Compiled:
    """`nodes` of `model`, which all have logic, from tensors `inputs` to `outputs`.

    Raises:
        ToolError: there is no compiler, or it fails.
    """
    flags = [*_FLAGS, *_TABLE, *_WIRES, *_LOGIC, *target]
    key = content_key([*_content(model, nodes, inputs, outputs), *flags, machine()])

    def make(folder: Path) -> None:
        plan = Plan(model, nodes, inputs, outputs)
        facts = {
            side: [
                asdict(Stream(name, s.channels, s.words, s.least, s.most))
                for name, s in ((n, plan.stored[p]) for n, p in zip(names, places, strict=True))
            ]
            for side, names, places in (
                ("inputs", inputs, plan.inputs),
                ("outputs", outputs, plan.outputs),
            )
        }
        sized_as = [stored.sized_as for stored in plan.stored]
        (folder / _STREAMS).write_text(json.dumps(facts | {"stored": sized_as}))
        _compile(sources(plan), folder, target)

    return Compiled(made_once("cpu", key, make))


def _compile(texts: Iterable[tuple[str, str]], folder: Path, target: Sequence[str]) -> None:
    _write_headers(folder)

    def jobs() -> Iterator[tuple[Path, list[str]]]:
        for name, text in texts:
            (folder / name).write_text(text)
            yield folder / name, [*_FLAGS, *target, *(_TABLE if name == ENGINE else _LOGIC)]

    objects = compile_objects(jobs(), folder)  # each as soon as it is written
    linked = [*objects, _for_all(target)]
    run_tool([cxx(), "-shared", "-pthread", *linked, "-o", folder / _LIBRARY], folder)
    for path in objects:
        path.unlink()
        path.with_suffix(".cpp").unlink()


def _for_all(target: Sequence[str]) -> Path:
    """The object that is the same for every network, compiled once."""
    flags = [*_FLAGS, *_WIRES, *target]
    texts = [(_HERE / name).read_bytes() for name in (*HEADERS, FOR_ALL)]

    def make(folder: Path) -> None:
        _write_headers(folder)
        (folder / FOR_ALL).write_bytes((_HERE / FOR_ALL).read_bytes())
        compile_objects([(folder / FOR_ALL, flags)], folder)

    folder = made_once("cpu", content_key([*texts, *flags, machine()]), make)
    return folder / Path(FOR_ALL).with_suffix(".o")


def _write_headers(folder: Path) -> None:
    for name in HEADERS:
        (folder / name).write_bytes((_HERE / name).read_bytes())


def _content(
    model: ModelWrapper, nodes: Sequence[NodeProto], inputs: Sequence[str], outputs: Sequence[str]
) -> list[str | bytes]:
    """All that the code depends on: the nodes, their constants and types, and what writes it."""
    parts: list[str | bytes] = [version("da4ml"), *inputs, ">", *outputs]
    for node in nodes:
        parts += [node.op_type, *node.input, ">", *node.output]
        parts += sorted(str(a) for a in node.attribute if a.name not in _OF_HARDWARE)
        for name in (*node.input, *node.output):
            constant = model.get_initializer(name)
            parts.append(f"{name} {model.get_tensor_datatype(name)}")
            if constant is None:
                parts.append(f"{model.get_tensor_shape(name)[-1]}")
            else:
                parts += [f"{constant.shape}", np.ascontiguousarray(constant).tobytes()]
    return parts + code_of(__name__, beside=[_HERE])


def _in_range(frame: np.ndarray, stream: Stream) -> bool:
    return stream.least <= int(frame.min()) and int(frame.max()) <= stream.most


def _addresses(arrays: Sequence[np.ndarray]) -> ctypes.Array:
    return (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))
