# SPDX-License-Identifier: MIT
"""Cut a graph whose frames keep their size into stages that follow each other row by row.

A window delays what comes after it by the rows it reaches down. All that is delayed by as many
rows, its lag, is one stage: it makes a row at a time, out of rows that earlier stages have made.
Only what another stage or a window reads is stored, as rows of bit planes; all else is logic.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.cpu.kernels import Channel, channels, is_copy
from tarsier_fpga.flow.cpu.logic import Logic
from tarsier_fpga.flow.cpu.numbers import Number, Row, settle
from tarsier_fpga.flow.ops.base import Role, role_of
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["AT_ONCE", "Plan", "Read", "Stage", "Stored", "Window", "Write", "plan"]

AT_ONCE = 4  # rows that a stage makes before the next one has its turn


@dataclass
class Stored:
    """A tensor kept as rows of planes, `bits` of each channel, lowest first.

    `reach` is by how many rows its last reader is behind it.
    """

    channels: int
    bits: int
    least: int
    most: int
    lag: int
    reach: int = 0

    @property
    def planes(self) -> int:
        return self.channels * self.bits

    @property
    def words(self) -> int:
        """Of 16 bits, for a channel in an array outside."""
        return -(-self.bits // 16)


@dataclass
class Window:
    """The rows of a stored tensor, each plane shifted to every column of a window.

    `outside` has a bit for each plane: what stands beyond the frame.
    """

    stored: int
    kernel: int
    dilation: int
    outside: tuple[int, ...]
    reach: int = 0

    @property
    def edge(self) -> int:
        return self.dilation * (self.kernel - 1) // 2


@dataclass(frozen=True, slots=True)
class Read:
    """Rows that a stage reads: of a stored tensor, or of a window, `down` from the row it makes."""

    window: bool
    index: int
    down: int = 0


@dataclass(frozen=True, slots=True)
class Write:
    """Planes of a stored tensor, one wire each."""

    stored: int
    wires: tuple[int, ...]


@dataclass
class Stage:
    """Logic that makes rows of `writes` from those of `reads`, which its loads number."""

    lag: int
    logic: Logic
    reads: list[Read] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)


@dataclass
class Plan:
    """Stages in their order; the tensors that come from outside and that go there."""

    stored: list[Stored]
    windows: list[Window]
    stages: list[Stage]
    inputs: list[int]
    outputs: list[int]

    @property
    def radius(self) -> int:
        """Rows of the inputs to each side that an output may depend on."""
        return max(stored.lag for stored in self.stored)


def plan(
    model: ModelWrapper, nodes: Sequence[NodeProto], inputs: Sequence[str], outputs: Sequence[str]
) -> Plan:
    """The stages of `nodes` of `model`, all of which have logic, from `inputs` to `outputs`."""
    return _Planner(model, nodes, inputs, outputs).plan()


class _Planner:
    def __init__(
        self,
        model: ModelWrapper,
        nodes: Sequence[NodeProto],
        inputs: Sequence[str],
        outputs: Sequence[str],
    ) -> None:
        self.model, self.inputs = model, inputs
        self.makers = {name: node for node in nodes for name in node.output}
        self.outputs = [self.root(name) for name in outputs]
        self.lags = dict.fromkeys(inputs, 0)
        for node in nodes:
            lag = max(self.lags[name] for name in self.streams(node))
            if role_of(node) is Role.WINDOW:
                lag += self._edge(node)
            self.lags |= dict.fromkeys(node.output, lag)
        kept = [*inputs, *self.outputs, *(name for node in nodes for name in self._kept(node))]
        self.places = {name: place for place, name in enumerate(dict.fromkeys(kept))}
        self.stored = [self._stored(name) for name in self.places]
        self.windows: list[Window] = []

    def plan(self) -> Plan:
        stages = []
        made = [name for name in self.places if name not in self.inputs]
        for lag in sorted({self.lags[name] for name in made}):
            names = [name for name in made if self.lags[name] == lag]
            stages.append(_Writer(self, lag).stage(names))
        places = [self.places[name] for name in self.inputs]
        return Plan(
            self.stored, self.windows, stages, places, [self.places[name] for name in self.outputs]
        )

    def streams(self, node: NodeProto) -> list[str]:
        names = [name for name in node.input if self.model.get_initializer(name) is None]
        return [self.root(name) for name in names]

    def root(self, name: str) -> str:
        """The tensor that `name` is a copy of."""
        maker = self.makers.get(name)
        if maker is not None and is_copy(maker):
            return self.root(maker.input[0])
        return name

    def window(self, node: NodeProto) -> int:
        """The number of what `node`, a window, reads."""
        op = getCustomOp(node)
        geometry, place = op.geometry(), self.places[self.streams(node)[0]]
        outside = tuple(
            int(value) >> bit & 1
            for value in op.constants(self.model)[0]
            for bit in range(self.stored[place].bits)
        )
        window = Window(place, geometry["kernel"], geometry["dilation"], outside)
        if window not in self.windows:
            self.windows.append(window)
        return self.windows.index(window)

    @staticmethod
    def _edge(node: NodeProto) -> int:
        geometry = getCustomOp(node).geometry()
        return geometry["dilation"] * (geometry["kernel"] - 1) // 2

    def _kept(self, node: NodeProto) -> list[str]:
        """Those of its inputs that a node cannot take as logic."""
        names = self.streams(node)
        if role_of(node) is Role.WINDOW:
            return names
        lag = self.lags[node.output[0]]
        return [name for name in names if self.lags[name] < lag]

    def _stored(self, name: str) -> Stored:
        datatype = self.model.get_tensor_datatype(name)
        channels = self.model.get_tensor_shape(name)[-1]
        least, most = int(datatype.min()), int(datatype.max())
        return Stored(channels, datatype.bitwidth(), least, most, self.lags[name])


class _Writer:
    """Writes one stage."""

    def __init__(self, planner: _Planner, lag: int) -> None:
        self._planner, self._lag = planner, lag
        self._logic = Logic()
        self._reads: dict[Read, int] = {}
        self._values: dict[str, Channel] = {}

    def stage(self, names: Sequence[str]) -> Stage:
        numbers: dict[str, list[Number]] = {name: [] for name in names}
        # Channel by channel, so that what is made for one tensor is still at hand for the next.
        for channel in range(max(self._stored(name).channels for name in names)):
            for name in names:
                if channel < self._stored(name).channels:
                    numbers[name].append(settle(self._logic, self._value(name)(channel)))
        logic, writes = self._packed(names, numbers)
        return Stage(self._lag, logic, list(self._reads), writes)

    def _packed(
        self, names: Sequence[str], numbers: dict[str, list[Number]]
    ) -> tuple[Logic, list[Write]]:
        wires: list[int] = []
        for name in names:
            stored = self._stored(name)
            for number in numbers[name]:
                if number.least < stored.least or number.most > stored.most:
                    raise FlowError(
                        f"{name}: values {number.least} to {number.most} do not fit the type of"
                        f" the tensor, {stored.least} to {stored.most}"
                    )
                wires += (number.bit(i) for i in range(stored.bits))
        logic, moved = self._logic.merged(wires)
        writes, at = [], 0
        for name in names:
            end = at + self._stored(name).planes
            writes.append(Write(self._planner.places[name], tuple(moved[at:end])))
            at = end
        return logic, writes

    def _stored(self, name: str) -> Stored:
        return self._planner.stored[self._planner.places[name]]

    def _value(self, name: str) -> Channel:
        if name not in self._values:
            self._values[name] = _once(self._made(name))
        return self._values[name]

    def _made(self, name: str) -> Channel:
        planner = self._planner
        if name in planner.inputs or planner.lags[name] < self._lag:
            stored = self._stored(name)
            stored.reach = max(stored.reach, self._lag - stored.lag)
            read = self._read(Read(False, planner.places[name]))
            return lambda c: self._loaded(stored, read, c * stored.bits, 1)
        node = planner.makers[name]
        if role_of(node) is Role.WINDOW:
            return self._window(planner.window(node))
        inputs = [self._value(source) for source in planner.streams(node)]
        op = getCustomOp(node)
        return channels(self._logic, op, op.constants(planner.model), inputs)

    def _window(self, index: int) -> Channel:
        window = self._planner.windows[index]
        stored, kernel = self._planner.stored[window.stored], window.kernel
        window.reach = max(window.reach, self._lag - stored.lag + window.edge)
        downs = (ky * window.dilation - window.edge for ky in range(kernel))
        reads = [self._read(Read(True, index, down)) for down in downs]

        def tap(term: int) -> Number:
            place, channel = divmod(term, stored.channels)
            row, column = divmod(place, kernel)
            first = channel * stored.bits * kernel + column
            return self._loaded(stored, reads[row], first, kernel)

        return tap

    def _read(self, read: Read) -> int:
        return self._reads.setdefault(read, len(self._reads))

    def _loaded(self, stored: Stored, row: int, first: int, step: int) -> Number:
        bits = (self._logic.load(row, first + i * step) for i in range(stored.bits))
        return Number(tuple(bits), stored.least, stored.most)


def _once(make: Channel) -> Channel:
    known: dict[int, Number | Row] = {}

    def channel(index: int) -> Number | Row:
        if index not in known:
            known[index] = make(index)
        return known[index]

    return channel
