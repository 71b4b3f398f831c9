# SPDX-License-Identifier: MIT
"""NCFL in full precision, to be counted and timed beside networks that stream.

    flow      = motion(x, x before)                          ours: the paper names no network
    flow     += refine(flow)                                                    GDN, 64 channels
    aligned   = warp(c before, flow)
    aligned  *= attention(x, aligned)               autoencoder of 16, 32, 64 channels
    aligned   = compress(aligned)                    prior of mean, spread and step per element
    y, c      = U-Net([x, aligned])                 32 to 512 channels, attention of channels

On packed raw frames, four channels in and out; sides in multiples of 16. The motion network is a
pyramid of three scales whose flow is corrected from the smallest on, after SPyNet; the others are
as the supplement describes them, and where it does not say, as small as it allows.

Source: Huang et al., "Neural Compression-Based Feature Learning for Video Restoration", CVPR 2022
(arXiv 2203.09208), supplement; no code of the authors is known.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tarsier_fpga.training.facts.family import Family, Network
from tarsier_fpga.training.facts.spec import NetSpec
from tarsier_fpga.training.facts.task import Task

__all__ = ["FAMILIES", "Ncfl"]

COLOURS, CARRIED, WIDTH = 4, 32, 64
SCALES = (32, 64, 128, 256, 512)
BLACK, SPAN = 128, 768


class Ncfl(Network):
    """A frame, the one before, and the features that it left."""

    def __init__(self) -> None:
        super().__init__()
        self.motion = _Motion()
        self.refine = nn.Sequential(
            _half(2, WIDTH), _Gdn(), _half(WIDTH, WIDTH), _Gdn(),
            _twice(WIDTH, WIDTH), _Gdn(inverse=True), _twice(WIDTH, 2),
        )  # fmt: skip
        self.attention = _Attention()
        self.compress = _Compress()
        self.restore = _UNet()

    def begin(self, x: Tensor) -> tuple[Tensor, ...]:
        """The frame itself, and no features."""
        batch, _, height, width = x.shape
        return x, x.new_zeros(batch, CARRIED, height, width)

    def forward(self, x: Tensor, before: Tensor, features: Tensor) -> tuple[Tensor, ...]:
        now, then = ((codes - BLACK) / SPAN for codes in (x, before))
        flow = self.motion(now, then)
        aligned = _warp(features, flow + self.refine(flow))
        aligned = self.compress(aligned * self.attention(torch.cat([now, aligned], 1)))
        noise, after = self.restore(torch.cat([now, aligned], 1))
        return x + noise * SPAN, x, after


class _Motion(nn.Module):
    """Ours: flow (B, 2, H, W) in pixels, corrected at a quarter, a half and the whole size."""

    def __init__(self) -> None:
        super().__init__()
        self.levels = nn.ModuleList(
            nn.Sequential(
                _conv(2 * COLOURS + 2, 32), nn.ReLU(), _conv(32, 32), nn.ReLU(), _conv(32, 2)
            )
            for _ in range(3)
        )

    def forward(self, now: Tensor, before: Tensor) -> Tensor:
        batch, _, height, width = now.shape
        flow = now.new_zeros(batch, 2, height // 8, width // 8)
        for factor, level in zip((4, 2, 1), self.levels, strict=True):
            small, then = (F.avg_pool2d(x, factor) for x in (now, before))
            flow = 2 * F.interpolate(flow, scale_factor=2, mode="bilinear", align_corners=False)
            flow = flow + level(torch.cat([small, _warp(then, flow), flow], 1))
        return flow


class _Attention(nn.Module):
    """What of every feature is of use, in [0, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.first = _conv(COLOURS + CARRIED, 16)
        self.top = _Residual(16)
        self.down = nn.ModuleList([_half(16, 32), _half(32, 64)])
        self.inner = nn.ModuleList([_Residual(32), _Residual(64)])
        self.up = nn.ModuleList([_twice(64, 32), _twice(32, 16)])
        self.last = nn.Sequential(*(_Residual(16) for _ in range(4)), _conv(16, CARRIED))

    def forward(self, x: Tensor) -> Tensor:
        top = self.top(self.first(x))
        middle = self.inner[0](self.down[0](top))
        deep = self.inner[1](self.down[1](middle))
        middle = middle + self.up[0](deep)
        return torch.sigmoid(self.last(top + self.up[1](middle)))


class _Compress(nn.Module):
    """Features through a code at a quarter of the size, rounded in steps of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.prior = nn.Sequential(
            _half(CARRIED, WIDTH), nn.LeakyReLU(), _half(WIDTH, WIDTH), nn.LeakyReLU(),
            _conv(WIDTH, 3 * WIDTH),
        )  # fmt: skip
        self.encode = nn.Sequential(_half(CARRIED, WIDTH), nn.LeakyReLU(), _half(WIDTH, WIDTH))
        self.decode = nn.Sequential(_twice(WIDTH, WIDTH), nn.LeakyReLU(), _twice(WIDTH, CARRIED))

    def forward(self, features: Tensor) -> Tensor:
        mean, _, step = self.prior(features).chunk(3, 1)  # the spread is of its training alone
        step = F.softplus(step) + 1e-3
        code = ((self.encode(features) - mean) / step).round() * step + mean
        return self.decode(code)


class _UNet(nn.Module):
    """Noise, and the features that are carried."""

    def __init__(self) -> None:
        super().__init__()
        self.first = _conv(COLOURS + CARRIED, SCALES[0])
        self.encoders = nn.ModuleList(_Attended(c) for c in SCALES)
        pairs = list(pairwise(SCALES))
        self.downs = nn.ModuleList(_half(c, wider) for c, wider in pairs)
        self.ups = nn.ModuleList(_twice(wider, c) for c, wider in reversed(pairs))
        self.decoders = nn.ModuleList(_Attended(c) for c, _ in reversed(pairs))
        self.last = _conv(SCALES[0], COLOURS)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x, skips = self.first(x), []
        for index, encoder in enumerate(self.encoders):
            x = encoder(self.downs[index - 1](x) if index else x)
            skips.append(x)
        skips.pop()
        for up, decoder in zip(self.ups, self.decoders, strict=True):
            x = decoder(up(x) + skips.pop())
        return self.last(x), x


class _Residual(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.first, self.second = _conv(channels, channels), _conv(channels, channels)

    def branch(self, x: Tensor) -> Tensor:
        """What is added to `x`."""
        return self.second(F.relu(self.first(x)))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.branch(x)


class _Attended(_Residual):
    """The branch scaled by its means over the frame."""

    def __init__(self, channels: int):
        super().__init__(channels)
        self.squeeze = nn.Conv2d(channels, channels // 8, 1)
        self.excite = nn.Conv2d(channels // 8, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        y = self.branch(x)
        means = y.mean((2, 3), keepdim=True)
        return x + y * torch.sigmoid(self.excite(F.relu(self.squeeze(means))))


class _Gdn(nn.Module):
    """Divisive normalisation over channels, or its inverse (Balle et al., ICLR 2016)."""

    def __init__(self, inverse: bool = False):
        super().__init__()
        self.inverse = inverse
        self.norm = nn.Conv2d(WIDTH, WIDTH, 1)
        with torch.no_grad():
            self.norm.weight.copy_(0.1 * torch.eye(WIDTH)[:, :, None, None])
            self.norm.bias.fill_(1)  # type: ignore[union-attr]

    def forward(self, x: Tensor) -> Tensor:
        norm = self.norm(x * x).clamp_min(1e-6).sqrt()
        return x * norm if self.inverse else x / norm


def _conv(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1)


def _half(inputs: int, outputs: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, stride=2, padding=1)


def _twice(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False), _conv(inputs, outputs)
    )


def _warp(x: Tensor, flow: Tensor) -> Tensor:
    """`x` from where `flow`, in pixels, right and down, points."""
    height, width = x.shape[2:]
    rows, columns = torch.meshgrid(
        torch.arange(height, device=x.device), torch.arange(width, device=x.device), indexing="ij"
    )
    places = torch.stack([columns, rows]) + flow
    ends = torch.tensor([width, height], device=x.device).view(1, 2, 1, 1)
    grid = ((places + 0.5) * 2 / ends - 1).permute(0, 2, 3, 1)
    return F.grid_sample(x, grid, padding_mode="border", align_corners=False)


def _build(_: NetSpec) -> Ncfl:
    return Ncfl()


FAMILIES = (
    Family(
        kind="ncfl",
        tasks=frozenset({Task.RAW}),
        build=_build,
        multiple=16,
        recurrent=True,
        title="NCFL",
        untrained="NCFL is here to be counted and timed, not trained",
        unscored="was never trained here: no score of it is known",
    ),
)
