# SPDX-License-Identifier: MIT
"""int_dot: sums of a vector's products with the rows of a constant matrix, folded."""

import numpy as np

from tarsier_fpga.hls.cost.dot_cost import folds_of, rom_cost
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    choice_luts,
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.examples import weights
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.matrices import check_folding, int_matrix, sum_width
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    require_at_least,
    signed_width,
)
from tarsier_fpga.hls.golden.int_dot import int_dot as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "cost", "int_dot", "proofs"]

# 576 products of 10 x 8 and of 8 x 8 bits unfolded: 14,383 and 13,981 LUTs of adders, 509 DSPs each
# (the other weights take adders), 9,894 and 8,712 flip-flops.
_LUTS, _DSPS, _FFS = 24.6, 0.88, 0.95
# Folded, a DSP for every product. UltraScale+, per bit of a product: 4 x 36 of 18 bits 4,052 LUTs
# and 2,947 flip-flops, 1 x 36 of 16 bits 1,536 and 948. Yosys lets the DSPs of 7 series add and
# keep their products too, and one adder follows every nine: 340 LUTs and 103 flip-flops, 664 and
# 312; 8 x 12 of 18 bits 345 and 243.
_FOLDED_LUTS, _FOLDED_FFS, _CHAINED_7 = 1.6, 1.1, 9


def int_dot(
    weights: np.ndarray, bias: np.ndarray, x_width: int, x_signed: bool, pe: int, simd: int
) -> Instance:
    """Biased integer sums, in the narrowest SumW that no input can overflow.

    Args:
        weights: (rows, terms) integers
        bias: (rows,) integers, in units of the sum

    Raises:
        KernelError: shapes disagree, or the folding does not divide the matrix.
    """
    matrix, offsets = int_matrix("int_dot", weights, bias)
    rows, terms = matrix.shape
    require_at_least("int_dot", 1, x_width=x_width)
    check_folding("int_dot", rows, terms, pe, simd)
    w_width = signed_width(matrix.min(), matrix.max())
    y_width = sum_width(matrix, offsets, x_width, x_signed)
    return Instance(
        module="int_dot",
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
        },
        inputs=(Stream("x", terms * x_width, terms, x_signed),),
        outputs=(Stream("y", pe * y_width, pe, True),),
        function="IntDot",
        template=(terms, rows, pe, simd, x_width, int(x_signed), y_width),
        tables=(
            Table("weights", w_width, True, matrix),
            Table("bias", y_width, True, offsets),
        ),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Multipliers that share what the fold leaves, and the sum of their products."""
    simd, pe, x_width, w_width = (kernel.number(n) for n in ("Simd", "Pe", "XWidth", "WWidth"))
    fold, products = folds_of(kernel), pe * simd
    product_bits, sums = products * (x_width + w_width), pe * kernel.number("SumW")
    if fold == 1:
        return logic_cost(lut=_LUTS * products, ff=_FFS * product_bits + sums, dsp=_DSPS * products)
    rom = rom_cost(products * w_width, fold)
    chosen = simd * x_width * choice_luts(kernel.number("Terms") // simd)
    if family is Family.SERIES7:
        held = sums + 2 * fold.bit_length()
        return total([rom, logic_cost(sums * (simd // _CHAINED_7) + chosen, held, products)])
    lut, ff = _FOLDED_LUTS * product_bits + chosen, _FOLDED_FFS * product_bits + sums
    return total([rom, logic_cost(lut, ff, products)])


def proofs() -> tuple[Case, ...]:
    """Every vector there can be, against a small matrix."""
    return _proof(2, 2, True), _proof(1, 1, False)


def _proof(pe: int, simd: int, x_signed: bool) -> Case:
    matrix, bias = np.array([[1, -2], [3, -1]]), np.array([5, -3])
    instance = int_dot(matrix, bias, 2, x_signed, pe, simd)
    return Case(
        instance,
        {"x": Shape(2, 2, signed=x_signed)},
        {"y": Shape(pe, instance.outputs[0].width // pe, len(matrix) // pe)},
        lambda x: golden(x, matrix, bias),
        Induction(4),
        in_place=True,
        patience=8,
        units=8,
    )


RECORDED: Recorded = {
    "36 terms, 16 rows, Simd 36, Pe 16, 10 bits": lambda: _recorded(16, 36, 16, 36, 10, False),
    "36 terms, 16 rows, Simd 36, Pe 4, 10 bits": lambda: _recorded(16, 36, 4, 36, 10, False),
    "144 terms, 4 rows, Simd 144, Pe 1, 8 bits": lambda: _recorded(4, 144, 1, 144, 8, True),
    "144 terms, 4 rows, Simd 36, Pe 1, 8 bits": lambda: _recorded(4, 144, 1, 36, 8, True),
    "576 terms, 64 rows, Simd 64, Pe 2, 6 bits": lambda: int_dot(
        weights(64, 576) // 4, np.zeros(64, int), 6, False, 2, 64
    ),
}


def _recorded(rows: int, terms: int, pe: int, simd: int, x_width: int, x_signed: bool) -> Instance:
    return int_dot(weights(rows, terms), np.zeros(rows, int), x_width, x_signed, pe, simd)
