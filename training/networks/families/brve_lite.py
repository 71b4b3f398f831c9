# SPDX-License-Identifier: MIT
"""BRVE in a form that streams: dark raw video, one frame in, one frame out, one state between.

With C `channels` at the frame's size, 2C at a half, 3C at a quarter, and units of
networks/video_units.py:

    f    = `units` units of Q(head(x'))                                   x' = (x - black) / a
    f1   = U-Net(f)
    f2   = U-Net([e, f1 without its first C/2 channels])                    e: the state
    e'   = the first C/2 channels of f2
    y    = clip(x + Q(a * tail(mix(f, f1, f2))), 0, top)

    U-Net(r) = r + (unit, down, unit, down, `units` units, up, unit, up, unit); up is bilinear, a
    mix to fewer channels, and the unit of the encoder's lines beside. In the second U-Net the
    units at a quarter see half of their channels shifted, each by its own of 24 displacements.

What differs from BRVE: narrower and shallower; one frame at a time, no look at later ones, so
that the temporal shift exchanges half of f1 with what the frame before left; one state of C/2
channels, not two of all; shifts by one and two pixels at a quarter of the size, not by eight of all
sizes; scales are constants unless `statistics` says otherwise.

Source: Zhang et al., "Binarized Low-light Raw Video Enhancement", CVPR 2024 (arXiv 2403.19944).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tarsier_fpga.hls.base.errors import TrainingError
from tarsier_fpga.training.facts.family import Family, Network
from tarsier_fpga.training.facts.spec import NetSpec, Statistics
from tarsier_fpga.training.facts.state import State
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks import parts
from tarsier_fpga.training.networks.quant_layers import fixed_point
from tarsier_fpga.training.networks.units import pad
from tarsier_fpga.training.networks.video_units import (
    BinaryBranch,
    Down,
    Mix,
    Scales,
    Unit,
)

__all__ = ["DISPLACEMENTS", "FAMILIES", "BrveLite"]

TAIL_START = 0.2  # of PyTorch's default: a run starts near the identity
REACH = 2  # pixels of the largest displacement
_GRID = range(-REACH, REACH + 1)
DISPLACEMENTS = tuple((dy, dx) for dy in _GRID for dx in _GRID if (dy, dx) != (0, 0))


class BrveLite(Network):
    """brve-*, and in full precision its parent."""

    old: Tensor
    kept: Tensor

    def __init__(self, spec: NetSpec):
        super().__init__()
        c, colours = spec.channels, spec.colours
        self.spec, self.align, self.black = spec, spec.align, spec.coding.black
        self.head = parts.conv(spec, colours, c, spec.head_exponent)
        self.residual = parts.residual(spec)
        self.feat = nn.ModuleList(Unit(spec, c) for _ in range(spec.units))
        self.first = _UNet(spec, shifted=False)
        self.second = _UNet(spec, shifted=True)
        self.merge = Mix(spec, 3 * c, c)
        self.tail = parts.conv(spec, c, colours, spec.tail_exponent)
        with torch.no_grad():
            self.tail.weight.mul_(TAIL_START)
        self.embedding = parts.residual(spec)
        self.noise = fixed_point(spec.coding.bits + 1, 0) if spec.exact else nn.Identity()
        self.output = (
            fixed_point(spec.coding.bits, 0, signed=False) if spec.exact else nn.Identity()
        )
        self.register_buffer("old", torch.arange(c // 2), persistent=False)
        self.register_buffer("kept", torch.arange(c // 2, c), persistent=False)

    @property
    def states(self) -> tuple[State, ...]:
        spec = self.spec
        bits, exponent = spec.residual_bits, spec.residual_exponent
        return (State("embedding", spec.channels // 2, 1, bits, True, exponent),)

    def begin(self, x: Tensor) -> tuple[Tensor, ...]:
        """What is passed with the first frame: the embedding, and factors that are states."""
        states = super().begin(x)
        if self.spec.statistics is not Statistics.BEFORE:
            return states
        return (*states, *(unit.meter.begin(len(x)) for unit in self._units() if unit.meter))

    def forward(self, x: Tensor, embedding: Tensor, *factors: Tensor) -> tuple[Tensor, ...]:
        scales = Scales(self.spec.statistics, factors)
        r = self.residual(self.head(pad((x - self.black) * (1 / self.align))))
        for unit in self.feat:
            r = unit(r, scales)
        first = self.first(r, scales)
        before = embedding if self.training else self.embedding(embedding)
        exchanged = torch.cat([before, first.index_select(1, self.kept)], 1)
        second = self.second(exchanged, scales)
        merged = self.merge(torch.cat([r, first, second], 1))
        y = self.output(x + self.noise(self.tail(pad(merged)) * self.align))
        return (y, second.index_select(1, self.old), *scales.after)

    @torch.no_grad()
    def calibrate(self, x: Tensor) -> None:
        """Spread the thresholds over the residuals that frames `x` cause, at random quantiles:
        once with the first state, and again with the one that follows."""
        hooks = [
            module.register_forward_pre_hook(
                lambda unit, given: parts.spread_threshold(unit, given[0], self.spec)
            )
            for module in self.modules()
            if isinstance(module, BinaryBranch)
        ]
        states = self.begin(x)
        for _ in range(2):
            _, *after = self(x, *states)
            states = tuple(after)
        for hook in hooks:
            hook.remove()

    def settle(self) -> None:
        """Replace what training holds by what the hardware uses; the function stays the same."""
        parts.settle_all(self)

    def _units(self) -> Iterator[Unit]:
        """In the order of the data flow, which is that of the modules."""
        return (module for module in self.modules() if isinstance(module, Unit))


class _UNet(nn.Module):
    """Three scales on a residual line; `shifted` sees far at the smallest."""

    def __init__(self, spec: NetSpec, shifted: bool):
        super().__init__()
        c = spec.channels
        self.inner = Unit(spec, c)
        self.down = Down(spec, c, 2 * c)
        self.middle = Unit(spec, 2 * c)
        self.down_again = Down(spec, 2 * c, 3 * c)
        self.deep = nn.ModuleList(Unit(spec, 3 * c) for _ in range(spec.units))
        self.shift = _Shift(3 * c) if shifted else nn.Identity()
        self.middle_beside = Unit(spec, 2 * c)
        self.up = _Up(spec, 3 * c, 2 * c)
        self.middle_after = Unit(spec, 2 * c)
        self.beside = Unit(spec, c)
        self.up_again = _Up(spec, 2 * c, c)
        self.last = Unit(spec, c)
        self.residual = parts.residual(spec)

    def forward(self, r: Tensor, scales: Scales) -> Tensor:
        inner = self.inner(r, scales)
        middle = self.middle(self.down(inner), scales)
        deep = self.down_again(middle)
        for unit in self.deep:
            deep = unit(self.shift(deep), scales)
        middle = self.middle_after(self.up(deep, self.middle_beside(middle, scales)), scales)
        last = self.last(self.up_again(middle, self.beside(inner, scales)), scales)
        return self.residual(r + last)


class _Up(nn.Module):
    """Twice the height and width, fewer channels, and what comes from beside."""

    def __init__(self, spec: NetSpec, inputs: int, outputs: int):
        super().__init__()
        self.enlarged, self.mix = parts.residual(spec), Mix(spec, inputs, outputs)
        self.residual = parts.residual(spec)

    def forward(self, r: Tensor, beside: Tensor) -> Tensor:
        large = F.interpolate(r, scale_factor=2, mode="bilinear", align_corners=False)
        return self.residual(self.mix(self.enlarged(large)) + beside)


class _Shift(nn.Module):
    """Half of the channels, each moved by its own displacement; zeros come in."""

    columns: Tensor
    back: Tensor

    def __init__(self, channels: int):
        super().__init__()
        self.moved = channels // 2
        count = len(DISPLACEMENTS)
        of = [DISPLACEMENTS[channel * count // self.moved] for channel in range(self.moved)]
        self.rows = [dy for dy, _ in of]  # in order
        order = sorted(range(self.moved), key=lambda channel: of[channel][1])
        self.sorted_columns = [of[channel][1] for channel in order]
        self.register_buffer("columns", torch.tensor(order), persistent=False)
        self.register_buffer("back", torch.tensor(order).argsort(), persistent=False)

    def forward(self, r: Tensor) -> Tensor:
        wide = F.pad(r[:, : self.moved], (REACH,) * 4)
        down = torch.cat([wide[:, place, _span(d)] for d, place in _runs(self.rows)], 1)
        down = down.index_select(1, self.columns)
        across = [down[:, place, :, _span(d)] for d, place in _runs(self.sorted_columns)]
        moved = torch.cat(across, 1).index_select(1, self.back)
        return torch.cat([moved, r[:, self.moved :]], 1)


def _runs(values: Sequence[int]) -> list[tuple[int, slice]]:
    """Equal ones that follow each other: the value, and where."""
    found, start = [], 0
    for value, run in groupby(values):
        stop = start + len(list(run))
        found.append((value, slice(start, stop)))
        start = stop
    return found


def _span(d: int) -> slice:
    """Of a padded side, as many as before the padding, from `d` further on."""
    return slice(REACH + d, d - REACH if d < REACH else None)


def _check(spec: NetSpec) -> None:
    if spec.channels % 2:
        raise TrainingError(f"net.channels = {spec.channels} must be even: half are exchanged")


def _radius(spec: NetSpec) -> int:
    """Pixels of one frame; the state brings what earlier frames saw."""
    quarter, half = spec.units, 2  # units at these sizes; downs and ups come to them
    u_net = 2 + 2 * (half + 3) + 4 * (quarter + 1) + 2  # inner, down; at a half; at a quarter; last
    return 1 + spec.units + 2 * u_net + 4 * REACH * spec.units + 2


FAMILIES = (
    Family(
        kind="brve-lite",
        tasks=frozenset({Task.RAW}),
        build=BrveLite,
        check=_check,
        integers=True,
        parent="brve-lite-parent",
        multiple=4,
        recurrent=True,
        radius=_radius,
    ),
    Family(
        kind="brve-lite-parent",
        tasks=frozenset({Task.RAW}),
        build=BrveLite,
        check=_check,
        multiple=4,
        recurrent=True,
        radius=_radius,
    ),
)
