# SPDX-License-Identifier: MIT
"""The steps of a plan: logic that makes rows, written channel by channel, and pixels laid out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.cpu.kernels import Channel, channels
from tarsier_fpga.flow.cpu.logic import Logic
from tarsier_fpga.flow.cpu.numbers import Number, Row, settle
from tarsier_fpga.flow.cpu.plan import Laid, Looked, Plan, Pointwise, Stored
from tarsier_fpga.flow.cpu.spatial import Enlarged, combined
from tarsier_fpga.hls.base.errors import FlowError

__all__ = ["Enlarge", "Read", "Stage", "Write", "steps"]


@dataclass(frozen=True, slots=True)
class Read:
    """Rows that a stage reads: of a stored tensor, or of a view, `down` from the row it makes."""

    view: bool
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

    logic: Logic
    reads: list[Read] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Enlarge:
    """Pixels of `source` laid as squares in `target`, both of as many bits."""

    source: int
    target: int
    how: Enlarged


def steps(plan: Plan) -> Iterator[Stage | Enlarge]:
    """In an order in which each reads only what inputs or earlier ones hold.

    Raises:
        FlowError: values do not fit the type of their tensor.
    """
    for names in plan.groups():
        match plan.made[names[0]]:
            case Laid(source, how):
                yield Enlarge(plan.places[source], plan.places[names[0]], how)
            case _:
                yield _Writer(plan, plan.depths[names[0]]).stage(names)


class _Writer:
    def __init__(self, plan: Plan, depth: int) -> None:
        self._plan, self._depth = plan, depth
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
        return Stage(logic, list(self._reads), writes)

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
            writes.append(Write(self._plan.places[name], tuple(moved[at:end])))
            at = end
        return logic, writes

    def _stored(self, name: str) -> Stored:
        return self._plan.stored[self._plan.places[name]]

    def _value(self, name: str) -> Channel:
        if name not in self._values:
            self._values[name] = _once(self._made(name))
        return self._values[name]

    def _made(self, name: str) -> Channel:
        plan = self._plan
        if plan.is_read(name, self._depth):
            stored = self._stored(name)
            row = self._read(Read(False, plan.places[name]))
            return lambda c: self._loaded(stored, [(row, plane) for plane in _planes(stored, c)])
        match plan.made[name]:
            case Looked(node) as looked:
                return combined(self._logic, getCustomOp(node), self._taps(looked, name))
            case Pointwise(node, sources):
                op, inputs = getCustomOp(node), [self._value(source) for source in sources]
                return channels(self._logic, op, op.constants(plan.model), inputs)
            case Laid():
                raise FlowError(f"{name}: pixels are laid out by a step of its own")

    def _taps(self, looked: Looked, name: str) -> Callable[[int], Number]:
        index = self._plan.view(looked, name)
        view = self._plan.views[index]
        stored = self._plan.stored[view.stored]
        places = {tap: place for place, tap in enumerate(view.taps)}

        def tap(number: int) -> Number:
            channel, down, right = looked.taps.taps[number]
            row = self._read(Read(True, index, down))
            planes = _planes(stored, channel)
            return self._loaded(stored, [(row, places[plane, right]) for plane in planes])

        return tap

    def _read(self, read: Read) -> int:
        return self._reads.setdefault(read, len(self._reads))

    def _loaded(self, stored: Stored, places: Sequence[tuple[int, int]]) -> Number:
        bits = tuple(self._logic.load(*place) for place in places)
        return Number(bits, stored.least, stored.most)


def _planes(stored: Stored, channel: int) -> range:
    return range(channel * stored.bits, (channel + 1) * stored.bits)


def _once(make: Channel) -> Channel:
    known: dict[int, Number | Row] = {}

    def channel(index: int) -> Number | Row:
        if index not in known:
            known[index] = make(index)
        return known[index]

    return channel
