# SPDX-License-Identifier: MIT
"""xnor_dot: popcounts of a vector against the rows of a constant matrix, folded."""

from math import ceil

import numpy as np

from tarsier_fpga.hls.cost.dot_cost import folds_of, rom_cost
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    choice_luts,
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.describe.examples import signs
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.matrices import check_folding, sign_matrix
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    unsigned_width,
)
from tarsier_fpga.hls.golden.xnor_dot import xnor_dot as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "cost", "proofs", "xnor_dot"]


def xnor_dot(weights: np.ndarray, pe: int, simd: int) -> Instance:
    """Popcounts of a vector against the rows of `weights`, `pe` rows times `simd` terms a cycle.

    Args:
        weights: (rows, terms) integers in {-1, +1}

    Raises:
        KernelError: a weight is not -1 or +1, or the folding does not divide the matrix.
    """
    matrix = sign_matrix("xnor_dot", weights)
    rows, terms = matrix.shape
    check_folding("xnor_dot", rows, terms, pe, simd)
    bits = matrix > 0
    return Instance(
        module="xnor_dot",
        params={
            "Terms": terms,
            "Rows": rows,
            "Pe": pe,
            "Simd": simd,
            "Weights": pack_bits(bits, 1),
        },
        inputs=(Stream("x", terms, terms),),
        outputs=(Stream("y", pe * unsigned_width(terms), pe),),
        function="XnorDot",
        template=(terms, rows, pe, simd),
        tables=(Table("weights", 1, False, bits.astype(np.int64)),),
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """Every adder of match_count, one LUT each, and every register, as they are written there."""
    simd, pe, terms = (kernel.number(name) for name in ("Simd", "Pe", "Terms"))
    fold, parts, sum_width = folds_of(kernel), terms // simd, terms.bit_length()
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
    first = min(simd, 2 * width * early)  # terms whose weights are read a cycle before the others'
    roms = [rom_cost(pe * terms_read, fold) for terms_read in (first, simd - first) if terms_read]
    logic = logic_cost(
        lut=pe * (adders + accumulators) + simd * choice_luts(parts) + 20,
        ff=pe * held + min(simd, 2 * width * late) + 15,
    )
    return total([logic, *roms])


def proofs() -> tuple[Case, ...]:
    """Every vector there can be, against a small matrix."""
    return _proof(4, 4), _proof(2, 2)


def _proof(pe: int, simd: int) -> Case:
    matrix = np.array([[1, -1, 1, 1], [-1, -1, 1, -1], [1, 1, 1, 1], [-1, 1, -1, 1]])
    return Case(
        xnor_dot(matrix, pe, simd),
        {"x": Shape(4, 1)},
        {"y": Shape(pe, 3, len(matrix) // pe)},
        lambda x: golden(x, matrix),
        Induction(6),
        in_place=True,
        patience=8,
        units=8,
    )


RECORDED: Recorded = {
    "288 terms, 32 rows, Simd 288, Pe 8": lambda: xnor_dot(signs(32, 288), 8, 288),
    "144 terms, 16 rows, Simd 144, Pe 16": lambda: xnor_dot(signs(16, 144), 16, 144),
    "144 terms, 16 rows, Simd 144, Pe 8": lambda: xnor_dot(signs(16, 144), 8, 144),
    "144 terms, 16 rows, Simd 144, Pe 4": lambda: xnor_dot(signs(16, 144), 4, 144),
    "144 terms, 16 rows, Simd 36, Pe 4": lambda: xnor_dot(signs(16, 144), 4, 36),
}
