# SPDX-License-Identifier: MIT
"""int_dot_fold: a folded int_dot that takes its terms as it needs them, weights in a memory."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.dot_cost import folds_of
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import logic_cost
from tarsier_fpga.hls.cost.resources import Resources
from tarsier_fpga.hls.describe.examples import weights
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.matrices import check_folding, int_matrix, sum_width
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import require_at_least, signed_width
from tarsier_fpga.hls.golden.int_dot_fold import int_dot_fold as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits
from tarsier_fpga.hls.netlist.ram_style import RamStyle

__all__ = ["RECORDED", "cost", "int_dot_fold", "proofs"]

_STYLES = (RamStyle.AUTO, RamStyle.DISTRIBUTED, RamStyle.BLOCK)  # UltraRAM holds nothing at first


def int_dot_fold(
    weights: np.ndarray,
    bias: np.ndarray,
    x_width: int,
    x_signed: bool,
    pe: int,
    simd: int,
    ram_style: RamStyle = RamStyle.AUTO,
) -> Instance:
    """Biased integer sums, in the narrowest SumW that no input can overflow.

    Args:
        weights: (rows, terms) integers
        bias: (rows,) integers, in units of the sum
        ram_style: the memory of the weights; any but UltraRAM, which holds none from the start

    Raises:
        KernelError: shapes disagree, the folding does not divide the matrix, or `ram_style` is
            another one.
    """
    matrix, offsets = int_matrix("int_dot_fold", weights, bias)
    rows, terms = matrix.shape
    require_at_least("int_dot_fold", 1, x_width=x_width)
    check_folding("int_dot_fold", rows, terms, pe, simd)
    if ram_style not in _STYLES:
        raise KernelError(
            f"int_dot_fold: ram_style={ram_style} must be one of {', '.join(_STYLES)}"
        )
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
            "RomStyle": RamStyle(ram_style),
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
    """Multipliers that share what the fold leaves, and the sum of their products."""
    return logic_cost(0, 0, folds_of(kernel))


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
    "144 terms, 64 rows, Simd 4, Pe 16, 6 bits": lambda: _recorded(64, 144, 16, 4),
    "576 terms, 64 rows, Simd 8, Pe 2, 6 bits": lambda: _recorded(64, 576, 2, 8),
    "144 terms, 64 rows, Simd 16, Pe 8, 6 bits, block": lambda: _recorded(
        64, 144, 8, 16, RamStyle.BLOCK
    ),
}


def _recorded(
    rows: int, terms: int, pe: int, simd: int, style: RamStyle = RamStyle.AUTO
) -> Instance:
    matrix = weights(rows, terms) // 4  # of 6 bits
    return int_dot_fold(matrix, np.zeros(rows, int), 6, False, pe, simd, style)
