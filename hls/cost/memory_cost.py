# SPDX-License-Identifier: MIT
"""Estimates of what kernels are built from: logic, choices, memories and fifos."""

from math import ceil, log2

from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = [
    "LUTRAM_DEPTH",
    "block_ram",
    "choice_luts",
    "fifo_cost",
    "half_blocks",
    "is_block_rom",
    "logic_cost",
    "memory_cost",
    "styled_memory_cost",
]

LUTRAM_DEPTH = 64  # deeper memories become block RAM: 40 words do not, 100 words do
_RAMB18 = ((36, 512), (18, 1024), (9, 2048), (4, 4096), (2, 8192), (1, 16384))  # UG573, UG473
_RAMB18_COST, _ROM_BIT_COST = 129, 1 / 64
_URAM_WIDTH, _URAM_DEPTH = 72, 4096  # UG573
_LUTRAM = {Family.SERIES7: 4 / 3, Family.ULTRASCALE_PLUS: 8 / 7}  # LUTs per bit: RAM64M, RAM64M8


def fifo_cost(width: int, depth: int, ram_style: RamStyle, family: Family) -> Resources:
    """A fifo in the memory that it is told to use."""
    if depth <= 2:
        return logic_cost(lut=width, ff=2 * width)
    # 128 bits of 300 and 2,000: 178 and 190 LUTs, 284 and 290 flip-flops; 40 bits of 9,747: 197 and
    # 126. A register stands beside the memory, one behind it if it is deep, and LUTRAM is read into
    # another, which block RAM has of its own.
    deep = depth > LUTRAM_DEPTH or ram_style in (RamStyle.BLOCK, RamStyle.ULTRA)
    rest = depth - 1 - deep
    in_luts = ram_style is RamStyle.DISTRIBUTED
    in_luts = in_luts or (ram_style is RamStyle.AUTO and rest <= LUTRAM_DEPTH)
    held = 1 + deep + in_luts
    control = logic_cost(lut=5 * log2(depth) + width, ff=3.2 * log2(depth) + held * width)
    memory = styled_memory_cost(width, rest, ram_style, family)
    behind = ram_style is RamStyle.BLOCK or (ram_style is RamStyle.AUTO and not in_luts)
    return total([control, _behind(memory) if behind else memory])


def styled_memory_cost(width: int, depth: int, ram_style: RamStyle, family: Family) -> Resources:
    """A memory of the kind that is asked for, without what stands around it."""
    match ram_style:
        case RamStyle.DISTRIBUTED:
            banks = ceil(depth / LUTRAM_DEPTH)
            return logic_cost(lut=width * (_LUTRAM[family] * banks + choice_luts(banks)))
        case RamStyle.BLOCK:
            return block_ram(width, depth)
        case RamStyle.ULTRA:
            banks = ceil(depth / (_URAM_DEPTH * max(1, _URAM_WIDTH // width)))
            blocks = ceil(width / _URAM_WIDTH) * banks
            chosen = logic_cost(lut=width * choice_luts(banks))
            return chosen.model_copy(update={"uram": blocks})
        case RamStyle.AUTO:
            return memory_cost(width, depth, family)


def _behind(memory: Resources) -> Resources:
    """Block RAM with a register behind what is chosen among its blocks: a LUT more for each bit."""
    return memory.model_copy(update={"lut": 2 * memory.lut})


def choice_luts(banks: int) -> int:
    """LUTs that choose one of `banks` bits: each has 6 inputs and makes 4 of them 1."""
    return ceil((banks - 1) / 3)


def memory_cost(width: int, depth: int, family: Family) -> Resources:
    """A memory whose kind the synthesis chooses."""
    if depth <= LUTRAM_DEPTH:
        # the primitives of half the depth hold twice the bits
        return logic_cost(lut=_LUTRAM[family] * width / (2 if depth <= LUTRAM_DEPTH // 2 else 1))
    return block_ram(width, depth)


def block_ram(width: int, depth: int) -> Resources:
    """Blocks of 18 Kbit, and a LUT for each bit that is chosen among several of them."""
    halves = half_blocks(width, depth)
    alone = [ceil(width / w) for w, d in _RAMB18 if depth <= d]
    chosen = 0 if halves in alone else width
    return Resources(lut=chosen, ff=0, bram36=halves / 2, uram=0, dsp=0)


def is_block_rom(width: int, depth: int) -> bool:
    """Whether a table with a register behind it becomes block RAM, by the costs of synth_xilinx."""
    return _RAMB18_COST * half_blocks(width, depth) < _ROM_BIT_COST * width * depth


def half_blocks(width: int, depth: int) -> int:
    """Blocks of 18 Kbit in a memory: full ones, and the fewest for the words that are left.

    >>> half_blocks(40, 2499)  # 5 of 2048 x 9 and 2 of 512 x 36
    7
    """
    counts = [
        ceil(width / w) * (depth // d) + (half_blocks(width, depth % d) if depth % d else 0)
        for w, d in _RAMB18
        if depth >= d
    ]
    return min(counts + [ceil(width / w) for w, d in _RAMB18 if depth < d])


def logic_cost(lut: float, ff: float = 0, dsp: float = 0) -> Resources:
    """Fractions count whole."""
    return Resources(lut=ceil(lut), ff=ceil(ff), bram36=0, uram=0, dsp=ceil(dsp))
