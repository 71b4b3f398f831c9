# SPDX-License-Identifier: MIT
"""Estimates that the folded dot products share."""

from math import ceil, expm1

from tarsier_fpga.hls.cost.memory_cost import block_ram, is_block_rom, logic_cost
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.netlist.instance import Instance

__all__ = ["built_in_cost", "folds_of", "rom_cost", "rom_luts", "weight_bits"]

# Built in, per weight: 576 of 8 bits 9,370 and 7,819 LUTs; of 1 bit, 2,304 879 to 994 and 9,216
# 5,497. As many flip-flops.
_BUILT_IN = {"int_dot": 16, "xnor_dot": 0.6}


def built_in_cost(kernel: Instance) -> Resources:
    """A matrix built in, before the adders that it shares are solved for: a first guess."""
    adders = _BUILT_IN[kernel.kernel] * kernel.number("Rows") * kernel.number("Terms")
    return logic_cost(lut=adders, ff=adders)


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
