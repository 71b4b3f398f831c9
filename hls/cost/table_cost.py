# SPDX-License-Identifier: MIT
"""Estimates of kernels that compare with constants or look them up: their constants decide."""

from collections.abc import Mapping

import numpy as np

from tarsier_fpga.hls.cost.memory_cost import block_ram, is_block_rom, logic_cost
from tarsier_fpga.hls.cost.resources import Resources, total
from tarsier_fpga.hls.netlist.instance import Bits

__all__ = ["act_table_cost", "sign_threshold_cost"]

_LUT_INPUTS = 6
# A column of 64 entries that is no constant, and each choice between two unequal columns. 16 lanes
# of 145 entries 288 to 437 LUTs, of 289 entries 618.
_COLUMN_LUTS, _CHOICE_LUTS = 0.9, 0.44
# A threshold whose lower bits are 0 compares only the bits above them, at most six of them in one
# LUT: 16 channels of 8 bits 32 to 41.
_SHORT_LUTS, _LONG_LUTS = 1.2, 2.6


def act_table_cost(p: Mapping[str, int | Bits]) -> Resources:
    """A ROM for every lane, in LUTs for every output bit: those share what is equal."""
    lanes, width = p["Lanes"], p["YWidth"]
    depth = p["Folds"] << p["XWidth"]
    if is_block_rom(width, depth):  # whose register is y
        control = logic_cost(lut=4, ff=p["Folds"].bit_length())
        return total([control, *lanes * [block_ram(width, depth)]])
    shape = p["Folds"], lanes, p["Entries"], width
    rom = np.zeros((lanes, width, p["Folds"], 1 << p["XWidth"]), np.uint8)
    rom[..., : p["Entries"]] = _unpacked(p["Table"], shape).transpose(1, 3, 0, 2)
    columns = rom.reshape(lanes, width, -1, min(1 << _LUT_INPUTS, rom[0, 0].size))
    luts = sum(_rom_luts(lane) for lane in columns)
    varying = sum(len({bit.tobytes() for bit in lane if bit.any()}) for lane in rom)
    return logic_cost(lut=luts + 2, ff=varying + p["Folds"].bit_length())


def sign_threshold_cost(p: Mapping[str, int | Bits]) -> Resources:
    """A comparison for every channel."""
    channels, width = p["Channels"], p["Width"]
    bits = _unpacked(p["Thresholds"], (channels, width + 1))
    compared = [width - np.argmax(threshold[:width]) for threshold in bits if threshold.any()]
    luts = sum(_SHORT_LUTS if count <= _LUT_INPUTS else _LONG_LUTS for count in compared)
    return logic_cost(lut=luts + 2, ff=channels + 1)


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


def _unpacked(bits: Bits, shape: tuple[int, ...]) -> np.ndarray:
    """The bits of a constant, the lowest first, in `shape`."""
    packed = np.frombuffer(bits.value.to_bytes((bits.width + 7) // 8, "little"), np.uint8)
    return np.unpackbits(packed, count=bits.width, bitorder="little").reshape(shape)
