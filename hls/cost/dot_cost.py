# SPDX-License-Identifier: MIT
"""Estimates that the folded dot products share."""

from math import ceil, expm1

import numpy as np

from tarsier_fpga.hls.cost.memory_cost import block_ram, is_block_rom, logic_cost
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["built_in_cost", "folds_of", "rom_cost", "rom_luts", "weight_bits"]

# Built in, for each weight: of 1 bit, 36 terms 0.69 LUTs, 72 0.53, 144 0.39, 288 0.32. Of integers,
# for each digit +-1 and each bit of a sum: 16 x 36 of 8 bits with x of 10 0.56, 32 x 144 of 4 bits
# with x of 6 0.49, 16 x 72 ternary with x of 4 0.47. Flip-flops for each LUT: 1.1 to 1.5, and 0.4.
_BIT_LUTS, _BIT_TERMS, _BIT_FFS = 0.29, 14, 1.3
_DIGIT_LUTS, _CARRIES, _DIGIT_FFS = 0.55, 3, 0.42


def built_in_cost(kernel: Instance) -> Resources:
    """The matrix of a folded dot product built in, before shared adders are solved for: a guess."""
    weights = kernel.tables[0].values
    if kernel.kernel == "xnor_dot":
        adders = _BIT_LUTS * weights.size + _BIT_TERMS * kernel.number("Rows")
        return logic_cost(lut=adders, ff=_BIT_FFS * adders)
    # the least digits of -1, 0 and +1 that a number can be written in
    sizes = abs(weights).astype(np.int64)
    digits = int(np.bitwise_count(np.bitwise_xor(3 * sizes, sizes)).sum())
    adders = _DIGIT_LUTS * digits * (kernel.number("XWidth") + _CARRIES)
    return logic_cost(lut=adders, ff=_DIGIT_FFS * adders)


def folds_of(kernel: Instance) -> int:
    """Cycles that a vector takes."""
    rows, terms = kernel.number("Rows"), kernel.number("Terms")
    return rows // kernel.number("Pe") * (terms // kernel.number("Simd"))


def rom_luts(weights: int, fold: int) -> int:
    """LUTs of a weight memory: up to four steps, a register that follows two bits of the step.

    Beyond 32 they double with every bit of it: 72 words of 768 bits 3,265, 144 of 384 3,051.
    """
    return 0 if fold <= 4 else weights * ceil(2 ** (fold - 1).bit_length() / 32)


def rom_cost(bits: int, fold: int, block: bool = False) -> Resources:
    """A memory of `fold` words of weights with the register behind it, in `block` RAM if told so.

    Otherwise it goes where Yosys would put it: into block RAM, once that takes fewer LUTs' worth.
    """
    if fold > 1 and (block or is_block_rom(bits, fold)):
        memory = block_ram(bits, fold)
        # 2,304 words of 96 bits, in banks: two LUTs a bit
        return memory.model_copy(update={"lut": 2 * memory.lut})
    return logic_cost(lut=rom_luts(bits, fold), ff=weight_bits(bits, fold))


def weight_bits(bits: int, fold: int) -> int:
    """Registers behind the weight memory: bits of equal course over the fold share one.

    Of so many courses, `bits` drawn at random meet this many.
    """
    if fold == 1:
        return 0
    courses = 2.0 ** min(fold, 64)
    return round(courses * -expm1(-bits / courses))
