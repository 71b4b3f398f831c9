# SPDX-License-Identifier: MIT
"""exposure_meter: the gain that puts the weighted mean light of a frame at a brightness."""

from math import ceil

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import block_ram, is_block_rom, logic_cost
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Bounded, Case, Shape
from tarsier_fpga.hls.describe.ranges import integers, require_at_least, unsigned_width
from tarsier_fpga.hls.golden.exposure_meter import exposure_meter as golden
from tarsier_fpga.hls.golden.exposure_meter import semi_log
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "cost", "exposure_meter", "proofs"]

# Per bit of a sample, of a sum, of the divider: 4 samples of 12 bits 1,053, of 14 bits 1,204.
_LANE_LUTS, _SUM_LUTS, _DIVIDE_LUTS = 6.0, 2.0, 4.0
_LANE_FFS, _DIVIDE_FFS = 2.0, 5.1


def exposure_meter(
    beats: int,
    x_width: int,
    black: np.ndarray,
    span: int,
    weights: np.ndarray,
    mantissa: int,
    target: int,
    most: int,
) -> Instance:
    """One gain for each frame of `beats` beats.

    Args:
        black: (lanes,) integers, of the lanes of a beat
        span: integers from black to white, where light ends
        weights: (entries,) integers >= 0, for every index of 0 .. span
        target: the gain of a frame whose weighted mean is 1; positive
        most: the largest gain; positive

    Raises:
        KernelError: there is not one weight for each index, or a level does not fit `x_width`.
    """
    levels = integers("exposure_meter", "black", black, 1)
    table = integers("exposure_meter", "weights", weights, 1)
    require_at_least("exposure_meter", 1, beats=beats, x_width=x_width, span=span)
    require_at_least("exposure_meter", 1, mantissa=mantissa, target=target, most=most)
    widest = (1 << x_width) - 1
    if levels.min() < 0 or levels.max() > widest or span > widest:
        raise KernelError(
            f"exposure_meter: black {levels.min()}..{levels.max()} and span={span} must fit in"
            f" x_width={x_width} bits"
        )
    entries = int(semi_log(np.array([span]), mantissa)[0]) + 1
    if table.shape != (entries,) or table.min() < 0:
        raise KernelError(
            f"exposure_meter: weights of shape {table.shape} must be ({entries},) and >= 0, one for"
            f" every index up to that of span={span}"
        )
    lanes, w_width = levels.size, unsigned_width(int(table.max()))
    target_w, y_width = unsigned_width(target), unsigned_width(most)
    return Instance(
        module="exposure_meter",
        params={
            "Lanes": lanes,
            "XWidth": x_width,
            "Beats": beats,
            "Black": pack_bits(levels, x_width),
            "Span": span,
            "Mantissa": mantissa,
            "Entries": entries,
            "WWidth": w_width,
            "Weights": pack_bits(table, w_width),
            "TargetW": target_w,
            "Target": target,
            "YWidth": y_width,
            "Most": most,
        },
        inputs=(Stream("x", lanes * x_width, lanes),),
        outputs=(Stream("y", y_width, 1),),
        function="ExposureMeter",
        template=(
            *(lanes, x_width, beats, span, mantissa, entries),
            *(w_width, target_w, target, y_width, most),
        ),
        tables=(Table("black", x_width, False, levels), Table("weights", w_width, False, table)),
        beats_per_count=beats,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A table and a multiplier for every lane, two sums, and a divider of a bit a cycle."""
    lanes, x_width, w_width = (kernel.number(name) for name in ("Lanes", "XWidth", "WWidth"))
    count = (kernel.number("Beats") * lanes).bit_length()
    sums = 2 * (w_width + count) + x_width
    wide = w_width + x_width + count + kernel.number("YWidth")
    index = (kernel.number("Entries") - 1).bit_length()
    luts = lanes * _LANE_LUTS * x_width + _SUM_LUTS * sums + _DIVIDE_LUTS * wide
    ffs = lanes * _LANE_FFS * (x_width + w_width) + sums + _DIVIDE_FFS * wide
    roms = (
        [block_ram(w_width, 1 << index)] * ceil(lanes / 2)
        if is_block_rom(w_width, 1 << index)
        else [logic_cost(lut=lanes * w_width * (1 << index) / 64)]
    )
    return total([logic_cost(lut=luts, ff=ffs, dsp=lanes), *roms])


def proofs() -> tuple[Case, ...]:
    """Frames of four beats."""
    black, weights = np.array([0]), np.array([3, 3, 2, 1])
    kernel = exposure_meter(4, 2, black, 3, weights, 1, 9, 15)
    return (
        Case(
            kernel,
            {"x": Shape(1, 2, 4)},
            {"y": Shape(1, 4)},
            lambda x: np.array([golden(x, black, 3, weights, 1, 9, 15)]),
            Bounded(24),
            patience=16,
            units=8,
        ),
    )


def _red(beats: int, x_width: int) -> Instance:
    span = (1 << x_width) - 1
    weights = np.rint(65535 / (1 + np.arange(int(semi_log(np.array([span]), 5)[0]) + 1)))
    return exposure_meter(
        beats, x_width, np.full(4, 64), span, weights.astype(np.int64), 5, 128 * span, 1 << 16
    )


RECORDED: Recorded = {
    "4 samples of 12 bits, 1920 × 1080": lambda: _red(518_400, 12),
    "4 samples of 14 bits, 3840 × 2160": lambda: _red(2_073_600, 14),
}
