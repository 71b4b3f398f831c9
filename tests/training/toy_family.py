# SPDX-License-Identifier: MIT
"""A network family of another package's: all that a file of one's own needs to hold."""

import torch
from torch import Tensor

from tarsier_fpga.training.facts.family import Family, Network, Part
from tarsier_fpga.training.facts.task import Task
from tarsier_fpga.training.networks import parts
from tarsier_fpga.training.networks.quant_layers import fixed_point
from tarsier_fpga.training.networks.units import pad


class Toy(Network):
    """Units between a head with a ReLU and a tail."""

    def __init__(self, spec):
        super().__init__()
        self.align, self.black = spec.align, spec.coding.black
        self.head = parts.conv(spec, spec.colours, spec.channels, spec.head_exponent)
        self.residual = parts.residual(spec)
        self.body = parts.body(spec)
        self.tail = parts.conv(spec, spec.channels, spec.colours, spec.tail_exponent)
        self.noise = fixed_point(spec.coding.bits + 1, 0)
        self.output = fixed_point(spec.coding.bits, 0, signed=False)

    def forward(self, x: Tensor) -> Tensor:
        r = torch.relu(self.head(pad((x - self.black) * (1 / self.align))))
        r = self.body(self.residual(r))
        return self.output(x + self.noise(self.tail(pad(r)) * self.align))

    def settle(self) -> None:
        parts.settle_all(self)


def noise_of_its_own(plan, photos, draw):
    """Flat grey samples under a little noise: nothing of the photographs."""
    shape = (plan.crop.batch, plan.net.colours, plan.crop.size, plan.crop.size)
    clean = torch.from_numpy(draw.uniform(0.2, 0.8, shape)).float()
    return clean + 0.01 * torch.from_numpy(draw.standard_normal(shape)).float(), clean


def always_the_same(image, setting, restorer):
    return 40.0 + setting, 0.5


FAMILIES = (
    Family(
        kind="toy",
        tasks=frozenset({Task.RAW, Task.RGB}),
        build=Toy,
        check=parts.check_binary,
        integers=True,
        parts={"head": Part.HEAD, "body": Part.BODY, "tail": Part.TAIL},
        sample=noise_of_its_own,
        score=always_the_same,
    ),
)
