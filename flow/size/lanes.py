# SPDX-License-Identifier: MIT
"""How many channels of a stream move in a cycle: as few as its pace allows, where that is smaller.

A frame of few positions has many cycles for each, in which its pixels may go a few channels at a
time: what works channel by channel is built that often less, and FIFOs are as much narrower.
Kernels of equal channels that follow each other form a region of one width. A dot product, a
window, and the ports outside have theirs, and where two widths meet stands an adapter, so one must
divide the other. Of the widths that keep the pace a region gets that which takes the least, its
adapters and cuts included.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from onnx import NodeProto
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.custom_op.registry import getCustomOp

from tarsier_fpga.flow.ops.base import Role, TarsierOp
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.kernels import cost
from tarsier_fpga.hls.kernels.fifo import fifo
from tarsier_fpga.hls.kernels.width_adapter import width_adapter

__all__ = ["narrow_streams", "positions_of"]

_FF_LUTS, _DSP_LUTS = 1 / 2, 100  # what one is worth, by how many of them devices have
_CUT = 4  # beats of the FIFO before a fork or behind a join
_SLACK = 4  # pixels come in bursts: at rows' ends, where frames change their size, behind joins
_SWEEPS = 4  # until nothing changes any more; two do as a rule
_NEVER = 1e9  # of widths that no adapter joins


def narrow_streams(model: ModelWrapper, pace: int, family: Family) -> ModelWrapper:
    """`model`, whose dot products are folded, with streams as narrow as `pace` cycles allow."""
    edges, worth = _edges(model), _Worth(model, pace, family)
    regions = list(_regions(model, pace))
    for region in regions:
        region.set(region.choices[0])
    for _ in range(_SWEEPS):
        changed = [region for region in regions if _improve(region, edges, worth)]
        if not changed:
            break
    if any(worth.of_joint(edge) >= _NEVER for edge in edges):
        for region in regions:
            region.set(region.choices[-1])
    return model


def positions_of(op: TarsierOp) -> int:
    """Pixels of a frame on the busier side of `op`."""
    return max(prod(op.frame_in()), prod(op.frame_out()))


@dataclass(frozen=True, slots=True)
class _Edge:
    """A stream between two nodes: an output of one is an input of the other, by number."""

    source: NodeProto
    out: int
    target: NodeProto
    ind: int

    def touches(self, keys: set[str]) -> bool:
        return _key(self.source) in keys or _key(self.target) in keys


@dataclass(frozen=True, slots=True)
class _Region:
    """Nodes of one width, and the PEs that keep the pace, rising; the last is a whole pixel."""

    nodes: list[NodeProto]
    choices: list[int]

    def set(self, lanes: int) -> None:
        for node in self.nodes:
            getCustomOp(node).set_nodeattr("PE", lanes)


class _Worth:
    """What kernels and adapters take, in LUTs of `family`, at `pace` cycles a frame."""

    def __init__(self, model: ModelWrapper, pace: int, family: Family) -> None:
        self._model, self._pace, self._family = model, pace, family
        self._known: dict[tuple[str, int], float] = {}

    def of_kernel(self, node: NodeProto) -> float:
        """`node`, and the FIFO that cuts a fork or a join off."""
        op = getCustomOp(node)
        key = _key(node), op.get_nodeattr("PE")
        if key not in self._known:
            cut = 0
            if len(node.output) > 1:
                cut = op.get_instream_width()
            elif op.STREAMS > 1:
                cut = op.get_outstream_width()
            kernels = [op.instance(self._model), *([fifo(cut, _CUT)] if cut else [])]
            self._known[key] = sum(_luts(cost(kernel, self._family)) for kernel in kernels)
        return self._known[key]

    def of_joint(self, edge: _Edge) -> float:
        """The adapter on `edge`.

        A folded dot product reads a pixel in place, while which no other is gathered.
        """
        source, target = getCustomOp(edge.source), getCustomOp(edge.target)
        x, y = source.get_outstream_width(edge.out), target.get_instream_width(edge.ind)
        if x % y and y % x:
            return _NEVER
        pixels, bursts = prod(source.frame_out()), max(_bursts(source), _bursts(target))
        if bursts > 1 and x != y and max(x, y) // min(x, y) * pixels * bursts > self._pace:
            return _NEVER
        if target.ROLE is Role.DOT and target.fold() > 1 and x < y:
            cycles = y // x + target.fold() - 1
            if cycles * positions_of(target) > self._pace:
                return _NEVER
        return _luts(cost(width_adapter(x, y), self._family)) if x != y else 0


def _bursts(op: TarsierOp) -> int:
    """How many times as fast as on average pixels move where `op` changes a frame's size.

    An enlarging kernel takes none while it gives the rows that it has made of those before; one
    that joins rows gives none while it takes all but the last of them.
    """
    before, after = op.frame_in()[0], op.frame_out()[0]
    return max(before // max(1, after), after // max(1, before), 1)


def _improve(region: _Region, edges: list[_Edge], worth: _Worth) -> bool:
    """Give `region` the width that takes the least beside its neighbours; whether it is new."""
    before = getCustomOp(region.nodes[0]).get_nodeattr("PE")
    keys = {_key(node) for node in region.nodes}
    touched = [edge for edge in edges if edge.touches(keys)]

    def taken(lanes: int) -> float:
        region.set(lanes)
        return sum(map(worth.of_kernel, region.nodes)) + sum(map(worth.of_joint, touched))

    best = min(region.choices, key=taken)
    region.set(best)
    return best != before


def _regions(model: ModelWrapper, pace: int) -> Iterator[_Region]:
    """What may be narrower than a pixel at `pace`; nothing at a port, which has whole pixels."""
    ports = {tensor.name for tensor in (*model.graph.input, *model.graph.output)}
    made: dict[str, _Region] = {}  # tensor -> the region that writes it
    even: dict[str, int] = {}  # tensor -> lanes in which a dot product gives its pixels evenly
    for node in model.graph.node:
        op = getCustomOp(node)
        if op.ROLE is Role.DOT:
            even[node.output[0]] = op.lanes_out()
        given = even.get(node.input[0], 0)
        if given and op.PER_CHANNEL and op.STREAMS == len(node.output) == 1:
            even[node.output[0]] = given
        choices = [lanes for lanes in op.lane_choices() if _keeps(op, lanes, pace, given)]
        if len(choices) < 2 or not ports.isdisjoint([*node.input, *node.output]):
            continue
        region = _Region([node], choices)
        for before in [made[name] for name in node.input if name in made]:
            if before.choices == choices and before is not region:
                before.nodes.extend(region.nodes)
                made = {name: before if at is region else at for name, at in made.items()}
                region = before
        made.update(dict.fromkeys(node.output, region))
    yield from {id(region): region for region in made.values()}.values()


def _keeps(op: TarsierOp, lanes: int, pace: int, given: int) -> bool:
    """Whether `op` with `lanes` channels a cycle takes little of `pace` cycles, or is whole."""
    channels = max(op.channels_in(), op.channels_out())
    if lanes in (0, channels):
        return True
    slack = 1 if lanes == given else _SLACK  # pixels that come evenly need none
    return slack * positions_of(op) * -(-channels // lanes) <= pace


def _edges(model: ModelWrapper) -> list[_Edge]:
    return [
        _Edge(node, out, target, list(target.input).index(name))
        for node in model.graph.node
        for out, name in enumerate(node.output)
        for target in model.find_consumers(name) or []
    ]


def _luts(taken: Resources) -> float:
    return taken.lut + _FF_LUTS * taken.ff + _DSP_LUTS * taken.dsp


def _key(node: NodeProto) -> str:
    return node.output[0]
