# SPDX-License-Identifier: MIT
"""Logic networks evaluated in NumPy, one function after the other, by the tables alone."""

from collections.abc import Sequence

import numpy as np

from tarsier_fpga.flow.cpu.logic import Load, Logic
from tarsier_fpga.flow.cpu.numbers import Number

__all__ = ["given", "value"]


def given(logic: Logic, row: int, least: int, most: int, bits: int) -> Number:
    """An input of so many bits, on planes 0.. of `row`."""
    return Number(tuple(logic.load(row, i) for i in range(bits)), least, most)


def value(logic: Logic, number: Number, inputs: Sequence[np.ndarray]) -> np.ndarray:
    """`number`, where the integers `inputs` come in on the rows; on the merged logic."""
    logic, wires = logic.merged(number.bits)
    values: list[np.ndarray] = []
    for node in logic.nodes:
        if isinstance(node, Load):
            values.append(inputs[node.row] >> node.plane & 1)
        else:
            at = sum(
                (values[source] << i for i, source in enumerate(node.inputs)),
                start=np.zeros_like(inputs[0]),
            )
            values.append(node.table >> at & 1)
    bits = [values[wire >> 1] ^ (wire & 1) for wire in wires]
    total = sum(bit << i for i, bit in enumerate(bits))
    return total - ((bits[-1] << len(bits)) if number.least < 0 else 0)
