# SPDX-License-Identifier: MIT
"""int_dot_fold: a folded int_dot that takes its terms as it needs them, weights in a memory."""

from math import ceil

import numpy as np

from tarsier_fpga.hls.cost.dot_cost import folds_of, rom_cost
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import logic_cost
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.examples import weights
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.matrices import check_folding, int_matrix, sum_width
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import require_at_least, signed_width
from tarsier_fpga.hls.golden.int_dot_fold import int_dot_fold as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "cost", "int_dot_fold", "proofs"]

# A DSP for every product. UltraScale+: adders take LUTs for each bit of a product, fewer where few
# are added: 8 x 16 of 12 bits 2,264 LUTs, 16 x 4 920. Every stage has its registers. Yosys lets the
# DSPs of 7 series add and keep their products too, and one adder follows every nine.
_MANY, _FEW, _FEW_TERMS, _GROUP, _CHAINED_7 = 1.46, 1.1, 4, 12, 9


def int_dot_fold(
    weights: np.ndarray,
    bias: np.ndarray,
    x_width: int,
    x_signed: bool,
    pe: int,
    simd: int,
    block_rom: bool = False,
) -> Instance:
    """Biased integer sums, in the narrowest SumW that no input can overflow.

    Args:
        weights: (rows, terms) integers
        bias: (rows,) integers, in units of the sum
        block_rom: keep the weights in block RAM, where the synthesis would choose LUTs too

    Raises:
        KernelError: shapes disagree, or the folding does not divide the matrix.
    """
    matrix, offsets = int_matrix("int_dot_fold", weights, bias)
    rows, terms = matrix.shape
    require_at_least("int_dot_fold", 1, x_width=x_width)
    check_folding("int_dot_fold", rows, terms, pe, simd)
    w_width = signed_width(matrix.min(), matrix.max())
    y_width = sum_width(matrix, offsets, x_width, x_signed)
    return Instance(
        module="int_dot_fold",
        params={
            "Terms": terms,
            "Rows": rows,
            "Pe": pe,
            "Simd": simd,
            "XWidth": x_width,
            "XSigned": int(x_signed),
            "WWidth": w_width,
            "SumW": y_width,
            "Weights": pack_bits(matrix, w_width),
            "Bias": pack_bits(offsets, y_width),
            "BlockRom": int(block_rom),
        },
        inputs=(Stream("x", simd * x_width, simd, x_signed),),
        outputs=(Stream("y", pe * y_width, pe, True),),
        function="IntDotFold",
        template=(terms, rows, pe, simd, x_width, int(x_signed), y_width),
        tables=(
            Table("weights", w_width, True, matrix),
            Table("bias", y_width, True, offsets),
        ),
        beats_per_count=rows // pe * (terms // simd),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Multipliers and the sums of their products, and the memory of the weights."""
    simd, pe, x_width, w_width = (kernel.number(n) for n in ("Simd", "Pe", "XWidth", "WWidth"))
    fold, products, sum_width = folds_of(kernel), pe * simd, kernel.number("SumW")
    rom = rom_cost(products * w_width, fold, bool(kernel.number("BlockRom")))
    width = x_width + w_width  # of a product
    if family is Family.SERIES7:
        sums = pe * sum_width
        return total([rom, logic_cost(sums * ceil(simd / _CHAINED_7) + 18, sums + 25, products)])
    groups = [min(_GROUP, simd - first) for first in range(0, simd, _GROUP)]
    held = simd * width + sum(width + (size - 1).bit_length() for size in groups) + sum_width
    added = (_FEW if simd <= _FEW_TERMS else _MANY) * width * (simd - 1) + sum_width
    return total([rom, logic_cost(pe * added + 20, pe * held + 25, products)])


def proofs() -> tuple[Case, ...]:
    """Every vector there can be, against a small matrix."""
    return _proof(2, 2, True), _proof(1, 1, False)


def _proof(pe: int, simd: int, x_signed: bool) -> Case:
    matrix, bias = np.array([[1, -2], [3, -1]]), np.array([5, -3])
    instance = int_dot_fold(matrix, bias, 2, x_signed, pe, simd)
    vectors = len(matrix) // pe
    return Case(
        instance,
        {"x": Shape(simd, 2, 2 // simd * vectors, signed=x_signed)},
        {"y": Shape(pe, instance.outputs[0].width // pe, vectors)},
        lambda x: golden(x.reshape(vectors, 2), matrix, bias),
        Induction(4),
        patience=8,
        units=8,
    )


RECORDED: Recorded = {
    "576 terms, 64 rows, Simd 16, Pe 8, 6 bits": lambda: _recorded(64, 576, 8, 16),
    "144 terms, 64 rows, Simd 16, Pe 8, 6 bits": lambda: _recorded(64, 144, 8, 16),
    "144 terms, 64 rows, Simd 4, Pe 8, 6 bits, block": lambda: _recorded(
        64, 144, 8, 4, block_rom=True
    ),
    "576 terms, 64 rows, Simd 8, Pe 2, 6 bits": lambda: _recorded(64, 576, 2, 8),
    "144 terms, 64 rows, Simd 16, Pe 8, 6 bits, block": lambda: _recorded(
        64, 144, 8, 16, block_rom=True
    ),
}


def _recorded(rows: int, terms: int, pe: int, simd: int, block_rom: bool = False) -> Instance:
    matrix = weights(rows, terms) // 4  # of 6 bits
    return int_dot_fold(matrix, np.zeros(rows, int), 6, False, pe, simd, block_rom)
