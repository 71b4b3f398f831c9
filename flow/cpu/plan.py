# SPDX-License-Identifier: MIT
"""Cut a graph into steps that make rows of frames out of rows that earlier steps have made.

What looks at other pixels needs rows of its source. All tensors of one frame size behind as many
such looks, their depth, are one step. Only what another step or a look reads is stored, as rows of
bit planes; all else is logic. Where a frame is enlarged, a step of its own lays its pixels out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.cpu.kernels import is_copy
from tarsier_fpga.flow.cpu.spatial import Enlarged, Taps, enlarged, is_spatial, taps_of

__all__ = ["Laid", "Looked", "Plan", "Pointwise", "Stored", "View"]


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor kept as rows of planes, `bits` of each channel, lowest first.

    `sized_as` names the tensor of the graph whose frame size it has.
    """

    channels: int
    bits: int
    least: int
    most: int
    sized_as: str

    @property
    def planes(self) -> int:
        return self.channels * self.bits

    @property
    def words(self) -> int:
        """Of 16 bits, for a channel in an array outside."""
        return -(-self.bits // 16)


@dataclass(frozen=True, slots=True)
class View:
    """The rows of a stored tensor as a frame of another size or place sees them.

    Attributes:
        taps: for each of its planes a plane of `stored`, and columns to the right; every
            `stride`-th pixel of it
        outside: bits of the planes of `stored` beyond the frame; None: its nearest pixel
        sized_as: as that of Stored
    """

    stored: int
    stride: int
    taps: tuple[tuple[int, int], ...]
    outside: tuple[int, ...] | None
    sized_as: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A tensor that `node` makes of what it sees of `source`."""

    node: NodeProto
    source: str
    taps: Taps


@dataclass(frozen=True, slots=True)
class Laid:
    """A tensor that is pixels of `source`, enlarged."""

    source: str
    how: Enlarged


@dataclass(frozen=True, slots=True)
class Pointwise:
    """A tensor that `node` makes of the same pixel of `sources`."""

    node: NodeProto
    sources: tuple[str, ...]


Made = Looked | Laid | Pointwise


class Plan:
    """How `nodes` of `model`, all of which have logic, lead from `inputs` to `outputs`.

    `views` are found while steps are written.
    """

    def __init__(
        self,
        model: ModelWrapper,
        nodes: Sequence[NodeProto],
        inputs: Sequence[str],
        outputs: Sequence[str],
    ) -> None:
        self.model, self._inputs = model, inputs
        self.made: dict[str, Made] = {}
        self.depths = dict.fromkeys(inputs, 0)
        self.views: list[View] = []
        self._copies: dict[str, str] = {}
        self._sizes: dict[str, str] = {}  # tensors of one frame size, as a forest
        for node in nodes:
            self._take(node)
        self._outputs = [self.root(name) for name in outputs]
        kept = [*inputs, *self._outputs, *(n for name in self.made for n in self._kept(name))]
        self.places = {name: place for place, name in enumerate(dict.fromkeys(kept))}
        self.stored = [self._stored(name) for name in self.places]

    @property
    def inputs(self) -> list[int]:
        return [self.places[name] for name in self._inputs]

    @property
    def outputs(self) -> list[int]:
        return [self.places[name] for name in self._outputs]

    def groups(self) -> list[list[str]]:
        """Stored tensors that each one step makes, each of what inputs or earlier steps hold."""
        found: dict[tuple[int, bool, str], list[str]] = {}
        for name in self.places:
            if name in self.made:
                laid = isinstance(self.made[name], Laid)
                what = name if laid else self._size(name)
                found.setdefault((self.depths[name], not laid, what), []).append(name)
        return [found[key] for key in sorted(found, key=lambda key: key[:2])]

    def is_read(self, name: str, depth: int) -> bool:
        """Whether a step of `depth` reads the tensor, rather than makes it."""
        made = self.made.get(name)
        return made is None or isinstance(made, Laid) or self.depths[name] < depth

    def view(self, looked: Looked, name: str) -> int:
        """The number of what the tensor `name` is made of."""
        place, taps = self.places[looked.source], looked.taps
        bits = self.stored[place].bits
        columns = {
            (tap.channel * bits + bit, tap.right) for tap in taps.taps for bit in range(bits)
        }
        outside = taps.outside and tuple(
            value >> bit & 1 for value in taps.outside for bit in range(bits)
        )
        size = self._size(name)
        view = View(place, taps.stride, tuple(sorted(columns)), outside, size)
        if view not in self.views:
            self.views.append(view)
        return self.views.index(view)

    def root(self, name: str) -> str:
        """The tensor that `name` is a copy of."""
        return self._copies.get(name, name)

    def _take(self, node: NodeProto) -> None:
        names = [name for name in node.input if self.model.get_initializer(name) is None]
        sources = tuple(self.root(name) for name in names)
        if is_copy(node):
            self._copies |= dict.fromkeys(node.output, sources[0])
            return
        (name,) = node.output
        if is_spatial(node):
            self._take_spatial(node, name, sources[0])
        else:
            self._make(name, Pointwise(node, sources), sources)

    def _take_spatial(self, node: NodeProto, name: str, source: str) -> None:
        op = getCustomOp(node)
        how, taps = enlarged(op), taps_of(op, op.constants(self.model))
        if taps is not None:
            made = name if how is None else f"{name} before it is laid out"
            self._make(made, Looked(node, source, taps), (source,) if taps.same else ())
            source = made
        if how is not None:
            self._make(name, Laid(source, how), ())

    def _make(self, name: str, made: Made, of_one_size: Sequence[str]) -> None:
        self.made[name] = made
        sources = made.sources if isinstance(made, Pointwise) else (made.source,)
        depth = max(self.depths[source] for source in sources)
        self.depths[name] = depth + (not isinstance(made, Pointwise))
        for other in of_one_size:
            if (theirs := self._size(other)) != self._size(name):
                self._sizes[self._size(name)] = theirs

    def _size(self, name: str) -> str:
        while name in self._sizes:
            name = self._sizes[name]
        return name

    def _kept(self, name: str) -> list[str]:
        """What has to be stored for `name`."""
        match self.made[name]:
            case Looked(source=source):
                return [source]
            case Laid(source=source):
                return [source, name]
            case Pointwise(sources=sources):
                return [each for each in sources if self.is_read(each, self.depths[name])]

    def _stored(self, name: str) -> Stored:
        made = self.made.get(name)
        tensor, channels = name, 0
        if isinstance(made, Looked) and (how := enlarged(getCustomOp(made.node))):
            tensor, channels = made.node.output[0], how.factor**2
        datatype = self.model.get_tensor_datatype(tensor)
        channels = max(1, channels) * self.model.get_tensor_shape(tensor)[-1]
        least, most = int(datatype.min()), int(datatype.max())
        return Stored(channels, datatype.bitwidth(), least, most, self._size(name))
