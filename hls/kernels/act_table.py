# SPDX-License-Identifier: MIT
"""act_table: any function of a small integer, one per channel, as a table."""

import numpy as np

from tarsier_fpga.hls.base.errors import KernelError
from tarsier_fpga.hls.cost.family import Family
from tarsier_fpga.hls.cost.memory_cost import (
    block_ram,
    is_block_rom,
    logic_cost,
)
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.cost.table_cost import LUT_INPUTS, unpacked_bits
from tarsier_fpga.hls.describe.examples import two_slopes
from tarsier_fpga.hls.describe.kernel import Recorded
from tarsier_fpga.hls.describe.proof_case import Case, Induction, Shape
from tarsier_fpga.hls.describe.ranges import (
    integer_range,
    integers,
    require_at_least,
    unsigned_width,
)
from tarsier_fpga.hls.golden.act_table import act_table as golden
from tarsier_fpga.hls.netlist.instance import Instance, Stream, Table, pack_bits

__all__ = ["RECORDED", "act_table", "cost", "proofs"]

# A column of 64 entries that is no constant, and each choice between two unequal columns. 16 lanes
# of 145 entries 288 to 437 LUTs, of 289 entries 618.
_COLUMN_LUTS, _CHOICE_LUTS = 0.9, 0.44


def act_table(
    table: np.ndarray, lanes: int, y_width: int, x_signed: bool = False, y_signed: bool = True
) -> Instance:
    """A function of a small integer per channel, `lanes` channels a beat.

    Args:
        table: (channels, entries) integers, for every x from the least to the greatest: 0 on if it
            is unsigned, else -entries/2 on, in exactly as many bits as that takes; channel
            f*lanes + l is lane l of beat f

    Raises:
        KernelError: `lanes` does not divide the channels, an entry needs more than `y_width` bits
            or is negative without a sign, or the entries of a signed x are no power of two.
    """
    values = integers("act_table", "table", table, 2)
    channels, entries = values.shape
    require_at_least("act_table", 1, lanes=lanes, y_width=y_width)
    if channels % lanes:
        raise KernelError(f"act_table: lanes={lanes} must divide channels={channels}")
    least, most = integer_range(y_width, y_signed)
    if values.min() < least or values.max() > most:
        raise KernelError(
            f"act_table: entries {values.min()}..{values.max()}"
            f" do not fit in y_width={y_width} {'signed' if y_signed else 'unsigned'} bits"
        )
    if x_signed and (entries < 2 or entries & (entries - 1)):
        raise KernelError(
            f"act_table: entries={entries} of a signed x must be a power of two, from 2 on"
        )
    folds = channels // lanes
    x_width = unsigned_width(entries - 1)
    if x_signed:  # the hardware knows no sign: what x is without one comes first
        values = np.roll(values, entries // 2, axis=1)
    return Instance(
        module="act_table",
        params={
            "Lanes": lanes,
            "Folds": folds,
            "Entries": entries,
            "XWidth": x_width,
            "YWidth": y_width,
            "Table": pack_bits(values, y_width),
        },
        inputs=(Stream("x", lanes * x_width, lanes, x_signed),),
        outputs=(Stream("y", lanes * y_width, lanes, y_signed),),
        function="ActTable",
        template=(lanes, folds, entries, x_width, y_width),
        tables=(Table("table", y_width, y_signed, values),),
        beats_per_count=folds,
    )


def cost(kernel: Instance, family: Family) -> Resources:
    """A ROM for every lane, in LUTs for every output bit: those share what is equal."""
    lanes, width, folds = (kernel.number(name) for name in ("Lanes", "YWidth", "Folds"))
    entries, x_width = kernel.number("Entries"), kernel.number("XWidth")
    depth = folds << x_width
    if is_block_rom(width, depth):  # whose register is y
        control = logic_cost(lut=4, ff=folds.bit_length())
        return total([control, *lanes * [block_ram(width, depth)]])
    rom = np.zeros((lanes, width, folds, 1 << x_width), np.uint8)
    values = unpacked_bits(kernel.bits("Table"), (folds, lanes, entries, width))
    rom[..., :entries] = values.transpose(1, 3, 0, 2)
    # Folds are counted in binary, so those that never come are free to be like the last.
    more = (1 << (folds - 1).bit_length()) - folds
    whole = np.pad(rom, ((0, 0), (0, 0), (0, more), (0, 0)), mode="edge")
    columns = whole.reshape(lanes, width, -1, min(1 << LUT_INPUTS, whole[0, 0].size))
    luts = sum(_rom_luts(lane) for lane in columns)
    varying = sum(len({bit.tobytes() for bit in lane if bit.any()}) for lane in rom)
    return logic_cost(lut=luts + 2, ff=varying + folds.bit_length())


def _rom_luts(lane: np.ndarray) -> float:
    """LUTs of (bits, columns, entries), the tables of one lane."""
    seen: dict[bytes, int] = {}
    numbers = [[seen.setdefault(column.tobytes(), len(seen)) for column in bit] for bit in lane]
    constant = sum(len(set(column)) == 1 for column in seen)
    choices = 0
    level = np.array(numbers)
    while level.shape[1] > 1:
        pairs = level.reshape(len(level), -1, 2)
        unequal = pairs[..., 0] != pairs[..., 1]
        choices += int(unequal.sum())
        # A choice is a column like no other.
        made = level.max() + 1 + np.arange(unequal.size).reshape(unequal.shape)
        level = np.where(unequal, made, pairs[..., 0])
    return _COLUMN_LUTS * (len(seen) - constant) + _CHOICE_LUTS * choices


def proofs() -> tuple[Case, ...]:
    """The whole truth table, where it is small."""
    return _proof(4), _proof(2), _proof(1, x_signed=True, y_signed=False)


def _proof(lanes: int, x_signed: bool = False, y_signed: bool = True) -> Case:
    table = np.array([[3, -4, 0, 1], [1, 1, 2, -2], [-3, 2, 3, 1], [0, -1, -2, -3]])
    table = table if y_signed else table + 4
    folds = len(table) // lanes
    return Case(
        act_table(table, lanes, 3, x_signed, y_signed),
        {"x": Shape(lanes, 2, folds, x_signed)},
        {"y": Shape(lanes, 3, folds)},
        lambda x: golden(x.reshape(-1), table, x_signed),
        Induction(1),
        registers=1,
    )


RECORDED: Recorded = {
    "16 channels of 289 entries": lambda: act_table(two_slopes(16, 289), 16, 8),
    "16 channels of 145 entries": lambda: act_table(two_slopes(16, 145), 16, 8),
    "16 channels of 1024 entries": lambda: act_table(two_slopes(16, 1024), 16, 8),
}
