# SPDX-License-Identifier: MIT
"""channel_stats: a mean over a frame for every channel, exactly rounded."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import logic_cost
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Shape, Way
from tarsier_fpga.hls.describe.ranges import integer_range, integers, require_at_least
from tarsier_fpga.hls.golden.channel_stats import Statistic
from tarsier_fpga.hls.golden.channel_stats import channel_stats as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "Statistic", "channel_stats", "cost", "mean_width", "proofs"]

_MOST_BITS = 62  # of 2^fraction times a sum, which golden holds in 64
# Per bit of a sum, of the divider's rest, of a mean, of a magnitude, and of the beats that turn.
_SUM_LUTS, _REST_LUTS, _MEAN_LUTS, _MAGNITUDE_LUTS, _TURN_LUTS = 1.0, 1.5, 1.0, 1.0, 1.0
_DSP_WIDTH = 9  # bits of the narrowest product that Yosys gives to a DSP
_SQUARE_LUTS = 1.5  # per bit of a narrower one


def channel_stats(
    lanes: int,
    folds: int,
    x_width: int,
    x_signed: bool,
    statistic: Statistic,
    pixels: int,
    fraction: int,
    first: np.ndarray | None = None,
) -> Instance:
    """rint(2^fraction * mean) over each frame of `pixels` pixels, for every channel.

    Args:
        folds: beats of a pixel, beat f with channel f*lanes + l in lane l
        fraction: binary places of the means
        first: (lanes * folds,) integers, a pixel of means that leaves before any frame comes

    Raises:
        KernelError: a signed x has one bit, the sums are too wide, or `first` is no pixel of means.
    """
    require_at_least("channel_stats", 1, lanes=lanes, folds=folds, x_width=x_width, pixels=pixels)
    require_at_least("channel_stats", 0, fraction=fraction)
    if x_signed and x_width == 1:
        raise KernelError("channel_stats: x_width=1 must be >= 2 where x is signed")
    y_width = mean_width(x_width, x_signed, statistic, fraction)
    wide = y_width + (pixels - 1).bit_length()
    if wide > _MOST_BITS:
        raise KernelError(
            f"channel_stats: {pixels=} of x_width={x_width} with fraction={fraction} make"
            f" sums of {wide} bits, at most {_MOST_BITS}"
        )
    y_signed = x_signed and statistic is Statistic.MEAN
    pixel = np.zeros(lanes * folds, np.int64)
    if first is not None:
        pixel = integers("channel_stats", "first", first, 1)
        least, most = integer_range(y_width, y_signed)
        if pixel.size != lanes * folds or pixel.min() < least or pixel.max() > most:
            raise KernelError(
                f"channel_stats: first of shape {pixel.shape}, {pixel.min()}..{pixel.max()}, must"
                f" be ({lanes * folds},) integers in {least}..{most}"
            )
    return Instance(
        module="channel_stats",
        params={
            "Lanes": lanes,
            "Folds": folds,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "Statistic": statistic,
            "Pixels": pixels,
            "Fraction": fraction,
            "Initial": int(first is not None),
            "First": pack_bits(pixel, y_width),
        },
        inputs=(Stream("x", lanes * x_width, lanes, x_signed),),
        outputs=(Stream("y", lanes * y_width, lanes, y_signed),),
        function="ChannelStats",
        template=(
            *(lanes, folds, x_width, int(x_signed), list(Statistic).index(statistic)),
            *(pixels, fraction, int(first is not None), y_width),
        ),
        tables=(Table("first", y_width, False, pixel & ((1 << y_width) - 1)),),
        primed=True,
        beats_per_count=pixels * folds,
    )


def mean_width(x_width: int, x_signed: bool, statistic: Statistic, fraction: int) -> int:
    """Bits of a mean.

    >>> [mean_width(8, True, each, 4) for each in Statistic]
    [12, 12, 19]
    """
    match statistic:
        case Statistic.MEAN | Statistic.MAGNITUDE:
            return x_width + fraction
        case Statistic.SQUARE:
            return 2 * x_width - x_signed + fraction


def cost(kernel: Instance, family: Family) -> Resources:
    """A sum, a divider of a bit a cycle and a mean for every lane; the sums of folds turn."""
    lanes, folds, x_width, pixels = (
        kernel.number(name) for name in ("Lanes", "Folds", "XWidth", "Pixels")
    )
    y_width, count = kernel.outputs[0].width // lanes, (pixels - 1).bit_length()
    value, rest = y_width - kernel.number("Fraction"), count + 1
    total = value + count
    lut = _SUM_LUTS * total + _REST_LUTS * rest + _MEAN_LUTS * y_width
    if kernel.params["Statistic"] is Statistic.MAGNITUDE:
        lut += _MAGNITUDE_LUTS * x_width
    squares = kernel.params["Statistic"] is Statistic.SQUARE and value >= _DSP_WIDTH
    if kernel.params["Statistic"] is Statistic.SQUARE and not squares:
        lut += _SQUARE_LUTS * value
    if folds > 1:
        lut += _TURN_LUTS * total
    kept = (total if folds == 1 else 0) + rest + y_width + (0 if squares else value)
    control = count + 4 * folds.bit_length() + y_width.bit_length() + 8
    return logic_cost(
        lut=lanes * lut + 1.5 * control, ff=lanes * kept + control, dsp=lanes * squares
    )


def proofs() -> tuple[Case, ...]:
    """Frames of two and of three pixels, and what comes before the first."""
    return (
        _proof(1, True, Statistic.MEAN, 3, 0, Bounded(26)),
        _proof(2, True, Statistic.MAGNITUDE, 2, 1, Bounded(32)),
        _proof(1, False, Statistic.SQUARE, 2, 0, Bounded(30)),
    )


def _proof(
    folds: int, x_signed: bool, statistic: Statistic, pixels: int, fraction: int, way: Way
) -> Case:
    kernel = channel_stats(1, folds, 2, x_signed, statistic, pixels, fraction)
    return Case(
        kernel,
        {"x": Shape(1, 2, pixels * folds, x_signed)},
        {"y": Shape(1, kernel.outputs[0].width, folds)},
        lambda x: golden(x.reshape(pixels, folds), statistic, fraction),
        way,
        eager=False,
        patience=16,
        units=8,
    )


RECORDED: Recorded = {
    "16 channels of 8 bits, 960 × 540": lambda: channel_stats(
        16, 1, 8, True, Statistic.MEAN, 960 * 540, 4
    ),
    "24 channels of 9 bits, 4 lanes, magnitudes, 960 × 540": lambda: channel_stats(
        4, 6, 9, True, Statistic.MAGNITUDE, 960 * 540, 4
    ),
    "8 channels of 4 bits, squares, 480 × 270, with a first": lambda: channel_stats(
        8, 1, 4, False, Statistic.SQUARE, 480 * 270, 7, np.arange(8)
    ),
}
