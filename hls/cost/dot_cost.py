# SPDX-License-Identifier: MIT
"""Estimates of the folded dot products."""

from collections.abc import Mapping
from math import ceil, expm1

from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import choice_luts, logic_cost
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.netlist.instance import Bits, Instance

__all__ = ["built_in_cost", "int_dot_cost", "xnor_dot_cost"]

# int_dot, 576 products of 10 x 8 and of 8 x 8 bits unfolded: 14,383 and 13,981 LUTs of adders, 509
# DSPs each (the other weights take adders), 9,894 and 8,712 flip-flops.
_INT_LUTS, _INT_DSPS, _INT_FFS = 24.6, 0.88, 0.95
# Folded, a DSP for every product. UltraScale+, per bit of a product: 4 x 36 of 18 bits 4,052 LUTs
# and 2,947 flip-flops, 1 x 36 of 16 bits 1,536 and 948. Yosys lets the DSPs of 7 series add and
# keep their products too, and one adder follows every nine: 340 LUTs and 103 flip-flops, 664 and
# 312; 8 x 12 of 18 bits 345 and 243.
_FOLDED_INT_LUTS, _FOLDED_INT_FFS, _CHAINED_7 = 1.6, 1.1, 9
# Built in, per weight: 576 of 8 bits 9,370 and 7,819 LUTs; of 1 bit, 2,304 879 to 994 and 9,216
# 5,497. As many flip-flops.
_BUILT_IN = {"int_dot": 16, "xnor_dot": 0.6}


def xnor_dot_cost(p: Mapping[str, int | Bits]) -> Resources:
    """Every adder of match_count, one LUT each, and every register, as they are written there."""
    fold, simd, pe = _fold(p), p["Simd"], p["Pe"]
    parts, sum_width = p["Terms"] // simd, p["Terms"].bit_length()
    width = ceil(simd / 24)
    links = max(2, ceil(simd / (2 * width)))
    early, late = ceil(links / 2), links // 2
    columns = [width, width * links + max(1, width // 2)]
    while columns[-1] > 1:
        columns.append(columns[-1] // 2)
    adders = width * links + sum(column // 2 for column in columns)
    fours, sixteens = columns[2], columns[4] if len(columns) > 4 else 1
    held = 2 * width * early + width * late + 2 * width + 2 + fours + 4 + sixteens + sum_width
    accumulators = sum_width if parts > 1 else 0
    weights = _weight_bits(pe * simd, fold)
    return logic_cost(
        lut=pe * (adders + accumulators) + simd * choice_luts(parts) + _rom(weights, fold) + 20,
        ff=pe * held + min(simd, 2 * width * late) + weights + 15,
    )


def int_dot_cost(p: Mapping[str, int | Bits], family: Family) -> Resources:
    """Multipliers that share what the fold leaves, and the sum of their products."""
    fold, products = _fold(p), p["Pe"] * p["Simd"]
    product_bits, sums = products * (p["XWidth"] + p["WWidth"]), p["Pe"] * p["SumW"]
    if fold == 1:
        return logic_cost(
            lut=_INT_LUTS * products,
            ff=_INT_FFS * product_bits + sums,
            dsp=_INT_DSPS * products,
        )
    choice = p["Simd"] * p["XWidth"] * choice_luts(p["Terms"] // p["Simd"])
    weights = _weight_bits(products * p["WWidth"], fold)
    chosen = choice + _rom(weights, fold)
    if family is Family.SERIES7:
        adders = p["Simd"] // _CHAINED_7
        return logic_cost(sums * adders + chosen, sums + weights + 2, products)
    return logic_cost(
        lut=_FOLDED_INT_LUTS * product_bits + chosen,
        ff=_FOLDED_INT_FFS * product_bits + sums + weights,
        dsp=products,
    )


def built_in_cost(kernel: Instance) -> Resources:
    """A matrix built in, before the adders that it shares are solved for: a first guess."""
    adders = _BUILT_IN[kernel.module] * kernel.params["Rows"] * kernel.params["Terms"]
    return logic_cost(lut=adders, ff=adders)


def _rom(weights: int, fold: int) -> int:
    """LUTs of a weight memory: up to four steps, a register that follows two bits of the step."""
    return 0 if fold <= 4 else weights * ceil(fold / 64)


def _weight_bits(bits: int, fold: int) -> int:
    """Registers behind the weight memory: bits of equal course over the fold share one.

    Of so many courses, `bits` drawn at random meet this many.
    """
    if fold == 1:
        return 0
    courses = 2.0 ** min(fold, 64)
    return round(courses * -expm1(-bits / courses))


def _fold(p: Mapping[str, int | Bits]) -> int:
    return p["Rows"] // p["Pe"] * (p["Terms"] // p["Simd"])
