# SPDX-License-Identifier: MIT
"""A network that remembers, on the CPU: each frame is given what the one before it left.

A file says so: every state NAME is an input NAME and an output NAME_next, with metadata
tarsier.NAME.kind = state. Its integers are computed by ONNX Runtime, in float32, which holds every
sum of an exported network exactly. Frames are not cut: a state is of a whole frame, and all frames
of a sequence have one size.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tarsier_fpga.devices.accelerator import RESTORING, Measured, Restorer
from tarsier_fpga.devices.tiles import Cutting
from tarsier_fpga.hls.base.coding import FrameKind
from tarsier_fpga.hls.base.errors import HostError
from tarsier_fpga.hls.base.port import Port
from tarsier_fpga.hls.base.progress import Show, silent

if TYPE_CHECKING:  # which takes long to import
    from qonnx.core.modelwrapper import ModelWrapper

__all__ = ["RecurrentAccelerator", "RecurrentNet", "States", "Step", "find_recurrent", "stepper"]

States = Mapping[str, np.ndarray]  # by name, (1, c, h, w) float32
Step = Callable[[np.ndarray, States], tuple[np.ndarray, States]]


@dataclass(frozen=True, slots=True, eq=False)
class RecurrentNet:
    """A network file with states: by name, their values before the first frame.

    Attributes:
        align: sides of frames are continued to multiples of it
        steps: by state, pixels of the frame from one of its pixels to the next
    """

    model: "ModelWrapper"
    name: str
    kind: FrameKind
    align: int
    channels: dict[str, int]
    steps: dict[str, int]
    first: dict[str, float]

    def begin(self, height: int, width: int) -> dict[str, np.ndarray]:
        """The states before the first frame of so many pixels of the network."""
        return {
            name: np.full(
                (1, self.channels[name], height // step, width // step),
                self.first[name],
                np.float32,
            )
            for name, step in self.steps.items()
        }


def find_recurrent(onnx: Path) -> RecurrentNet | None:
    """The network in `onnx`, if it has states; None too if it cannot be read, which others say.

    Raises:
        HostError: it does not say what its frames are, or the first codes of a state have no step.
    """
    from google.protobuf.message import DecodeError
    from qonnx.core.modelwrapper import ModelWrapper

    try:
        model = ModelWrapper(str(onnx))
    except (DecodeError, OSError):
        return None
    told = {entry.key: entry.value for entry in model.model.metadata_props}
    if not model.graph.input:
        return None
    frame, *states = [tensor.name for tensor in model.graph.input]
    names = [name for name in states if told.get(f"tarsier.{name}.kind") == "state"]
    if not names:
        return None
    height = model.get_tensor_shape(frame)[2]
    shapes = {name: model.get_tensor_shape(name) for name in names}
    shapes_of = [_shape(model, tensor) for tensor in model.get_all_tensor_names()]
    # Frames have one in a batch; padded ones and windows do not divide the frame.
    sides = [of[2] for of in shapes_of if of and len(of) == 4 and of[0] == 1 and of[2] > 1]
    return RecurrentNet(
        model,
        told.get("tarsier.net", onnx.stem),
        _kind(onnx, told),
        max(height // side for side in sides if height % side == 0),
        {name: shape[1] for name, shape in shapes.items()},
        {name: height // shape[2] for name, shape in shapes.items()},
        {name: _first(model, name, told) for name in names},
    )


def stepper(net: RecurrentNet) -> Step:
    """What restores one frame (h, w, c) of codes: the frame restored, and the states after it."""
    import onnxruntime

    from tarsier_fpga.training.deploy.standard import to_standard

    proto = to_standard(net.model)
    session = onnxruntime.InferenceSession(
        proto.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    told = {entry.key: entry.value for entry in net.model.model.metadata_props}
    after = {name: told[f"tarsier.{name}.next"] for name in net.steps}
    x, y = session.get_inputs()[0].name, session.get_outputs()[0].name

    def step(codes: np.ndarray, states: States) -> tuple[np.ndarray, States]:
        frame = codes.transpose(2, 0, 1)[None].astype(np.float32)
        made, *values = session.run([y, *after.values()], {x: frame, **states})
        restored = made[0].transpose(1, 2, 0).astype(np.uint16)
        return restored, dict(zip(after, values, strict=True))

    return step


class RecurrentAccelerator:
    """Frames in their order through a network that remembers; a still is a sequence of one.

    `reset_every` so many restored frames it forgets; 0 is never. What each frame left is in its
    `Measured`, and may be given back in `resume`.
    """

    design = None
    name = "cpu"
    graph: Any = None  # the comparison with the hardware graph takes frames without states

    def __init__(self, net: RecurrentNet, reset_every: int = 0, step: Step | None = None) -> None:
        self.net, self._every = net, reset_every
        port = _port(net)
        self.restorer = Restorer(net.name, port, port, Cutting(0, 0, 0, 0, net.align, Fraction(1)))
        self._step = step or stepper(net)
        self._frame: tuple[int, int] | None = None
        self._states: States | None = None
        self._count = 0

    def resume(self, states: States, count: int) -> None:
        """Go on as after `count` restored frames, the last of which left `states`."""
        self._states, self._count = dict(states), count
        name, step = next(iter(self.net.steps.items()))
        height, width = states[name].shape[2:]
        self._frame = height * step, width * step

    def tile(self, frame: tuple[int, int]) -> tuple[int, int]:
        """The frame itself.

        Raises:
            HostError: it has another size than the first.
        """
        if self._frame is None:
            self._frame = frame
        if frame != self._frame:
            (height, width), pixels = self._frame, self.restorer.kind.step
            raise HostError(
                f"{self.net.name} remembers a frame of {width * pixels} x {height * pixels}"
                f" pixels, and this one has {frame[1] * pixels} x {frame[0] * pixels}: all frames"
                " of a sequence have one size, and are not cut"
            )
        return frame

    def send(self, frames: np.ndarray) -> np.ndarray:
        return frames

    def run(self, sent: np.ndarray, show: Show = silent) -> Measured:
        begin = time.perf_counter()
        (frame,) = sent  # never in tiles
        reset = self._every and self._count % self._every == 0
        if self._states is None or reset:
            self._states = self.net.begin(*frame.shape[:2])
        restored, self._states = self._step(frame, self._states)
        self._count += 1
        show(RESTORING, 1.0)
        return Measured(restored[None], time.perf_counter() - begin, states=self._states)

    def receive(self, done: Measured) -> Measured:
        return done


def _port(net: RecurrentNet) -> Port:
    told = {entry.key: entry.value for entry in net.model.model.metadata_props}
    keys = [f"tarsier.{key}" for key in ("bits", "black", "white")]
    if missing := [key for key in keys if not told.get(key, "").isdecimal()]:
        raise HostError(f"{net.name}: its metadata must have a whole number as {missing[0]}")
    bits, black, white = (int(told[key]) for key in keys)
    return Port(
        name="x",
        tensor=net.model.graph.input[0].name,
        kind=net.kind,
        channels=net.kind.channels,
        bits=bits,
        signed=False,
        black=black,
        white=white,
        scale=1.0,
        offset=0.0,
    )


def _kind(onnx: Path, told: Mapping[str, str]) -> FrameKind:
    kind = told.get("tarsier.kind", "")
    kinds = [FrameKind.BAYER, FrameKind.RGB, FrameKind.LUMA]
    if kind not in kinds:
        raise HostError(
            f"{onnx}: metadata tarsier.kind is {kind!r}; of a network that remembers it must be one"
            f" of {', '.join(kinds)}"
        )
    return FrameKind(kind)


def _first(model: "ModelWrapper", name: str, told: Mapping[str, str]) -> float:
    """The value that stands for the code before the first frame."""
    code = int(told.get(f"tarsier.{name}.first", "0"))
    if code == 0:
        return 0.0
    reader = model.find_consumers(name)[0]
    scale = model.get_initializer(reader.input[1]) if reader.op_type == "Quant" else None
    if scale is None:
        raise HostError(f"metadata tarsier.{name}.first is {code}, but no Quant says its step")
    return code * float(scale.item())


def _shape(model: "ModelWrapper", tensor: str) -> list[int] | None:
    return model.get_tensor_shape(tensor) if model.get_initializer(tensor) is None else None
