# SPDX-License-Identifier: MIT
"""channel_scale: every channel times its own constant."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.examples import weights
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    integers,
    require_at_least,
    signed_width,
)
from tarsier_fpga.hls.golden.channel_scale import channel_scale as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "channel_scale", "cost", "proofs"]

_LUTS = 0.7  # per output bit of a lane too narrow for a DSP: 8 lanes of 6 bits 35
_DSP_WIDTH = 9  # bits of the narrowest product that Yosys gives to a DSP


def channel_scale(scale: np.ndarray, x_width: int, x_signed: bool, lanes: int) -> Instance:
    """Every channel times its own constant, in the narrowest signed lanes that hold the products.

    Args:
        scale: (channels,) integers; channel f*lanes + l is lane l of beat f

    Raises:
        KernelError: `lanes` does not divide the channels.
    """
    factors = integers("channel_scale", "scale", scale, 1)
    require_at_least("channel_scale", 1, x_width=x_width, lanes=lanes)
    if factors.size % lanes:
        raise KernelError(f"channel_scale: lanes={lanes} must divide channels={factors.size}")
    folds = factors.size // lanes
    s_width = signed_width(factors.min(), factors.max())
    x_ends = np.array([-(1 << (x_width - 1)) if x_signed else 0, (1 << (x_width - x_signed)) - 1])
    products = np.multiply.outer(x_ends, factors)
    y_width = signed_width(products.min(), products.max())
    return Instance(
        module="channel_scale",
        params={
            "Lanes": lanes,
            "Folds": folds,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "SWidth": s_width,
            "YWidth": y_width,
            "Scale": pack_bits(factors, s_width),
        },
        inputs=(Stream("x", lanes * x_width, lanes, x_signed),),
        outputs=(Stream("y", lanes * y_width, lanes, True),),
        function="ChannelScale",
        template=(lanes, folds, x_width, int(x_signed), s_width, y_width),
        tables=(Table("scale", s_width, True, factors),),
        beats_per_count=folds,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A DSP for every lane, or LUTs where its products are narrow."""
    y, counter = kernel.outputs[0].width, (kernel.number("Folds") - 1).bit_length()
    if kernel.number("YWidth") < _DSP_WIDTH:
        return logic_cost(lut=_LUTS * y, ff=y + 1 + counter)
    # the DSPs of 7 series keep their products
    kept = 0 if family is Family.SERIES7 else y
    return logic_cost(lut=2 + 2 * counter, ff=kept + 1 + counter, dsp=kernel.number("Lanes"))


def proofs() -> tuple[Case, ...]:
    """A pixel in one beat and in two."""
    return _proof(4, True), _proof(2, False)


def _proof(lanes: int, x_signed: bool) -> Case:
    scale = np.array([3, -2, 1, -4])
    instance = channel_scale(scale, 3, x_signed, lanes)
    beats = scale.size // lanes
    return Case(
        instance,
        {"x": Shape(lanes, 3, beats, x_signed)},
        {"y": Shape(lanes, instance.outputs[0].width // lanes, beats)},
        lambda x: golden(x.reshape(-1), scale),
        Induction(1),
        registers=1,
    )


RECORDED: Recorded = {
    "16 channels of 8 bits": lambda: channel_scale(weights(1, 16)[0], 8, True, 16),
    "64 channels of 8 bits, 16 lanes": lambda: channel_scale(np.arange(-32, 32), 8, True, 16),
    "8 channels of 3 bits": lambda: channel_scale(
        np.array([-7, 5, 3, -3, 6, -5, 7, -6]), 3, True, 8
    ),
}
